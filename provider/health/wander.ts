import type { Counts } from "./series";

/** What a version served before the release began: its past, from which the wander of its bad share is learnt. */
export interface Past {
  /** The width of a bucket, in milliseconds. */
  readonly bucketMs: number;
  /** The buckets, oldest first, those without traffic included. */
  readonly buckets: readonly Counts[];
}

/** Bad shares swing in seconds to minutes: one bad client, retries, a slow dependency. */
const memoryMs = 120_000;

/** From fewer buckets nothing can be told. */
const fewest = 30;

/**
 * An hour with an incident in it looks as if everything were normal. So much is believed at most: it is what the bad
 * share of a Worker has that swings by a factor of e up and down (a log-normal with σ = 1 and a memory of a minute).
 */
const mostMs = 100_000;

/**
 * How much the bad share of a version wanders by itself: the variance of its relative change over a span, times the
 * length of the span in milliseconds, for spans longer than its memory. 0 for events that are independent.
 *
 * It is the sum of the autocovariances of the bad counts around their mean share, relative to the mean count, with the
 * weights of Newey and West (1987) up to a memory of 2 minutes, and without what independent events would show by
 * themselves. One standard error of that is taken off, so that quiet traffic is not suspected by chance: it wanders 0.
 */
export function wanderOf({ bucketMs, buckets }: Past): number {
  const served = buckets.reduce((sum, { valid }) => sum + valid, 0);
  const bad = buckets.reduce((sum, bucket) => sum + bucket.bad, 0);
  if (buckets.length < fewest || bad === 0) return 0;
  const share = bad / served;
  const expected = buckets.map(({ valid }) => share * valid);
  const excess = buckets.map((bucket, at) => bucket.bad - (expected[at] ?? 0));
  const lags = Math.min(Math.ceil(memoryMs / bucketMs), Math.floor(buckets.length / 4));

  let wander = (lagged(excess, 0) - bad) / lagged(expected, 0);
  let doubt = 2;
  for (let lag = 1; lag <= lags; lag += 1) {
    const weight = 1 - lag / (lags + 1);
    wander += (2 * weight * lagged(excess, lag)) / lagged(expected, lag);
    doubt += 4 * weight * weight;
  }
  // The standard error where the events are independent: each covariance then varies by (mean count)² / buckets.
  const error = (Math.sqrt(doubt / buckets.length) * buckets.length) / bad;
  return Math.min(Math.max(0, wander - error) * bucketMs, mostMs);
}

/** Σ v(t)·v(t−lag) */
function lagged(values: readonly number[], lag: number): number {
  let sum = 0;
  for (let at = lag; at < values.length; at += 1) sum += (values[at] ?? 0) * (values[at - lag] ?? 0);
  return sum;
}
