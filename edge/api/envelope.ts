import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A note beside an answer, such as a warning. */
export interface Message {
  readonly code: number;
  readonly message: string;
}

/** What stands in the envelope beside the result. */
export interface Beside {
  /** Lists of versions have null where all others have a list. */
  readonly errors?: null;
  readonly messages?: readonly Message[] | null;
  readonly result_info?: Readonly<Record<string, unknown>>;
}

/** Cloudflare's answer when all went well. */
export function success(context: Context, result: unknown, beside: Beside = {}): Response {
  return context.json({ result, success: true, errors: [], messages: [], ...beside });
}

/** Cloudflare's answer when it did not. */
export function failure(context: Context, status: number, code: number, message: string): Response {
  return context.json(
    { result: null, success: false, errors: [{ code, message }], messages: [] },
    status as ContentfulStatusCode,
  );
}
