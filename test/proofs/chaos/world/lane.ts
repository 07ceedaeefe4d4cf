import type { Counts } from "../../../../provider/health/series";
import { binomial } from "../../../fakes/random";
import { noise } from "../random";

/** Which part of a cell's requests arrives early, and which late. */
export const cohorts = [0.8, 0.2] as const;
/** Cells of about this width are served and arrive as a whole. */
const cellMs = 5000;

/** What decides the counts of a version by an SLI. */
export interface Source {
  /** The requests of all versions together that the version gets a second of, on average: from `from` to `to`. */
  requests(from: number, to: number): number;
  badShare(at: number): number;
  /** When a cohort of a cell has arrived. */
  arrivedAt(start: number, width: number, cohort: number): number;
  /** True where a bucket that ends then is so old that all of it has arrived long ago. */
  isPast(end: number): boolean;
  /** Tells this version's and this SLI's luck from that of others. */
  readonly seeds: { readonly version: number; readonly sli: number };
}

/** The counts of one version by one SLI, in buckets of one width. What was served never changes; it arrives bit by bit. */
export class Lane {
  private readonly cells = new Map<number, Counts>();
  /** Buckets that have arrived as a whole, and when they had. */
  private readonly complete = new Map<number, { readonly counts: Counts; readonly at: number }>();

  constructor(
    private readonly source: Source,
    private readonly bucketMs: number,
  ) {}

  /** What has arrived at `at` of the bucket that begins at `start`. */
  bucket(start: number, at: number): Counts {
    const known = this.complete.get(start);
    if (known && known.at <= at) return known.counts;
    const { source, bucketMs } = this;
    const width = source.isPast(start + bucketMs) || bucketMs % cellMs !== 0 ? bucketMs : cellMs;
    let [valid, bad, lastAt] = [0, 0, 0];
    for (let cell = start; cell < start + bucketMs; cell += width) {
      for (let cohort = 0; cohort < cohorts.length; cohort += 1) {
        const arrivedAt = source.arrivedAt(cell, width, cohort);
        lastAt = Math.max(lastAt, arrivedAt);
        if (arrivedAt <= at) {
          const counts = this.cell(cell, width, cohort);
          valid += counts.valid;
          bad += counts.bad;
        }
      }
    }
    const counts = { valid, bad };
    if (lastAt <= at) this.complete.set(start, { counts, at: lastAt });
    return counts;
  }

  private cell(start: number, width: number, cohort: number): Counts {
    const key = start * cohorts.length + cohort;
    const known = this.cells.get(key);
    if (known) return known;
    const { source } = this;
    const { version, sli } = source.seeds;
    const expected = source.requests(start, start + width) * (cohorts[cohort] ?? 0);
    // A fraction of a request is a chance of one, the same for every SLI: all of them count the same requests.
    const valid = Math.floor(expected + noise(version, start, cohort));
    let draws = 0;
    const bad = binomial(valid, source.badShare(start), () =>
      noise(version, sli, start, cohort, (draws += 1)),
    );
    const counts = { valid, bad };
    this.cells.set(key, counts);
    return counts;
  }
}
