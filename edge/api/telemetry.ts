import { Hono, type Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { EdgeContext } from "../context";
import { QueryRefusal } from "../telemetry";
import { jsonBody } from "./body";

/** Workers Observability. */
export function telemetryRoutes({ telemetry }: EdgeContext): Hono {
  const routes = new Hono();
  routes.post("/query", (context) => answer(context, (body) => telemetry.query(body)));
  routes.post("/keys", (context) => answer(context, (body) => telemetry.keys(body)));
  routes.post("/values", (context) => answer(context, (body) => telemetry.values(body)));
  return routes;
}

/** Unlike the rest of the API this part says a word to each success, and has refusals of its own form. */
async function answer(context: Context, ask: (body: unknown) => Promise<unknown>): Promise<Response> {
  const body = await jsonBody(context);
  try {
    const result = await ask(body);
    return context.json({
      ...{ success: true, errors: [], messages: [{ message: "Successful request" }] },
      result,
    });
  } catch (error) {
    if (!(error instanceof QueryRefusal)) throw error;
    return context.json(error.body, error.status as ContentfulStatusCode);
  }
}
