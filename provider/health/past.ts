import { withoutWorstBlocks } from "./blocks";
import { believed, noDispersion, over, varianceFactor, type Dispersion } from "./dispersion";
import { latencyPastOf, type LatencyPast } from "./latencyPast";
import { Moments } from "./moments";
import { usualIn, type Usual } from "./quiet";
import { add, badShare, noCounts, type Counts } from "./series";

/** What a version served before the release began: its past, from which the dispersion of its bad events is learnt. */
export interface Past {
  /** The width of a bucket, in milliseconds. */
  readonly bucketMs: number;
  /** The buckets, oldest first, those without traffic included. */
  readonly buckets: readonly Counts[];
}

/** What is known of a version from its past. */
export interface Baseline {
  /** The dispersion of its bad events, for a span of one millisecond. */
  readonly dispersion: Dispersion;
  /** What it served in a millisecond, on average. */
  readonly perMs: Counts;
  /** How much comes, and how evenly. */
  readonly usual: Usual;
  /** What is known of its latencies; undefined for an SLI that does not compare them. */
  readonly latencies?: LatencyPast;
}

/** The baseline of a version of which nothing is known. */
export const noBaseline: Baseline = {
  dispersion: noDispersion,
  perMs: noCounts,
  usual: { perMs: 0, lowestPerMs: 0, burst: 1 },
};

/** Learns a version's baseline from its past. */
export function baselineOf(past: Past): Baseline {
  const { buckets, bucketMs } = past;
  const { valid, bad } = buckets.reduce(add, noCounts);
  const ms = Math.max(1, buckets.length * bucketMs);
  return {
    dispersion: dispersionOf(past),
    perMs: { valid: valid / ms, bad: bad / ms },
    usual: usualIn(buckets, bucketMs),
    ...(buckets.some(({ latencies }) => latencies) && { latencies: latencyPastOf(buckets, bucketMs) }),
  };
}

/** From fewer buckets nothing can be told. */
const fewest = 30;

/** What dropping the blocks that differ most takes away where nothing but noise is in them. */
const undoDropping = 1.5;

/**
 * Learns the dispersion of bad events from a past, for spans longer than the memory of the swings. The wander is given
 * for a span of one millisecond: divided by its length it is a span's.
 *
 * An incident in the past is no noise: it would make everything look normal, in the very hour in which people release
 * what ends it. So it is learnt twice, from the whole past and from what is left of it without its worst blocks, and
 * the smaller one counts. An outage, a ramp or a few bursts then cost nearly nothing, and noise is still seen.
 */
export function dispersionOf({ bucketMs, buckets }: Past): Dispersion {
  if (buckets.length < fewest) return noDispersion;
  const whole = believed(learnt(buckets, bucketMs, () => true));
  const typical = typicalShare(buckets);
  const isKept = withoutWorstBlocks(buckets.map(({ valid, bad }) => (bad - typical * valid) ** 2));
  const rest = learnt(buckets, bucketMs, isKept);
  const corrected = believed({ clusters: undoDropping * rest.clusters, wander: undoDropping * rest.wander });
  const mean = buckets.reduce((sum, { valid }) => sum + valid, 0) / buckets.length;
  const factor = (dispersion: Dispersion): number =>
    varianceFactor(over(bucketMs, dispersion), Math.max(1, typical * mean));
  return factor(corrected) < factor(whole) ? corrected : whole;
}

function learnt(buckets: readonly Counts[], bucketMs: number, isKept: (at: number) => boolean): Dispersion {
  const moments = new Moments(bucketMs);
  buckets.forEach((counts, at) => {
    if (isKept(at)) moments.add(at, counts);
  });
  return moments.dispersion;
}

/** The bad share of a bucket as it usually is: the mean without the lowest and the highest tenth. */
function typicalShare(buckets: readonly Counts[]): number {
  const shares = buckets
    .filter(({ valid }) => valid > 0)
    .map(badShare)
    .sort((a, b) => a - b);
  const tenth = Math.floor(shares.length / 10);
  const middle = shares.slice(tenth, shares.length - tenth);
  return middle.reduce((sum, share) => sum + share, 0) / Math.max(1, middle.length);
}
