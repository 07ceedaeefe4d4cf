import type { Claim } from "./evidence";
import { binCount, totalOf } from "./latencyBins";
import type { LatencyPast } from "./latencyPast";
import { rankAt, scoresWith, type Score } from "./latencyScores";
import type { Bucket } from "./series";

/** A bucket whose latencies are compared. */
export interface LatencyBucket extends Bucket {
  /** The part of the wander that the versions do not share, from 0 to 1. */
  readonly own: number;
}

/** How much more the requests above a threshold are weighted, and how steeply ranks are: the alternatives. */
const thresholdTilts = [1.1, 1.25, 1.5, 2, 3, 5, 10, 30].map(Math.log);
const rankTilts: readonly number[] = [0.1, 0.2, 0.4, 0.7, 1, 1.5, 2.5, 4];

/** Half of the weight is the thresholds', in equal parts, and half the rank's. */
const weights: readonly number[] = [
  ...Array.from({ length: rankAt * thresholdTilts.length }, () => 1 / (2 * rankAt * thresholdTilts.length)),
  ...rankTilts.map(() => 1 / (2 * rankTilts.length)),
];

/**
 * The claim "the new version's requests do not take longer than the old version's in the same bucket": above every edge
 * there are at most as large a part of them. What is allowed to take longer is in the bins, see {@link edgesOf}.
 *
 * If both versions are alike, which of the bucket's requests are the new version's is drawn without replacement. So, for
 * any score that was fixed before, the mean of e^(λ·sum of the new version's scores) is at most the mean of e^(λ·score)
 * over all requests of the bucket, to the power of how many are the new version's (Hoeffding, 1963), and the quotient of
 * the two is a likelihood ratio. A score that grows with the time makes it smaller still for a faster version. What slows
 * down both versions in a bucket cancels out, however long it lasts. Where each wanders by itself the ratio is taken to
 * the power 1/φ, φ = 1 + own · 2 · wander · n_new · n_old / (n_new + n_old).
 *
 * A bucket in which one version served nothing says nothing.
 *
 * @param bucketMs the width of a bucket, in milliseconds
 */
export function notSlower(past: LatencyPast, bucketMs: number): Claim<LatencyBucket> {
  const scores = scoresWith(past.ranks).map((score, index) => {
    const tilts = index === rankAt ? rankTilts : thresholdTilts;
    return { score, wander: past.wander[index] ?? 0, tilts: tilts.map((tilt) => tiltedBy(tilt, score)) };
  });
  return {
    weights,
    weigh({ new: fresh, old, own }, steps): number {
      const [ofNew, ofOld] = [fresh.latencies ?? [], old.latencies ?? []];
      const [n, o] = [totalOf(ofNew), totalOf(ofOld)];
      if (n === 0 || o === 0) return 0;
      const spread = (own * 2 * n * o) / ((n + o) * bucketMs);
      let [at, factor] = [0, 1];
      for (const { score, wander, tilts } of scores) {
        factor = 1 + spread * wander;
        let sum = 0;
        for (let bin = 0; bin < binCount; bin += 1) sum += (score[bin] ?? 0) * (ofNew[bin] ?? 0);
        for (const { tilt, weights } of tilts) {
          let mean = 0;
          for (let bin = 0; bin < binCount; bin += 1) {
            mean += (weights[bin] ?? 0) * ((ofNew[bin] ?? 0) + (ofOld[bin] ?? 0));
          }
          steps[at] = (tilt * sum - n * Math.log(mean / (n + o))) / factor;
          at += 1;
        }
      }
      // The rank is the last one.
      return factor;
    },
  };
}

function tiltedBy(
  tilt: number,
  score: Score,
): { readonly tilt: number; readonly weights: readonly number[] } {
  return { tilt, weights: score.map((value) => Math.exp(tilt * value)) };
}
