import { createHash } from "node:crypto";
import { Hono } from "hono";
import type { EdgeContext } from "../context";
import { CODES } from "./codes";
import { success } from "./envelope";

/** The token's id: the same for the same token, and no help in finding it. */
function tokenId(token: string): string {
  return createHash("sha256").update(`token id of ${token}`).digest("hex").slice(0, 32);
}

/** Who the token is, and which accounts it may see. */
export function accountRoutes(edge: EdgeContext): Hono {
  const routes = new Hono();
  routes.get("/user/tokens/verify", (context) =>
    success(
      context,
      { id: tokenId(edge.token), status: "active" },
      { messages: [{ code: CODES.authentication, message: "This API Token is valid and active" }] },
    ),
  );
  routes.get("/accounts", (context) =>
    success(context, [{ id: edge.accountId, name: "Local edge", type: "standard", settings: {} }], {
      result_info: { page: 1, per_page: 20, count: 1, total_count: 1, total_pages: 1 },
    }),
  );
  return routes;
}
