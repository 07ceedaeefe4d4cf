import { add, noCounts, type Counts } from "../../../provider/health/series";
import type { Judge } from "./judge";

/**
 * A stand-in for the group-sequential products, whose rule is a confidence interval of new − old, valid at every look,
 * that lies entirely on the bad side: the mixture SPRT with the normal approximation (Johari, Pekelis and Walsh, 2015).
 * What they tune to the effects they expect, τ, is here the limit.
 */
export const sequential: Judge = {
  name: "mSPRT",
  rule: "New − old above 0 in an interval that is valid at every look, by the normal approximation.",
  kind: "maxIncrease",
  watch({ max, level }) {
    let fresh = noCounts;
    let old = noCounts;
    return (bucket) => {
      fresh = add(fresh, bucket.new);
      old = add(old, bucket.old);
      return logLikelihoodRatio(fresh, old, max) >= -Math.log(level);
    };
  },
};

/** ln Λ, Λ = √(s²/(s²+τ²))·exp(Δ²τ²/(2s²(s²+τ²))); 0 while the new version is not worse or there is nothing to compare. */
export function logLikelihoodRatio(fresh: Counts, old: Counts, tau: number): number {
  if (fresh.valid === 0 || old.valid === 0) return 0;
  const difference = fresh.bad / fresh.valid - old.bad / old.valid;
  if (difference <= 0) return 0;
  const variance = varianceOfShare(fresh) + varianceOfShare(old);
  const sum = variance + tau * tau;
  return 0.5 * Math.log(variance / sum) + (difference * difference * tau * tau) / (2 * variance * sum);
}

/** With half an event added to each side, so that a version without bad events is not taken to be without variance. */
function varianceOfShare({ valid, bad }: Counts): number {
  const share = (bad + 0.5) / (valid + 1);
  return (share * (1 - share)) / valid;
}
