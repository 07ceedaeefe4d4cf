import { believed, noDispersion, over, type Dispersion } from "./dispersion";
import { Moments } from "./moments";
import { add, type Bucket, type Counts } from "./series";

/** Events were seen to arrive 10 to 60 s late (live, 2026), and an invocation is seen when it ends. */
export const settledAfterMs = 120_000;

/** What buckets are learnt from at least, and how often. */
const leastMs = 120_000;
const everyMs = 60_000;
/** Finer buckets are put together: swings take longer than that. */
const finestMs = 10_000;
const fewest = 12;

/**
 * How much wander is taken to be there before the release has shown how much there is, for a span of one millisecond:
 * over 10 s, 3 % of the square of the bad events expected. Where an hour was quiet, the next may not be.
 */
const notYetSeenMs = 300;

/**
 * The dispersion of the old version's bad events, learnt before the release and, as that goes on, from what the old
 * version serves meanwhile: noise may begin with it. It is fixed for each bucket by those that had settled before it, so
 * that the evidence keeps its guarantee, and the same series always gives the same.
 */
export class OngoingDispersion {
  private readonly wideMs: number;
  private moments: Moments;
  private since: number | undefined;
  private now = 0;
  private unsettled: readonly Bucket[] = [];
  private wide: { readonly at: number; readonly counts: Counts } | undefined;
  private buckets = 0;
  private learntAt = 0;
  private learnt: Dispersion = noDispersion;

  /**
   * @param before what the past has shown, for a span of one millisecond
   * @param bucketMs the width of a bucket
   */
  constructor(
    private readonly before: Dispersion,
    private readonly bucketMs: number,
  ) {
    this.wideMs = bucketMs * Math.ceil(finestMs / bucketMs);
    this.moments = new Moments(this.wideMs);
  }

  /** The same, going on by itself. */
  copy(): OngoingDispersion {
    const copy = new OngoingDispersion(this.before, this.bucketMs);
    return Object.assign(copy, this, { moments: this.moments.copy() });
  }

  /** Takes the next bucket in, and gives the dispersion it is judged with. */
  next(bucket: Bucket): Dispersion {
    this.since ??= bucket.start;
    this.now = bucket.start;
    const isSettled = ({ start }: Bucket): boolean => start + settledAfterMs <= this.now;
    for (const settled of this.unsettled.filter(isSettled)) this.take(settled);
    this.unsettled = [...this.unsettled.filter((one) => !isSettled(one)), bucket];
    this.learn();
    return over(this.bucketMs, this.current);
  }

  /** What is known now, for a span of one millisecond. */
  get current(): Dispersion {
    return {
      clusters: Math.max(this.before.clusters, this.learnt.clusters),
      wander: Math.max(this.before.wander, this.learnt.wander, this.notYetSeen),
    };
  }

  /** It shrinks as more of the release is seen. */
  private get notYetSeen(): number {
    const seenMs = this.now - (this.since ?? this.now) - settledAfterMs;
    return notYetSeenMs * Math.min(1, leastMs / Math.max(leastMs, seenMs));
  }

  private take({ start, old }: Bucket): void {
    const at = Math.floor((start - (this.since ?? start)) / this.wideMs);
    if (this.wide?.at === at) {
      this.wide = { at, counts: add(this.wide.counts, old) };
      return;
    }
    if (this.wide !== undefined) {
      this.moments.add(this.wide.at, this.wide.counts);
      this.buckets += 1;
    }
    this.wide = { at, counts: old };
  }

  private learn(): void {
    const seenMs = this.now - (this.since ?? this.now) - settledAfterMs;
    if (this.buckets < fewest || seenMs < leastMs || this.now < this.learntAt + everyMs) return;
    this.learntAt = this.now;
    this.learnt = believed(this.moments.dispersion);
  }
}
