import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { allows, type Product, type Scope } from "../tokens/scopes";
import type { ApiEnvironment } from "./auth";
import { CODES } from "./codes";
import { ApiError } from "./error";

/** What each part of the API belongs to; the first that fits counts. */
const BELONGS: readonly (readonly [routes: RegExp, product: Product | "any token"])[] = [
  [/^\/user\/tokens\/verify$/, "any token"],
  // Which account it is about, and so what it needs, is in the query.
  [/^\/graphql$/, "any token"],
  [/^\/user$/, "user"],
  [/^\/memberships(\/|$)/, "user"],
  [/^\/zones(\/:zone)?$/, "zone"],
  [/^\/zones\/:zone\/workers\//, "workers_routes"],
  [/^\/accounts(\/:account)?$/, "account"],
  [/^\/accounts\/:account\/workflows\//, "workers_scripts"],
  [/^\/accounts\/:account\/containers\//, "workers_scripts"],
  [/^\/accounts\/:account\/storage\/kv\//, "workers_kv"],
  [/^\/accounts\/:account\/d1\//, "d1"],
  [/^\/accounts\/:account\/r2\//, "workers_r2"],
  [/^\/accounts\/:account\/queues(\/|$)/, "queues"],
  [/^\/accounts\/:account\/workers\/observability\//, "workers_observability"],
  [/^\/accounts\/:account\/workers\//, "workers_scripts"],
];

/** What only reads, though it is a POST. Cloudflare documents Write for these; users report that Read is enough. */
const READING_POSTS =
  /^\/accounts\/:account\/workers\/observability\/telemetry\/(query|keys|values)$|^\/accounts\/:account\/storage\/kv\/namespaces\/:namespace\/bulk\/get$/;

/** A route of the API. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

/**
 * The permission that a route needs: `<product>:read` to read, `<product>:write` for all else. Undefined when nobody
 * has said, which no route must be.
 */
export function permissionFor({ method, path }: Route): Scope | "any token" | undefined {
  const route = path.replace(/^\/client\/v4/, "");
  const product = BELONGS.find(([routes]) => routes.test(route))?.[1];
  if (product === undefined || product === "any token") return product;
  return `${product}:${method === "GET" || READING_POSTS.test(route) ? "read" : "write"}`;
}

/** Lets a request pass whose token has the permission that its route needs. */
export function requirePermission(): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    // What handles the request is what counts, however the path is spelled.
    const route = matchedRoutes(context).find(({ method }) => method !== "ALL");
    const needed = route && permissionFor(route);
    const { scopes } = context.get("token");
    if (needed !== undefined && needed !== "any token" && !allows(scopes, needed)) {
      throw refusal(context, needed, scopes);
    }
    await next();
  };
}

/** Cloudflare refuses in the same words for want of a permission as for a wrong token; which one it is we add. */
function refusal(context: Context, needed: Scope, scopes: readonly Scope[]): ApiError {
  const { method, path } = context.req;
  const why = `${method} ${path} needs the permission ${needed}; this token has ${scopes.join(", ") || "none"}.`;
  return path.includes("/workers/") || path.endsWith("/memberships")
    ? new ApiError(403, CODES.authentication, `Authentication error: ${why}`)
    : new ApiError(403, CODES.invalidAccessToken, `Unauthorized to access requested resource: ${why}`);
}
