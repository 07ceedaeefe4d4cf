import { sql, type Sql } from "./sql";

/** A stretch of time in epoch milliseconds: `from` belongs to it, `to` does not, so that adjacent ones share nothing. */
export interface Timeframe {
  from: number;
  to: number;
}

/** How many buckets a series has when the query does not say. */
const AUTOMATIC = 60;

/** The number of buckets of a series, which is what `granularity` is in Cloudflare's API. None is shorter than 1 ms. */
export function bucketCount(timeframe: Timeframe, granularity: number | undefined): number {
  return Math.min(granularity ?? AUTOMATIC, timeframe.to - timeframe.from);
}

/** The bucket an event falls into, counted from 0. Whole numbers throughout: no event is lost to rounding. */
export function bucketOf(timeframe: Timeframe, count: number): Sql {
  const whole = (value: number): Sql => sql`CAST(${value} AS INTEGER)`;
  const length = timeframe.to - timeframe.from;
  return sql`((e.timestamp - ${whole(timeframe.from)}) * ${whole(count)} / ${whole(length)})`;
}

/** The first millisecond of each bucket. */
export function bucketStarts(timeframe: Timeframe, count: number): number[] {
  const length = timeframe.to - timeframe.from;
  return Array.from({ length: count }, (_, i) => timeframe.from + Math.ceil((i * length) / count));
}

/**
 * A time as Cloudflare's series spell it: `2025-07-30 17:31:00`, which is UTC although it does not say so.
 * A start that is not on a whole second has its milliseconds.
 */
export function seriesTime(epochMs: number): string {
  return new Date(epochMs)
    .toISOString()
    .replace("T", " ")
    .replace(/(\.000)?Z$/, "");
}
