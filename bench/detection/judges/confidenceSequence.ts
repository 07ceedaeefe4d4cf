import { add, noCounts, type Counts } from "../../../provider/health/series";
import type { Judge } from "./judge";

/** For how many events the interval is made narrowest. */
const tunedFor = 2000;

/**
 * A confidence sequence of the new version's bad share, as experimentation tools offer it: an interval that is valid at
 * every look, by the normal mixture of Robbins (1970) with the measured variance (Waudby-Smith and others, 2021). It
 * aborts when the whole interval is over the limit.
 */
export const confidenceSequence: Judge = {
  name: "confidence sequence",
  rule: "The measured share is over the limit by more than an interval that is valid at every look, by the normal approximation.",
  kind: "max",
  watch({ max, level }) {
    let fresh = noCounts;
    return (bucket) => {
      fresh = add(fresh, bucket.new);
      return lowerBound(fresh, level) > max;
    };
  },
};

/** The lower end of the one-sided interval at 1 − level: √((nσ²ρ²+1)/ρ²·ln((nσ²ρ²+1)/(4α²)+1))/n below the mean. */
export function lowerBound({ valid, bad }: Counts, level: number): number {
  if (valid === 0) return 0;
  const share = (bad + 0.5) / (valid + 1);
  const variance = valid * share * (1 - share);
  const rho2 =
    (2 * Math.log(1 / (2 * level)) + Math.log(2 * Math.log(1 / (2 * level)) + 1)) /
    (tunedFor * share * (1 - share));
  const spread = (variance * rho2 + 1) / rho2;
  return bad / valid - Math.sqrt(spread * Math.log((variance * rho2 + 1) / (4 * level * level) + 1)) / valid;
}
