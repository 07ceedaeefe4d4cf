import { sql, type Sql } from "./sql";

/** A stretch of time in epoch milliseconds: `from` belongs to it, `to` does not, so that adjacent ones share nothing. */
export interface Timeframe {
  from: number;
  to: number;
}

/** How many buckets a series has, about, when the query does not say. */
const AUTOMATIC = 60;

/**
 * The length of a series' buckets in milliseconds: the span divided by `granularity`, the number of buckets asked for,
 * and rounded up to whole seconds, as every recorded answer has it.
 */
export function bucketLength({ from, to }: Timeframe, granularity = AUTOMATIC): number {
  return Math.max(1, Math.ceil((to - from) / (granularity * 1000))) * 1000;
}

/** When the bucket begins that an event falls into. Buckets begin at multiples of their length, whatever `from` is. */
export function bucketOf(length: number): Sql {
  const whole = sql`CAST(${length} AS INTEGER)`;
  return sql`(e.timestamp / ${whole} * ${whole})`;
}

/**
 * When the buckets begin that a series lists. In every recorded answer the bucket that `from` is in and the next one
 * are missing; the last one is there, whole or not. No recording tells whether the events of the missing buckets are
 * counted elsewhere in the series. Here they are not, which is the worse of the two for who adds the series up: only
 * the aggregates have them.
 */
export function bucketStarts({ from, to }: Timeframe, length: number): number[] {
  const first = Math.ceil(from / length) * length + length;
  const last = Math.floor((to - 1) / length) * length;
  const count = Math.max(0, (last - first) / length + 1);
  return Array.from({ length: count }, (_, i) => first + i * length);
}

/** A time as Cloudflare's series spell it: `2025-07-30 17:31:00`, which is UTC although it does not say so. */
export function seriesTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace("T", " ");
}
