import type { Counts } from "../health/series";
import type { Trace } from "./trace";

/** Over how long a share of bad events is taken to be the same. */
const aroundMs = 600_000;

/** How many bad events the share of the whole trace counts for beside those of a time. */
const worthOfAll = 5;

/**
 * The share of bad events that is usual around a bucket. Where too few are known of that time to tell, it is close to the
 * share of the whole trace.
 */
export type Usual = (slo: number, bucket: number) => number;

/** Learns from a trace what is usual when. */
export function usualIn({ bucketMs, buckets }: Trace): Usual {
  const half = Math.floor(aroundMs / bucketMs / 2);
  const known = new Map<number, Float64Array>();
  const sharesOf = (slo: number): Float64Array => {
    const shares = new Float64Array(buckets.length);
    const overall = shareOf(buckets, slo);
    let [valid, bad] = [0, 0];
    const take = (at: number, sign: 1 | -1): void => {
      const cell = buckets[at]?.[slo];
      valid += sign * (cell?.valid ?? 0);
      bad += sign * (cell?.bad ?? 0);
    };
    for (let at = 0; at < half; at += 1) take(at, 1);
    for (let at = 0; at < buckets.length; at += 1) {
      take(at + half, 1);
      take(at - half - 1, -1);
      shares[at] = valid > 0 ? mixed({ valid, bad }, overall) : overall;
    }
    return shares;
  };
  return (slo, bucket) => {
    const shares = known.get(slo) ?? sharesOf(slo);
    known.set(slo, shares);
    return shares[bucket] ?? 0;
  };
}

/** The share of some counts, mixed with that of the whole trace: by as much as so few events do not tell. */
function mixed({ valid, bad }: Counts, overall: number): number {
  const told = Math.max(bad, valid * overall);
  if (told === 0) return 0;
  return (told * (bad / valid) + worthOfAll * overall) / (told + worthOfAll);
}

function shareOf(buckets: Trace["buckets"], slo: number): number {
  let [valid, bad] = [0, 0];
  for (const cells of buckets) {
    valid += cells?.[slo]?.valid ?? 0;
    bad += cells?.[slo]?.bad ?? 0;
  }
  return valid > 0 ? bad / valid : 0;
}
