import type { Context } from "hono";

/** Which kind of client wrote, as Cloudflare records it with versions and deployments. */
export function sourceOf(context: Context): string {
  return context.req.header("user-agent")?.toLowerCase().startsWith("wrangler/") ? "wrangler" : "api";
}
