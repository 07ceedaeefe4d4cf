import type { Span } from "./look";

/** In whole seconds, as Cloudflare's buckets are. */
const bucketLengths = [1, 2, 5, 10, 20, 30, 60].map((seconds) => seconds * 1000);
/** So many are as many as a series has by itself. */
const mostBuckets = 60;
const fewestBuckets = 10;

/**
 * A span of at least ten buckets that has some of `times` in its first one, so that it shows whether the beginning of
 * a series is lost. Undefined without any time.
 */
export function spanAround(times: readonly number[]): Span | undefined {
  if (times.length === 0) return undefined;
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const bucketMs = bucketLengths.find((ms) => (last - first) / ms < mostBuckets) ?? 60_000;
  const from = Math.floor(first / bucketMs) * bucketMs;
  const buckets = Math.max(fewestBuckets, Math.floor((last - from) / bucketMs) + 1);
  return { from, to: from + buckets * bucketMs, bucketMs };
}

/** The length of a span in buckets. */
export function bucketsIn({ from, to, bucketMs }: Span): number {
  return Math.round((to - from) / bucketMs);
}
