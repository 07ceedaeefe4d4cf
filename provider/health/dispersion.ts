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

/**
 * So much wander is believed at most: it is what the bad share of a Worker has that swings by a factor of e up and down
 * (a log-normal with σ = 1 and a memory of a minute). What swings more is no noise.
 */
const mostWanderMs = 100_000;

/** A dispersion for a span of one millisecond, as far as it is believed. */
export function believed({ clusters, wander }: Dispersion): Dispersion {
  return { clusters, wander: Math.min(wander, mostWanderMs) };
}

/** The dispersion over a span of some length. */
export function over(spanMs: number, { clusters, wander }: Dispersion): Dispersion {
  return { clusters, wander: wander / spanMs };
}
