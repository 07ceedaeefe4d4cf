import { noCounts, type Bucket, type Counts } from "../../provider/health/series";
import { bucketSeconds, bucketsOfMinute, type Judge, type Release } from "../../bench/detection/judges/judge";

/** A release of 30 minutes with a limit of 1 %, of which only the bound knows the truth. */
export const release: Release = {
  max: 0.01,
  maxIncrease: 1,
  level: 0.01,
  soak: 30 * bucketsOfMinute,
  past: [],
  truth: () => ({ new: 0.05, old: 0.01 }),
};

export const nothing: Counts = noCounts;
export const good: Counts = { valid: 100, bad: 0 };
export const bad: Counts = { valid: 100, bad: 2 };

/** Buckets of which the new version serves these, and the old one those. */
export function bucketsOf(fresh: readonly Counts[], old: readonly Counts[] = []): Bucket[] {
  return fresh.map((counts, index) => ({
    start: index * bucketSeconds * 1000,
    new: counts,
    old: old[index] ?? noCounts,
  }));
}

/** Minutes of which the new version serves these, all in their first bucket. */
export function minutesOf(...minutes: readonly Counts[]): Bucket[] {
  const rest = Array.from({ length: bucketsOfMinute - 1 }, () => noCounts);
  return bucketsOf(minutes.flatMap((counts) => [counts, ...rest]));
}

/** The second after which a judge aborts; undefined when it does not. */
export function abortedAfter(judge: Judge, buckets: readonly Bucket[], about = release): number | undefined {
  const watch = judge.watch(about);
  const index = buckets.findIndex((bucket) => watch(bucket));
  return index === -1 ? undefined : (index + 1) * bucketSeconds;
}
