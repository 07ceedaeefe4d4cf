import { Hono } from "hono";
import type { EdgeContext } from "../context";
import { jsonBody } from "./body";
import { success } from "./envelope";

/** Workers Observability. */
export function telemetryRoutes({ telemetry, accountId }: EdgeContext): Hono {
  const routes = new Hono();
  // The account's one user goes by the account's id.
  const caller = { accountId, userId: accountId };
  routes.post("/query", async (context) =>
    success(context, await telemetry.query(await jsonBody(context), caller)),
  );
  routes.post("/keys", async (context) => success(context, await telemetry.keys(await jsonBody(context))));
  routes.post("/values", async (context) =>
    success(context, await telemetry.values(await jsonBody(context))),
  );
  return routes;
}
