import { add, type Bucket, type Counts } from "./series";
import { sumOf } from "./latencyScores";
import { totalOf } from "./latencyBins";
import type { LatencyPast } from "./latencyPast";

/** Finer buckets are put together: loads swing in longer than that. */
const finestMs = 10_000;

/** From fewer changes nothing can be told. */
const fewest = 24;

/**
 * Which part of the wander of latencies the versions do not share, from 0 to 1. A database that gets slow makes both
 * slow, and the comparison does not notice; a machine that does may be one version's own. The past, with one version
 * alone, cannot tell them apart. How much the difference of the versions changes from one bucket to the next can: as much
 * as one version in the past if they share nothing. Until that is seen, all of it counts as their own.
 */
export class OwnPart {
  private readonly wideMs: number;
  private wide: Bucket | undefined;
  private last: Difference | undefined;
  private changes = 0;
  private squares = 0;
  private chance = 0;

  /** @param bucketMs the width of a bucket, in milliseconds */
  constructor(
    private readonly past: LatencyPast,
    private readonly bucketMs: number,
  ) {
    this.wideMs = bucketMs * Math.ceil(finestMs / bucketMs);
  }

  /** The same, going on by itself. */
  copy(): OwnPart {
    return Object.assign(new OwnPart(this.past, this.bucketMs), this);
  }

  /** Takes the next bucket in, and gives the part it is judged with: by the buckets before it alone. */
  next(bucket: Bucket): number {
    const part = this.part;
    const start = Math.floor(bucket.start / this.wideMs) * this.wideMs;
    if (this.wide?.start === start) {
      this.wide = { start, new: add(this.wide.new, bucket.new), old: add(this.wide.old, bucket.old) };
    } else {
      if (this.wide !== undefined) this.take(this.wide);
      this.wide = { start, new: bucket.new, old: bucket.old };
    }
    return part;
  }

  private get part(): number {
    const { bucketMs, jitter } = this.past;
    // Over less time than in the past there is less change.
    const usual = 2 * jitter * Math.min(1, this.wideMs / bucketMs);
    if (this.changes < fewest || !(usual > 0)) return 1;
    const square = this.squares / this.changes;
    const doubt = 2 * Math.sqrt(3 / this.changes) * square;
    return Math.min(1, Math.max(0, (square - this.chance / this.changes + doubt) / usual));
  }

  private take(bucket: Bucket): void {
    const now = this.differenceIn(bucket);
    if (now === undefined) return;
    if (this.last !== undefined) {
      this.changes += 1;
      this.squares += (now.rank - this.last.rank) ** 2;
      this.chance += now.chance + this.last.chance;
    }
    this.last = now;
  }

  private differenceIn(bucket: Bucket): Difference | undefined {
    const [fresh, old] = [totalOf(bucket.new.latencies ?? []), totalOf(bucket.old.latencies ?? [])];
    if (fresh === 0 || old === 0) return undefined;
    const meanOf = ({ latencies = [] }: Counts, total: number): number =>
      sumOf(this.past.ranks, latencies) / total;
    return {
      rank: meanOf(bucket.new, fresh) - meanOf(bucket.old, old),
      chance: this.past.variance * (1 / fresh + 1 / old),
    };
  }
}

/** Of the versions' mean ranks in a bucket, and the variance that chance alone gives it. */
interface Difference {
  readonly rank: number;
  readonly chance: number;
}
