import { add, noCounts, type Bucket, type Counts } from "../../../provider/health/series";
import { boundaries } from "../statistics/spending";
import type { Judge } from "./judge";

/**
 * What Spotify and others use where the length is known: a fixed number of looks, planned beforehand, of which each may
 * spend a part of the level. It proves nothing beyond the planned length.
 */
export function groupSequential(kind: Judge["kind"]): Judge {
  return {
    name: `group-sequential ${kind}`,
    rule: "Lan and DeMets' boundaries of O'Brien and Fleming's kind for the planned looks every 10 s, by the normal approximation.",
    kind,
    watch({ max, level, soak }) {
      const stops = boundariesFor(soak, level);
      let served = { new: noCounts, old: noCounts };
      let look = 0;
      return (bucket: Bucket) => {
        served = { new: add(served.new, bucket.new), old: add(served.old, bucket.old) };
        const score =
          kind === "max" ? scoreAtLimit(served.new, max) : scoreOfDifference(served.new, served.old);
        look += 1;
        return score >= (stops[look - 1] ?? Infinity);
      };
    },
  };
}

const known = new Map<string, readonly number[]>();
/** z of half the level: the quantiles of the levels that the benchmark gives. */
const quantiles = new Map([[0.01, 2.5758293035489]]);

function boundariesFor(looks: number, level: number): readonly number[] {
  const name = `${looks} ${level}`;
  const quantile = quantiles.get(level);
  if (quantile === undefined) throw new RangeError(`no quantile is known of the level ${level}`);
  const found = known.get(name) ?? boundaries(looks, quantile);
  known.set(name, found);
  return found;
}

function scoreAtLimit({ valid, bad }: Counts, max: number): number {
  return valid === 0 ? 0 : (bad - valid * max) / Math.sqrt(valid * max * (1 - max));
}

function scoreOfDifference(fresh: Counts, old: Counts): number {
  const all = add(fresh, old);
  const pooled = all.bad / all.valid;
  const variance = pooled * (1 - pooled) * (1 / fresh.valid + 1 / old.valid);
  return variance > 0 && Number.isFinite(variance)
    ? (fresh.bad / fresh.valid - old.bad / old.valid) / Math.sqrt(variance)
    : 0;
}
