import type { IncomingMessage } from "node:http";

/** Cloudflare's header of how many Workers a request has come through. */
const DEPTH_HEADER = "cf-ew-via";

/** Cloudflare lets a request come through so many Workers. */
const DEPTH_LIMIT = 16;

/**
 * Who starts anew with each call has no such header. But as each call of an endless chain waits for the next one, too
 * many that wait at the same time are one.
 */
const WAITING_LIMIT = 1_000;

/** Whether a call is one too many. If it is not, the Worker that is called is told of one more before it. */
export function isEndless(request: IncomingMessage, waiting: number): boolean {
  const depth = Number(request.headers[DEPTH_HEADER] ?? 0) + 1;
  if (!(depth <= DEPTH_LIMIT) || waiting > WAITING_LIMIT) return true;
  const { rawHeaders } = request;
  const place = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === DEPTH_HEADER);
  if (place >= 0) rawHeaders.splice(place, 2);
  rawHeaders.push(DEPTH_HEADER, String(depth));
  return false;
}
