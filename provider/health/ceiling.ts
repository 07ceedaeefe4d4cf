import { varianceFactor, type Dispersion } from "./dispersion";
import type { Claim } from "./evidence";
import { ratios, ratioWeights } from "./ratios";
import { badShare, type Counts } from "./series";

/**
 * The claim "each event of the new version is bad with a probability of at most `max`".
 *
 * With q = g·max, a bucket with n valid and x bad events has the likelihood ratio
 * (q/max)^x · ((1−q)/(1−max))^(n−x); see {@link Claim} for g. Where bad events are not independent, the ratio is taken
 * to the power 1/φ, φ = 1 + clusters + wander · max · n: how much more than independent ones those of a bucket vary
 * (a quasi-likelihood in the sense of Wedderburn, 1974).
 *
 * @param max the largest bad share that is fine, from 0 to below 1; with 0 the first bad event is proof
 */
export function ceiling(max: number): Claim {
  if (max === 0) return nothingBad;
  const scales = ratios
    .map((ratio) => Math.min(ratio * max, (1 + max) / 2))
    .map((q) => ({ bad: Math.log(q / max), good: Math.log1p((max - q) / (1 - max)) }));
  return {
    weights: ratioWeights,
    weigh({ new: { valid, bad } }, steps, dispersion): number {
      const factor = varianceFactor(dispersion, max * valid);
      for (let g = 0; g < scales.length; g += 1) {
        const scale = scales[g];
        if (scale) steps[g] = (bad * scale.bad + (valid - bad) * scale.good) / factor;
      }
      return valid > 0 ? factor : 0;
    },
  };
}

/** Where nothing bad is allowed, one bad event settles it. */
const nothingBad: Claim = {
  weights: [1],
  weigh({ new: { valid, bad } }, steps): number {
    steps.fill(bad > 0 ? Infinity : 0);
    return valid > 0 ? 1 : 0;
  },
};

/**
 * How far beyond the ceiling some counts are: at most e^−surprise is the probability that a version which just keeps
 * the ceiling gives counts like these or worse (Chernoff's bound, n·KL(measured‖max)), with the same allowance for
 * dispersion. 0 when the measured share is within the ceiling.
 */
export function surpriseAtCeiling(max: number, counts: Counts, dispersion: Dispersion): number {
  const share = badShare(counts);
  if (share <= max) return 0;
  return (counts.valid * divergence(share, max)) / varianceFactor(dispersion, max * counts.valid);
}

/** The Kullback-Leibler divergence of a coin with probability `p` from one with `q`. */
export function divergence(p: number, q: number): number {
  const part = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return part(p, q) + part(1 - p, 1 - q);
}
