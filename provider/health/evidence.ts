import type { Counts } from "./series";

/**
 * How many times worse than its limit a version might be: the alternatives that the evidence is averaged over.
 * A grid this coarse loses little against knowing the true ratio (at most ln 8 ≈ 2.1 of the log evidence).
 */
const ratios = [1.25, 1.5, 2, 3, 5, 10, 30, 100];

/** What a series says about the claim "the bad share is at most `max`". */
export interface Evidence {
  /**
   * The natural logarithm of the strongest evidence against the claim at the end of any bucket: 0 says nothing,
   * ln(100) refutes it at a level of 1 %, Infinity is proof.
   */
  readonly log: number;
  /** The index of the bucket the badness most probably began with; undefined when nothing points to one. */
  readonly onset: number | undefined;
}

/**
 * The evidence process against "each event is bad with a probability of at most `max`".
 *
 * For every ratio g, with q = g·max, a bucket with n valid and x bad events has the likelihood ratio
 * (q/max)^x · ((1−q)/(1−max))^(n−x). They are accumulated for a badness that began with any of the buckets, the t-th of
 * them weighing 1/(t(t+1)), and averaged over g; the weight of the beginnings yet to come, 1/(t+1), is added as it is.
 * While the claim holds this is a non-negative supermartingale that starts at 1, so the chance that it ever reaches 1/α
 * is at most α, however often one looks and whenever one stops (Ville's inequality; see Shin, Ramdas and Rinaldo,
 * "E-detectors", 2022, for mixtures over change points).
 *
 * @param counts the buckets since the release began, in order
 * @param max the largest bad share that is fine, from 0 to below 1; with 0 the first bad event is proof
 */
export function evidenceAgainst(counts: readonly Counts[], max: number): Evidence {
  if (max === 0) return proof(counts);
  const scales = ratios
    .map((ratio) => Math.min(ratio * max, (1 + max) / 2))
    .map((q) => ({ bad: Math.log(q / max), good: Math.log1p((max - q) / (1 - max)) }));
  const accumulated = new Float64Array(scales.length).fill(-Infinity);
  const onsets = scales.map(() => new Onset());
  let strongest = 0;
  counts.forEach((count, index) => {
    const weight = -Math.log((index + 1) * (index + 2));
    scales.forEach((scale, g) => {
      const step = count.bad * scale.bad + (count.valid - count.bad) * scale.good;
      accumulated[g] = logAdd(accumulated[g] ?? -Infinity, weight) + step;
      onsets[g]?.step(index, step);
    });
    const mixture = accumulated.reduce(logAdd, -Infinity) - Math.log(scales.length);
    strongest = Math.max(strongest, logAdd(mixture, -Math.log(index + 2)));
  });
  return {
    log: strongest,
    onset: onsets.reduce((best, onset) => (onset.sum > best.sum ? onset : best)).start,
  };
}

/** Where nothing bad is allowed, one bad event settles it. */
function proof(counts: readonly Counts[]): Evidence {
  const first = counts.findIndex((count) => count.bad > 0);
  return first === -1 ? { log: 0, onset: undefined } : { log: Infinity, onset: first };
}

/** Finds the bucket from which on the steps add up to the most (Page's cumulative sum, 1954). */
class Onset {
  sum = 0;
  start: number | undefined;

  step(index: number, step: number): void {
    if (this.sum === 0) this.start = index;
    this.sum = Math.max(0, this.sum + step);
    if (this.sum === 0) this.start = undefined;
  }
}

/** ln(eᵃ + eᵇ) without leaving the range of numbers. */
function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === -Infinity ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high));
}
