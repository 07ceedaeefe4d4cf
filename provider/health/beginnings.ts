/** What is planned of a release: it tells beforehand when trouble may begin. */
export interface Course {
  /** How many buckets its soaks take together, at least 1. */
  readonly buckets: number;
  /** How often the split changes after the new version has served its first users, from 0. */
  readonly changes: number;
}

/**
 * The parts of the weight that a beginning has for being among the very first, by its order, by the plan's length and by
 * the changes of the split. Found by trying: with these, trouble from the start is found at most a tenth later than with
 * the order alone, and 5 times the limit from minute 15 in 40 s instead of 50 (`npm run bench -- detection --only Reference`).
 */
const parts = { first: 0.35, order: 0.2, length: 0.25, changes: 0.2 };

/** How the weight of a change falls over the judged buckets after it, the first one included; the very first alike. */
const afterChange = Array.from({ length: 6 }, (_, index) => 7 / (6 * (index + 1) * (index + 2)));

/**
 * How likely trouble is taken to begin with each bucket, beforehand. The weights of all buckets add up to at most 1, and
 * each is fixed before its bucket is counted: that is all the guarantee of {@link EvidenceProcess} asks for.
 *
 * Without a course the i-th bucket that says anything weighs 1/(i(i+1)): a beginning in hour 6 then needs evidence of
 * 15 nats more than one at the start. With a course a fifth of the weight is given so, and 0.35 to the very first
 * buckets, since most bad versions are bad from their first request. A quarter is the same for each of the planned
 * buckets, and a fifth lies on those right after the changes of the split, where a version meets more traffic than ever
 * before; where none is planned, its part goes to the planned buckets. A bucket that says nothing leaves its weight to
 * the next one that does.
 */
export class Beginnings {
  private informative = 0;
  private seen = 0;
  private forChanges = parts.changes;
  private left = 0;
  private spent = 0;

  constructor(private readonly course?: Course) {}

  /** The same, going on by itself. */
  copy(): Beginnings {
    return Object.assign(new Beginnings(this.course), this);
  }

  /**
   * The weight of a beginning with the next bucket: 0 where the bucket says nothing.
   *
   * @param sinceChange how many judged buckets lie between the last change of the split and it; undefined where it has
   * not changed since the new version has served its first users
   */
  next(isInformative: boolean, sinceChange?: number): number {
    this.left += this.planned(sinceChange);
    if (!isInformative) return 0;
    this.informative += 1;
    const weight = this.ofOrder() + this.left;
    this.left = 0;
    this.spent += weight;
    return weight;
  }

  /** The weight of all beginnings that are still to come. */
  get toCome(): number {
    return Math.max(0, 1 - this.spent);
  }

  private ofOrder(): number {
    const byOrder = 1 / (this.informative * (this.informative + 1));
    if (this.course === undefined) return byOrder;
    return parts.order * byOrder + parts.first * (afterChange[this.informative - 1] ?? 0);
  }

  private planned(sinceChange: number | undefined): number {
    if (this.course === undefined) return 0;
    const { buckets, changes } = this.course;
    this.seen += 1;
    const length = changes === 0 ? parts.length + parts.changes : parts.length;
    const ofLength = this.seen <= buckets ? length / buckets : 0;
    if (sinceChange === undefined || changes === 0) return ofLength;
    // A release that is done differently than planned has no more to give away.
    const ofChange = Math.min((parts.changes / changes) * (afterChange[sinceChange] ?? 0), this.forChanges);
    this.forChanges -= ofChange;
    return ofLength + ofChange;
  }
}
