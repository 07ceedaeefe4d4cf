import type { Context } from "hono";

/** Which kind of client wrote, as Cloudflare records it with versions and deployments. */
export function sourceOf(context: Context): string {
  return context.req.header("user-agent")?.toLowerCase().startsWith("wrangler/") ? "wrangler" : "api";
}

/** Whether the upload is to fail when a binding that it inherits is not there. */
export function isStrict(context: Context): boolean {
  return context.req.query("bindings_inherit") === "strict";
}
