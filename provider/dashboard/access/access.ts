import { timingSafeEqual } from "hono/utils/buffer";
import { getCookie, setCookie } from "hono/cookie";
import type { Context, MiddlewareHandler } from "hono";
import { enterPage, troublePage } from "../pages/trouble";

/** Who may use a dashboard, and from where. */
export interface Access {
  /** What is in the address that the command prints. It is random, and good as long as the command runs. */
  readonly key: string;
  /** The addresses the dashboard answers at, such as `http://127.0.0.1:8788`. */
  readonly origins: readonly string[];
}

/** The parameter of the address that has the key. */
export const keyParameter = "key";

/**
 * Lets in who has the key. It comes once in the address and is kept in a cookie that no script and no other site can use.
 * A request for another host (DNS rebinding) and an order from another site's page (CSRF) are refused before that.
 */
export function guard({ key, origins }: Access): MiddlewareHandler {
  const hosts = origins.map((origin) => new URL(origin).host);
  return async (context, next) => {
    const { host } = new URL(context.req.url);
    if (!hosts.includes(host) || !hosts.includes(context.req.header("host") ?? host)) {
      return context.html(troublePage("wrongHost", hosts), 421);
    }
    if (!isReading(context) && !isOwn(context, host, origins)) {
      return context.html(troublePage("otherSite"), 403);
    }
    const cookie = `workers-release-${new URL(context.req.url).port}`;
    const given = context.req.query(keyParameter);
    if (given !== undefined && (await timingSafeEqual(given, key))) {
      setCookie(context, cookie, key, { httpOnly: true, sameSite: "Strict", path: "/" });
      // A page of its own and no redirect: the cookie would not be sent on one that another site's link began.
      return context.html(enterPage());
    }
    if (!(await timingSafeEqual(getCookie(context, cookie) ?? "", key))) {
      return context.html(troublePage("noKey"), 401);
    }
    return next();
  };
}

function isReading({ req }: Context): boolean {
  return req.method === "GET" || req.method === "HEAD";
}

/** Every browser says which site's page an order comes from. */
function isOwn({ req }: Context, host: string, origins: readonly string[]): boolean {
  const origin = req.header("origin");
  if (origin === undefined || !origins.includes(origin) || new URL(origin).host !== host) return false;
  return (req.header("sec-fetch-site") ?? "same-origin") === "same-origin";
}
