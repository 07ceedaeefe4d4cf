import { ceiling, divergence, surpriseAtCeiling } from "./ceiling";
import { varianceFactor, type Dispersion } from "./dispersion";
import type { Claim } from "./evidence";
import type { Bounds } from "./judgement";
import { ratios, ratioWeights } from "./ratios";
import type { Counts, Served } from "./series";

/**
 * The claim "an event of the new version is at most `maxIncrease` times as likely to be bad as one of the old version
 * in the same bucket".
 *
 * Of the bad events of a bucket, when the claim just holds, each is the new version's with the probability
 * θ = maxIncrease·n_new / (maxIncrease·n_new + n_old), and with θg/(1−θ+θg) when the new version is g times worse than
 * that. So the likelihood ratio is (g/(1−θ+θg))^x_new · (1/(1−θ+θg))^x_old, whatever the traffic and whatever hits both
 * versions alike: an incident that doubles the bad share of both says nothing. Where bad events are not independent,
 * at the worst each version has clusters and wanders by itself: the ratio is taken to the power 1/φ,
 * φ = 1 + clusters + 2 · wander · θ(1−θ)(x_new + x_old).
 *
 * A bucket in which one version served nothing, or nothing bad happened, says nothing.
 *
 * With a margin m the claim is "at most `maxIncrease` times as likely, plus m": as if c = m/`maxIncrease` of the old
 * version's events were bad besides, of which nobody has to see any. They add (g/T − 1)·m·n_new to what the ratio is
 * expected to be, with T = 1−θ+θg, so (T−1)/T·c·n_old, which is the same, is taken from its logarithm. For counts of
 * Poisson the ratio then is expected to be 1 while the claim just holds, for rarer ones less.
 *
 * @param maxIncrease the largest ratio of the bad shares that is fine, at least 1
 */
export function comparison(maxIncrease: number, { margin = 0, alone }: Allowance = {}): Claim {
  const logs = ratios.map(Math.log);
  const withoutOld = alone === undefined ? undefined : ceiling(alone);
  return {
    weights: ratioWeights,
    weigh(bucket, steps, dispersion): number {
      if (bucket.old.valid === 0) return withoutOld?.weigh(bucket, steps, dispersion) ?? 0;
      const bad = bucket.new.bad + bucket.old.bad;
      const given = (margin / maxIncrease) * bucket.old.valid;
      if (bad + given === 0 || bucket.new.valid === 0) return 0;
      const theta = newPart(maxIncrease, bucket.new, bucket.old);
      const factor = factorOf(theta, bad + given, dispersion);
      for (let g = 0; g < ratios.length; g += 1) {
        const total = Math.log1p(theta * ((ratios[g] ?? 1) - 1));
        steps[g] = (bucket.new.bad * (logs[g] ?? 0) - bad * total + given * Math.expm1(-total)) / factor;
      }
      return factor;
    },
  };
}

/** What is fine beside the increase itself. */
type Allowance = Pick<Bounds, "margin" | "alone">;

/**
 * How far beyond the allowed increase some counts are: at most e^−surprise is the probability that a version which just
 * keeps it gives counts like these or worse (Chernoff's bound, (x_new + x_old)·KL(x_new/(x_new + x_old)‖θ)), with the
 * same allowance for dispersion. 0 when the measured increase is within the allowed one, or there is nothing
 * to compare.
 */
export function surpriseAtIncrease(
  maxIncrease: number,
  served: Served,
  dispersion: Dispersion,
  { margin = 0, alone }: Allowance = {},
): number {
  if (served.old.valid === 0) {
    return alone === undefined ? 0 : surpriseAtCeiling(alone, served.new, dispersion);
  }
  const bad = served.new.bad + served.old.bad + (margin / maxIncrease) * served.old.valid;
  if (bad === 0 || served.new.valid === 0) return 0;
  const theta = newPart(maxIncrease, served.new, served.old);
  const measured = served.new.bad / bad;
  if (measured <= theta) return 0;
  return (bad * divergence(measured, theta)) / factorOf(theta, bad, dispersion);
}

/** θ: the new version's part of the bad events when it is exactly `maxIncrease` times as bad. */
function newPart(maxIncrease: number, fresh: Counts, old: Counts): number {
  const weight = maxIncrease * fresh.valid;
  return weight / (weight + old.valid);
}

function factorOf(theta: number, bad: number, dispersion: Dispersion): number {
  return varianceFactor(dispersion, 2 * theta * (1 - theta) * bad);
}
