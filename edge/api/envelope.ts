import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A note beside an answer, such as a warning. */
export interface Message {
  readonly code: number;
  readonly message: string;
}

/** Cloudflare's answer when all went well. */
export function success(
  context: Context,
  result: unknown,
  extra: { messages?: readonly Message[]; result_info?: Record<string, number> } = {},
): Response {
  return context.json({ success: true, errors: [], messages: [], ...extra, result });
}

/** Cloudflare's answer when it did not. */
export function failure(context: Context, status: number, code: number, message: string): Response {
  return context.json(
    { success: false, errors: [{ code, message }], messages: [], result: null },
    status as ContentfulStatusCode,
  );
}
