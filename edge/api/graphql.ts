import { Hono } from "hono";
import * as z from "zod";
import { answer } from "../analytics/graphql/execute";
import type { EdgeContext } from "../context";
import { allows, type Scope } from "../tokens/scopes";
import type { ApiEnvironment } from "./auth";
import { parsedBody } from "./body";

const request = z.object({
  query: z.string(),
  variables: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((variables) => variables ?? {}),
});

const NEEDED: Scope = "account_analytics:read";

/**
 * The GraphQL Analytics API. What it refuses is an answer with status 200. Any token may ask for the schema; metrics
 * are for those that may read the account's analytics.
 */
export function graphqlRoutes({ telemetry, accountId }: EdgeContext): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>();
  routes.post("/graphql", async (context) => {
    const { scopes } = context.get("token");
    const whyNot = allows(scopes, NEEDED)
      ? undefined
      : `it needs the permission ${NEEDED}; this token has ${scopes.join(", ") || "none"}`;
    const { analytics } = telemetry;
    return context.json(await answer(await parsedBody(context, request), { accountId, whyNot, analytics }));
  });
  return routes;
}
