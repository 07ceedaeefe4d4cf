import type { Trace } from "./trace";

/** Over how long a share of bad events is taken to be the same. */
const aroundMs = 600_000;

/** The share of bad events that is usual around a bucket: of one bucket alone, a few requests would tell it. */
export type Usual = (slo: number, bucket: number) => number;

/** Learns from a trace what is usual when. */
export function usualIn({ bucketMs, buckets }: Trace): Usual {
  const half = Math.floor(aroundMs / bucketMs / 2);
  const known = new Map<number, Float64Array>();
  const sharesOf = (slo: number): Float64Array => {
    const shares = new Float64Array(buckets.length);
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
      shares[at] = valid > 0 ? bad / valid : 0;
    }
    return shares;
  };
  return (slo, bucket) => {
    const shares = known.get(slo) ?? sharesOf(slo);
    known.set(slo, shares);
    return shares[bucket] ?? 0;
  };
}
