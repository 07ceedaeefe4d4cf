import type { Context, MiddlewareHandler } from "hono";
import type { ApiEnvironment } from "./auth";
import { CODES } from "./codes";
import { failure } from "./envelope";

/** How many requests a token may make in how long a time. */
export interface RateLimit {
  readonly requests: number;
  readonly seconds: number;
}

/** Cloudflare's limit for a user or token, across its whole API. */
export const CLOUDFLARES_LIMIT: RateLimit = { requests: 1200, seconds: 300 };

/** A time in which the requests of one token are counted together. Times are in milliseconds. */
export interface Window {
  readonly startedAt: number;
  readonly endsAt: number;
  readonly requests: number;
  /** Whether there was one too many: then all are refused until its end. */
  readonly isSpent: boolean;
}

/** What is to be done with a request. */
export interface Verdict {
  readonly window: Window;
  readonly isAllowed: boolean;
  /** Until there may be more. */
  readonly seconds: number;
}

/**
 * Counts a request; `now` is in milliseconds. The first one too many blocks all for as long as a window is.
 *
 * @param othersPerMinute How many requests a minute other callers make that count for the same limit.
 */
export function countRequest(
  limit: RateLimit,
  before: Window | undefined,
  now: number,
  othersPerMinute = 0,
): Verdict {
  const lengthMs = limit.seconds * 1000;
  const current = before !== undefined && now < before.endsAt ? before : undefined;
  const window = current ?? { startedAt: now, endsAt: now + lengthMs, requests: 0, isSpent: false };
  const counted = { ...window, requests: window.requests + 1 };
  const others = Math.floor(((now - window.startedAt) / 60_000) * othersPerMinute);
  if (window.isSpent) return verdictOn(counted, now);
  if (counted.requests + others <= limit.requests) return verdictOn(counted, now);
  return verdictOn({ ...counted, endsAt: now + lengthMs, isSpent: true }, now);
}

function verdictOn(window: Window, now: number): Verdict {
  // Whole milliseconds first: the sum and the difference of fractions may be a hair more than 60 seconds.
  const seconds = Math.ceil(Math.round(window.endsAt - now) / 1000);
  return { window, isAllowed: !window.isSpent, seconds };
}

/** Throws when a limit is none. */
export function checkRateLimit({ requests, seconds }: RateLimit): void {
  if (Number.isInteger(requests) && requests > 0 && Number.isFinite(seconds) && seconds > 0) return;
  throw new Error(
    `A rate limit is a number of requests, 1 or more, in a number of seconds above 0; ${requests} in ${seconds} is none.`,
  );
}

/** Cloudflare's answer to a request too many. */
export function tooManyRequests(context: Context, seconds: number): Response {
  context.header("retry-after", String(seconds));
  return failure(context, 429, CODES.rateLimited, "Please wait and consider throttling your request speed");
}

/** The upload of a script is answered with this policy instead of the default one, as recorded. */
const UPLOADS: Policy = { name: "workers_script_upload", limit: { requests: 180_000, seconds: 300 } };

interface Policy {
  readonly name: string;
  readonly limit: RateLimit;
}

/** What Cloudflare says of a policy. It does not count down: all recorded answers have the same numbers. */
function headersOf({ name, limit }: Policy): Record<string, string> {
  return {
    ratelimit: `"${name}";r=${limit.requests - 1};t=1`,
    "ratelimit-policy": `"${name}";q=${limit.requests};w=${limit.seconds}`,
  };
}

function isScriptUpload(method: string, path: string): boolean {
  return method === "PUT" && /\/workers\/scripts\/[^/]+$/.test(path);
}

/** How {@link limitRate} measures time, and who else uses up the limit. */
export interface Surroundings {
  /** In milliseconds, from any moment on. */
  readonly now?: () => number;
  readonly othersPerMinute?: number | undefined;
}

/** Tells each client the limit, and refuses the requests of a token that are beyond it, as Cloudflare does. */
export function limitRate(
  limit: RateLimit,
  { now = () => performance.now(), othersPerMinute }: Surroundings = {},
): MiddlewareHandler<ApiEnvironment> {
  const windows = new Map<string, Window>();
  return async (context, next) => {
    const { id } = context.get("token");
    const { window, isAllowed, seconds } = countRequest(limit, windows.get(id), now(), othersPerMinute);
    windows.set(id, window);
    if (isAllowed) await next();
    else context.res = tooManyRequests(context, seconds);
    const { method, path } = context.req;
    const policy = isScriptUpload(method, path) ? UPLOADS : { name: "default", limit };
    for (const [name, value] of Object.entries(headersOf(policy))) context.header(name, value);
  };
}
