import type { Counts } from "./series";

/** What a version served before the release began: its past, from which the dispersion of its bad events is learnt. */
export interface Past {
  /** The width of a bucket, in milliseconds. */
  readonly bucketMs: number;
  /** The buckets, oldest first, those without traffic included. */
  readonly buckets: readonly Counts[];
}

/** How much more the bad events of a span vary than independent ones would. */
export interface Dispersion {
  /** By coming in clusters, of this many more than one: a retried request, a client that goes on. At any traffic. */
  readonly clusters: number;
  /**
   * By a bad share that wanders: the variance of its relative change over the span. The more events there are to see
   * it by, the more it shows.
   */
  readonly wander: number;
}

/** Independent events. */
export const noDispersion: Dispersion = { clusters: 0, wander: 0 };

/** What the variance of independent events is multiplied by where `expected` bad events are expected. */
export function varianceFactor({ clusters, wander }: Dispersion, expected: number): number {
  return 1 + clusters + wander * expected;
}

/** Bad shares wander in seconds to minutes: one bad client, retries, a slow dependency. */
const memoryMs = 120_000;

/** From fewer buckets nothing can be told. */
const fewest = 30;

/**
 * An hour with an incident in it looks as if everything were normal. So much is believed at most: it is what the bad
 * share of a Worker has that swings by a factor of e up and down (a log-normal with σ = 1 and a memory of a minute).
 */
const mostWanderMs = 100_000;

/**
 * Learns the dispersion of bad events from a past, for spans longer than the memory of the swings. The wander is given
 * for a span of one millisecond: divided by its length it is a span's.
 *
 * The autocovariances of the bad counts around their mean share, relative to the mean count and without what
 * independent events show by themselves, say both. What neighbouring buckets have in common is wander: their sum over
 * all lags, with the weights of Newey and West (1987). Lag-0 variance beyond the value extrapolated from lags 1 and 2 is
 * attributed to clusters (the "nugget" of Matheron's geostatistics). One standard error is subtracted from each, so that
 * chance alone makes no dispersion in quiet traffic.
 */
export function dispersionOf({ bucketMs, buckets }: Past): Dispersion {
  const served = buckets.reduce((sum, { valid }) => sum + valid, 0);
  const bad = buckets.reduce((sum, bucket) => sum + bucket.bad, 0);
  if (buckets.length < fewest || bad === 0) return noDispersion;
  const expected = buckets.map(({ valid }) => (bad / served) * valid);
  const excess = buckets.map((bucket, at) => bucket.bad - (expected[at] ?? 0));
  const covariance = (lag: number): number =>
    (lagged(excess, lag) - (lag === 0 ? bad : 0)) / lagged(expected, lag);
  const mean = bad / buckets.length;
  // The standard error of a covariance where the events are independent; at lag 0 its square is twice as large.
  const error = Math.sqrt(1 / buckets.length) / mean;

  const atOnce = covariance(0);
  const shared = Math.min(Math.max(0, atOnce), expectedAtLag0(covariance(1), covariance(2), error));
  let wander = shared;
  let doubt = 0;
  const lags = Math.min(Math.ceil(memoryMs / bucketMs), Math.floor(buckets.length / 4));
  for (let lag = 1; lag <= lags; lag += 1) {
    const weight = 2 * (1 - lag / (lags + 1));
    wander += weight * covariance(lag);
    doubt += weight ** 2;
  }
  return {
    clusters: Math.max(0, atOnce - shared - Math.SQRT2 * error) * mean,
    wander: Math.min(Math.max(0, wander - Math.sqrt(doubt) * error) * bucketMs, mostWanderMs),
  };
}

/** What the covariances of lags 1 and 2 lead to expect of lag 0; nothing where the first is no more than chance. */
function expectedAtLag0(first: number, second: number, error: number): number {
  if (first <= 2 * error) return 0;
  return second > error ? Math.max(first, first ** 2 / second) : first;
}

/** Σ v(t)·v(t−lag) */
function lagged(values: readonly number[], lag: number): number {
  let sum = 0;
  for (let at = lag; at < values.length; at += 1) sum += (values[at] ?? 0) * (values[at - lag] ?? 0);
  return sum;
}

/** The dispersion over a span of some length. */
export function over(spanMs: number, { clusters, wander }: Dispersion): Dispersion {
  return { clusters, wander: wander / spanMs };
}
