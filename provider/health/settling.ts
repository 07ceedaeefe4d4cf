import { noCounts, validIn, type Bucket, type Counts, type Series } from "./series";

/** What should be in buckets whose events have not all arrived. */
export interface Expectation {
  /** The width of a bucket, in milliseconds. */
  readonly bucketMs: number;
  /** When the first bucket of the release begins, in milliseconds since the epoch. */
  readonly since: number;
  /** Buckets that begin before this are settled: no more events are expected in them. */
  readonly settledUntil: number;
  /** What the old version served in a bucket before the release, when it had all traffic. */
  readonly before: Counts;
  /** The new version's share of the traffic, from 0 to 1, in the bucket that begins at a time. */
  readonly shareAt: (start: number) => number;
}

/** How many valid events of the new version a bucket is taken to have at least, by what it is judged. */
export interface Floors {
  readonly max: number;
  readonly maxIncrease: number;
}

/** What is made of a series of which a part is not settled. */
export interface Settling {
  readonly floorsOf: (bucket: Bucket) => Floors;
  readonly isSettled: (bucket: Bucket) => boolean;
  /**
   * How many times the usual traffic there seems to be, from 1 to 10, by the old version's failures. It may be trouble of
   * both versions instead: which of the two shows when the buckets are settled.
   */
  readonly surge: number;
}

const noFloors: Floors = { max: 0, maxIncrease: 0 };

/** Over how long the usual traffic is measured. */
const usualMs = 300_000;

/** A surge of more than this is not believed on the word of the failures alone. */
const largestSurge = 10;

/**
 * What unsettled buckets are judged with. Good and bad events arrive at different times: an invocation shows when it
 * ends, so failures that take no time come before successes that take half a minute, and two queries a second apart see
 * a different end of the same traffic. What is missing would then look like a bad share. So as long as a bucket is not
 * settled, the new version is taken to have at least
 * - for a ceiling: its share of what is usual, and of a surge as large as the old version's failures say, which arrive as
 *   early as its own;
 * - for a comparison: its share of what the old version shows in the same bucket.
 *
 * What is missing counts as good, so an unsettled bucket convicts only by failures that are too many whatever may still
 * arrive. Nothing is waited for: a version of which every request fails is found as soon.
 *
 * @param series what was served, oldest first
 */
export function settlingOf(series: Series, expectation: Expectation): Settling {
  const { settledUntil, shareAt } = expectation;
  const usual = usualTraffic(series, expectation);
  const surge = surgeIn(series, usual, expectation);
  const isSettled = ({ start }: Pick<Bucket, "start">): boolean => start < settledUntil;
  const floorsOf = ({ start, old }: Bucket): Floors => {
    if (isSettled({ start })) return noFloors;
    const share = shareAt(start);
    const max = share * usual.valid * surge;
    // Where the old version serves nothing, there is nothing else to go by.
    return { max, maxIncrease: share < 1 ? (share / (1 - share)) * old.valid : max };
  };
  return { floorsOf, isSettled, surge };
}

/** What a bucket has of both versions, and of the old version's bad events if that had all traffic. */
interface Usual {
  readonly valid: number;
  /** Undefined where the old version has served nothing. */
  readonly badOfOld: number | undefined;
}

/** By the last settled buckets, and where there are too few of them, by the time before the release. */
function usualTraffic(
  series: Series,
  { bucketMs, since, settledUntil, before, shareAt }: Expectation,
): Usual {
  const buckets = Math.max(1, Math.round(usualMs / bucketMs));
  const from = Math.max(since, settledUntil - buckets * bucketMs);
  const seen = startsIn(from, settledUntil, bucketMs);
  const unseen = buckets - seen.length;
  const settled = series.filter(({ start }) => start >= from && start < settledUntil);
  const valid = validIn(settled) + before.valid * unseen;
  const bad = settled.reduce((sum, bucket) => sum + bucket.old.bad, before.bad * unseen);
  const ofOld = seen.reduce((sum, start) => sum + 1 - shareAt(start), unseen);
  return { valid: valid / buckets, badOfOld: ofOld > 0 ? bad / ofOld : undefined };
}

/**
 * How many times the usual traffic there is, as far as the old version's early failures show it: over any time up to
 * now, what is beyond two standard deviations of what is usual. Failures that as many successes as usual came with show
 * no surge: what is there need not be guessed.
 */
function surgeIn(
  series: Series,
  { valid, badOfOld }: Usual,
  { bucketMs, since, settledUntil, shareAt }: Expectation,
): number {
  const newest = series.at(-1)?.start;
  if (newest === undefined || badOfOld === undefined || shareAt(newest) >= 1) return 1;
  const oldAt = new Map(series.map(({ start, old }) => [start, old]));
  const usualShare = valid > 0 ? badOfOld / valid : 0;
  let [seen, expected, surge] = [0, 0, 1];
  for (let start = newest; start >= Math.max(since, settledUntil); start -= bucketMs) {
    const old = oldAt.get(start) ?? noCounts;
    seen += old.bad;
    expected += Math.max(badOfOld * (1 - shareAt(start)), usualShare * old.valid);
    surge = Math.max(surge, seen / (expected + 2 * Math.sqrt(expected) + 1));
  }
  return Math.min(surge, largestSurge);
}

function startsIn(from: number, until: number, bucketMs: number): readonly number[] {
  const count = Math.max(0, Math.ceil((until - from) / bucketMs));
  return Array.from({ length: count }, (_, index) => from + index * bucketMs);
}
