import type { MiddlewareHandler } from "hono";
import type { ApiEnvironment } from "./auth";
import { CODES } from "./codes";
import { ApiError } from "./error";

/** How many requests a token may make in how long a time. */
export interface RateLimit {
  readonly requests: number;
  readonly seconds: number;
}

/** Cloudflare's limit for a user or token, across its whole API. */
export const CLOUDFLARES_LIMIT: RateLimit = { requests: 1200, seconds: 300 };

/** The requests of one token, up to a moment. */
export interface Window {
  readonly endsAt: number;
  readonly requests: number;
}

/** What is to be done with a request. */
export interface Verdict {
  readonly window: Window;
  readonly isAllowed: boolean;
  /** How many more there may be in this window. */
  readonly remaining: number;
  /** Until there may be more. */
  readonly seconds: number;
}

/** Counts a request; `now` is in milliseconds. The first one too many blocks all for as long as a window is. */
export function countRequest(limit: RateLimit, before: Window | undefined, now: number): Verdict {
  const fresh = { endsAt: now + limit.seconds * 1000, requests: 0 };
  const window = before !== undefined && now < before.endsAt ? before : fresh;
  const requests = window.requests + 1;
  const endsAt = requests === limit.requests + 1 ? fresh.endsAt : window.endsAt;
  return {
    window: { endsAt, requests },
    isAllowed: requests <= limit.requests,
    remaining: Math.max(0, limit.requests - requests),
    // Whole milliseconds first: the sum and the difference of fractions may be a hair more than 60 seconds.
    seconds: Math.ceil(Math.round(endsAt - now) / 1000),
  };
}

/** Throws when a limit is none. */
export function checkRateLimit({ requests, seconds }: RateLimit): void {
  if (Number.isInteger(requests) && requests > 0 && Number.isFinite(seconds) && seconds > 0) return;
  throw new Error(
    `A rate limit is a number of requests, 1 or more, in a number of seconds above 0; ${requests} in ${seconds} is none.`,
  );
}

/** Tells each client how many requests are left to its token, and refuses those beyond, as Cloudflare does. */
export function limitRate(
  limit: RateLimit,
  now: () => number = () => performance.now(),
): MiddlewareHandler<ApiEnvironment> {
  const windows = new Map<string, Window>();
  const { requests, seconds } = limit;
  return async (context, next) => {
    const { id } = context.get("token");
    const verdict = countRequest(limit, windows.get(id), now());
    windows.set(id, verdict.window);
    context.header("ratelimit", `"default";r=${verdict.remaining};t=${verdict.seconds}`);
    context.header("ratelimit-policy", `"default";q=${requests};w=${seconds}`);
    if (!verdict.isAllowed) {
      context.header("retry-after", String(verdict.seconds));
      throw new ApiError(
        429,
        CODES.rateLimited,
        `Please wait and consider throttling your request speed: more than ${requests} requests in ${seconds} seconds. ` +
          `There may be more in ${verdict.seconds} seconds.`,
      );
    }
    await next();
  };
}
