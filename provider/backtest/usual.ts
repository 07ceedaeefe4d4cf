import type { Counts } from "../health/series";
import type { Trace } from "./trace";

/** Over how long a share of bad events is taken to be the same. */
const aroundMs = 600_000;

/** How many bad events the share of the whole trace counts for beside those of that time. */
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
    const all = totalOf(buckets, slo);
    // As if so many events had been served beside, of which the whole trace's share was bad.
    const beside = all.bad > 0 ? (worthOfAll * all.valid) / all.bad : 0;
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
      shares[at] = all.bad > 0 ? (bad + worthOfAll) / (valid + beside) : 0;
    }
    return shares;
  };
  return (slo, bucket) => {
    const shares = known.get(slo) ?? sharesOf(slo);
    known.set(slo, shares);
    return shares[bucket] ?? 0;
  };
}

function totalOf(buckets: Trace["buckets"], slo: number): Counts {
  let [valid, bad] = [0, 0];
  for (const cells of buckets) {
    valid += cells?.[slo]?.valid ?? 0;
    bad += cells?.[slo]?.bad ?? 0;
  }
  return { valid, bad };
}
