/** How many values lie in each bucket. */
export type Histogram = Map<number, number>;

/**
 * The limits of two neighbouring buckets differ by this factor, and a bucket stands for the middle of it: a quantile
 * is at most 1 % off. Microseconds from 1 to an hour take 1100 buckets, of which a second of traffic fills a few.
 */
const FACTOR = 1.02;
const LOG_FACTOR = Math.log(FACTOR);

/** Adds a number of microseconds. */
export function addTo(histogram: Histogram, microseconds: number): void {
  const bucket = bucketOf(microseconds);
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

/** Adds all that is in a histogram that was stored. */
export function addStored(histogram: Histogram, bytes: Uint8Array): void {
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += 8) {
    const bucket = numbers.getUint32(at, true);
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + numbers.getUint32(at + 4, true));
  }
}

/** The value that at least the share `level` of all do not exceed, in whole microseconds; 0 when there is none. */
export function quantile(histogram: Histogram, level: number): number {
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  const wanted = level * buckets.reduce((sum, [, count]) => sum + count, 0);
  let passed = 0;
  const found = buckets.find(([, count]) => (passed += count) >= wanted);
  return found === undefined ? 0 : valueOf(found[0]);
}

/** A histogram as it is stored: each bucket and its count, in 4 bytes each. */
export function toBytes(histogram: Histogram): Uint8Array {
  const bytes = new Uint8Array(histogram.size * 8);
  const numbers = new DataView(bytes.buffer);
  let at = 0;
  for (const [bucket, count] of histogram) {
    numbers.setUint32(at, bucket, true);
    numbers.setUint32(at + 4, count, true);
    at += 8;
  }
  return bytes;
}

/** Bucket 0 has what is less than a microsecond. */
function bucketOf(microseconds: number): number {
  return microseconds < 1 ? 0 : 1 + Math.round(Math.log(microseconds) / LOG_FACTOR);
}

function valueOf(bucket: number): number {
  return bucket === 0 ? 0 : Math.round(FACTOR ** (bucket - 1));
}
