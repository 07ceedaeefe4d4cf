import { noCounts, type Counts } from "../health/series";

/** What the old version served in one bucket, by one SLO. */
export interface Cell extends Counts {
  /**
   * Of an SLO that compares latencies: the same requests by the edges that a new version's are counted by. `latencies` are
   * those by the old version's own.
   */
  readonly tolerated?: readonly number[];
}

/** Nothing was served. */
export const emptyCell: Cell = noCounts;

/**
 * What a Worker's old version served for some days: buckets of one width that follow each other without a gap. Each has a
 * cell for each SLO of the plan, in the plan's order; it is undefined where nobody knows what was served.
 */
export interface Trace {
  /** When the first bucket begins, in milliseconds since the epoch: a multiple of `bucketMs`. */
  readonly from: number;
  /** The width of a bucket, in milliseconds. */
  readonly bucketMs: number;
  readonly buckets: readonly (readonly Cell[] | undefined)[];
}

/** When the last bucket of a trace ends. */
export function endOf({ from, bucketMs, buckets }: Trace): number {
  return from + buckets.length * bucketMs;
}

/** For how long it is known what was served, in milliseconds. */
export function knownMs({ bucketMs, buckets }: Trace): number {
  return buckets.filter((cells) => cells !== undefined).length * bucketMs;
}

/** Tells whether all of a span is known. */
export function coverage(trace: Trace): (from: number, to: number) => boolean {
  const { from: start, bucketMs, buckets } = trace;
  const unknownBefore = [0];
  for (const cells of buckets)
    unknownBefore.push((unknownBefore.at(-1) ?? 0) + (cells === undefined ? 1 : 0));
  return (from, to) => {
    if (from < start || to > endOf(trace)) return false;
    const first = Math.floor((from - start) / bucketMs);
    const last = Math.ceil((to - start) / bucketMs);
    return unknownBefore[last] === unknownBefore[first];
  };
}
