/**
 * What an SLI is made of: events that count (`valid`), and those among them that are bad. Every SLI has this one
 * shape, so one kind of arithmetic judges them all.
 */
export interface Counts {
  /** Events that count, at least 0. */
  readonly valid: number;
  /** Those of them that are bad, from 0 to `valid`. */
  readonly bad: number;
  /** How many of the valid ones took how long, by the bins of `edgesOf`; only of an SLI that asks for that. */
  readonly latencies?: readonly number[];
}

/** What both versions served over some time. */
export interface Served {
  /** What the new version served. */
  readonly new: Counts;
  /** What the old version served in the same time. */
  readonly old: Counts;
}

/** What both versions served in one span of time. */
export interface Bucket extends Served {
  /** When the bucket begins, in milliseconds since the epoch. */
  readonly start: number;
}

/** The buckets of one SLI, oldest first, each `start` greater than the one before. */
export type Series = readonly Bucket[];

/** Nothing happened. */
export const noCounts: Counts = { valid: 0, bad: 0 };

/** Adds two counts. */
export function add(a: Counts, b: Counts): Counts {
  const sum = { valid: a.valid + b.valid, bad: a.bad + b.bad };
  const [some, more] = [a.latencies ?? b.latencies, a.latencies && b.latencies];
  if (some === undefined) return sum;
  return { ...sum, latencies: more ? some.map((requests, bin) => requests + (more[bin] ?? 0)) : some };
}

/** The bad share, from 0 to 1; 0 when nothing was served. */
export function badShare(counts: Counts): number {
  return counts.valid === 0 ? 0 : counts.bad / counts.valid;
}

/** How many valid events of both versions a series has. */
export function validIn(series: Series): number {
  return series.reduce((sum, bucket) => sum + bucket.new.valid + bucket.old.valid, 0);
}

/** What both versions served in the buckets that begin at `since` or later. */
export function servedSince(series: Series, since: number): Served {
  return series
    .filter((bucket) => bucket.start >= since)
    .reduce<Served>((sum, bucket) => ({ new: add(sum.new, bucket.new), old: add(sum.old, bucket.old) }), {
      new: noCounts,
      old: noCounts,
    });
}
