import { evidenceAgainst } from "./evidence";
import { add, noCounts, type Counts, type Series } from "./series";

/** What is judged: a bound on the bad share. */
export interface Bound {
  /** The largest bad share that is fine, from 0 to below 1. */
  readonly max: number;
}

/** What both versions served over some buckets. */
export interface Served {
  readonly new: Counts;
  readonly old: Counts;
}

/** What a series says about an objective. */
export interface Judgement {
  /** True when the evidence of a violation is conclusive at the level it was judged at. */
  readonly violated: boolean;
  /** The evidence of a violation as a natural logarithm; 0 is none, `Infinity` is proof. */
  readonly evidence: number;
  /** The evidence at which it is conclusive, ln(1 / level). */
  readonly conclusive: number;
  /** What was served since the trouble most probably began; undefined when nothing points to trouble. */
  readonly trouble: (Served & { readonly since: number }) | undefined;
}

/**
 * Judges an objective on everything that was served since the release began. A pure function of the series: the same
 * series gives the same judgement in any process at any time, and events that arrive late simply count from then on.
 *
 * @param level the probability, above 0 and below 1, with which an objective that holds may be found violated at any
 *   moment of the release
 */
export function judge(bound: Bound, series: Series, level: number): Judgement {
  // While the new version serves nothing there is nothing to learn about it, and no time for its trouble to begin in.
  const judged = series.filter((bucket) => bucket.new.valid > 0);
  const evidence = evidenceAgainst(
    judged.map((bucket) => bucket.new),
    bound.max,
  );
  const conclusive = -Math.log(level);
  const first = evidence.onset === undefined ? undefined : judged[evidence.onset];
  return {
    violated: evidence.log >= conclusive,
    evidence: evidence.log,
    conclusive,
    trouble: first && { since: first.start, ...served(series, first.start) },
  };
}

/** What both versions served in the buckets that begin at `since` or later. */
export function served(series: Series, since: number): Served {
  return series
    .filter((bucket) => bucket.start >= since)
    .reduce<Served>((sum, bucket) => ({ new: add(sum.new, bucket.new), old: add(sum.old, bucket.old) }), {
      new: noCounts,
      old: noCounts,
    });
}
