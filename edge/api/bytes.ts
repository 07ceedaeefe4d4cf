import type { Context } from "hono";
import { CODES } from "./codes";
import { ApiError } from "./error";

const MB = 1024 * 1024;

/** The most that an upload may have: Cloudflare takes scripts of 64 MB, before compression. */
export const UPLOAD_LIMIT = 64 * MB;

/** The most that is taken of anything else. Cloudflare says nothing of that; no client comes near it. */
export const PLAIN_LIMIT = MB;

/**
 * The body of a request. Of one that is larger than `limit` nothing more is read than it takes to know, whether or not
 * it says how large it is. With `isEncoded` the content is kept as it comes, and may be compressed.
 */
export async function bytesOf(
  context: Context,
  limit: number,
  { isEncoded = false } = {},
): Promise<Buffer<ArrayBuffer>> {
  if (!isEncoded) refuseCompressed(context.req.header("content-encoding"));
  if (Number(context.req.header("content-length") ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of (context.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** A few bytes can be compressed from very many. No client of Cloudflare's compresses what it sends. */
function refuseCompressed(encoding: string | undefined): void {
  if (encoding === undefined || encoding.toLowerCase() === "identity") return;
  throw new ApiError(
    415,
    CODES.unparsableBody,
    `The request body has the content encoding '${encoding}'; the local edge takes only what is not compressed.`,
  );
}

/** The refusal for what is larger than it may be. */
export function tooLarge(limit: number, what = "The request body"): ApiError {
  return new ApiError(
    413,
    CODES.tooLarge,
    `${what} is larger than ${limit / MB} MB, the most that is taken here.`,
  );
}
