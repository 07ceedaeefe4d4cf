import type { Context } from "hono";
import { CODES } from "./codes";
import { ApiError } from "./error";

/**
 * What stands in the path behind `mark`, decoded once. It may have slashes, encoded or not: wrangler encodes those of KV
 * keys and leaves those of R2 objects as they are.
 */
export function restOfPath(context: Context, mark: string): string {
  const { pathname } = new URL(context.req.url);
  const rest = pathname.slice(pathname.indexOf(mark) + mark.length);
  try {
    return decodeURIComponent(rest);
  } catch {
    throw new ApiError(400, CODES.unparsableBody, `'${rest}' in the path is not encoded as URLs are.`);
  }
}
