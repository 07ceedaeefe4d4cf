import { guardedFetch } from "../transport";

/** What the answers to some requests said beside their bodies. */
export interface Meter {
  /** How many requests were sent. */
  requests: number;
  /** How many may be sent. */
  readonly budget: number;
  /** Newest last. */
  readonly heads: AnswerHead[];
}

/** The head of one answer. */
export interface AnswerHead {
  /** When the request was sent and its answer began, by this machine's clock, in epoch milliseconds. */
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly date: string | null;
  /** `"default";r=1199;t=1` */
  readonly rateLimit: string | null;
  /** `"default";q=1200;w=300` */
  readonly rateLimitPolicy: string | null;
}

/** A meter that has counted nothing. */
export function newMeter(budget: number): Meter {
  return { requests: 0, budget, heads: [] };
}

/**
 * A `fetch` that counts, sends nothing beyond the meter's budget, and ends with `signal`.
 * @throws {Error} when the budget is spent
 */
export function metered(meter: Meter, signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    if (meter.requests >= meter.budget) {
      throw new Error(`the doctor has spent its budget of ${meter.budget} requests`);
    }
    meter.requests += 1;
    const sentAt = Date.now();
    const signals = init?.signal ? [signal, init.signal] : [signal];
    const { headers, ...rest } = init ?? {};
    const answer = await guardedFetch(input, {
      ...rest,
      ...(headers && { headers }),
      signal: AbortSignal.any(signals),
    });
    meter.heads.push({
      sentAt,
      receivedAt: Date.now(),
      date: answer.headers.get("date"),
      rateLimit: answer.headers.get("ratelimit"),
      rateLimitPolicy: answer.headers.get("ratelimit-policy"),
    });
    return answer;
  };
}
