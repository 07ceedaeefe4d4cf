import { Hono, type Context } from "hono";
import type { EdgeContext } from "../context";
import { AUTHOR_EMAIL } from "../deployments/view";
import type { ApiEnvironment } from "./auth";
import { CODES } from "./codes";
import { success } from "./envelope";
import { ApiError } from "./error";
import { pageOf } from "./page";

/** Whom a membership is of may do everything; what a token may do is another matter. */
const ROLES = ["Super Administrator - All Privileges"];

function list(context: Context, all: readonly object[]): Response {
  const { items, info } = pageOf(context, all);
  return success(context, items, { result_info: info });
}

/** Who the token is and belongs to, and which accounts it may see. */
export function accountRoutes({ accountId }: EdgeContext): Hono<ApiEnvironment> {
  const account = {
    id: accountId,
    name: "Local edge",
    type: "standard",
    settings: { enforce_twofactor: false },
  };
  // The account's one user goes by the account's id, and so does the one membership.
  const user = {
    id: accountId,
    email: AUTHOR_EMAIL,
    first_name: null,
    last_name: null,
    country: null,
    telephone: null,
    zipcode: null,
    two_factor_authentication_enabled: false,
    two_factor_authentication_locked: false,
    suspended: false,
    organizations: [],
  };
  const membership = { id: accountId, status: "accepted", account, roles: ROLES };
  const routes = new Hono<ApiEnvironment>();
  routes.get("/user", (context) => success(context, user));
  routes.get("/user/tokens/verify", (context) =>
    success(
      context,
      { id: context.get("token").id, status: "active" },
      { messages: [{ code: CODES.authentication, message: "This API Token is valid and active" }] },
    ),
  );
  routes.get("/memberships", (context) => list(context, [membership]));
  routes.get("/memberships/:membership", (context) => {
    const id = context.req.param("membership");
    if (id === membership.id) return success(context, membership);
    throw new ApiError(
      404,
      CODES.noMembership,
      `There is no membership ${id}; the one there is is ${accountId}.`,
    );
  });
  routes.get("/accounts", (context) => list(context, [account]));
  routes.get("/accounts/:account", (context) => success(context, account));
  return routes;
}
