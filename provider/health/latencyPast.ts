import { withoutWorstBlocks } from "./blocks";
import { evenRanks, momentsOf, rankAt, ranksIn, scoresWith, sumOf, type Score } from "./latencyScores";
import { totalOf } from "./latencyBins";
import type { Counts } from "./series";

/** What the old version's past says of its latencies. */
export interface LatencyPast {
  /** The rank of each bin among its requests. */
  readonly ranks: Score;
  /**
   * For each score how much its mean wanders: the variance of the mean over a span of one millisecond, beyond that of
   * independent requests, as a part of the variance of one request.
   */
  readonly wander: readonly number[];
  /** The mean square of the change of the mean rank from one bucket to the next, beyond chance; 0 where it is not known. */
  readonly jitter: number;
  /** The variance of the rank of one request. */
  readonly variance: number;
  /** The width of those buckets, in milliseconds. */
  readonly bucketMs: number;
}

/** From fewer buckets with requests nothing can be told. */
const fewest = 30;

/** A load that swings by 10 % with a memory of a minute makes the rank wander so. */
const assumedWander = 1300;

/** What is assumed of a version that has no past to speak of. */
export const unknownPast: LatencyPast = {
  ranks: evenRanks,
  wander: scoresWith(evenRanks).map(() => assumedWander),
  jitter: 0,
  variance: 0,
  bucketMs: 0,
};

/**
 * What dropping the blocks that differ most takes away where nothing but noise is in them. With 1.5, 4 to 5 % of versions
 * whose loads swing by themselves were taken to be slower (150 releases); with this, 1 to 3 %, as without dropping any.
 */
const undoDropping = 2.5;

/**
 * Learns how latencies wander, from the old version's past. As with bad events an incident in it is no noise: it is
 * learnt twice, from the whole and from what is left without the worst blocks, and the smaller wander of the rank counts.
 */
export function latencyPastOf(buckets: readonly Counts[], bucketMs: number): LatencyPast {
  const past = buckets.map(({ latencies = [] }) => latencies);
  if (past.filter((latencies) => totalOf(latencies) > 0).length < fewest) return unknownPast;
  const ranks = ranksIn(summed(past));
  const whole = learnt(past, ranks, bucketMs);
  const kept = withoutWorst(past, ranks);
  const rest = learnt(kept, ranks, bucketMs);
  const corrected = { ...rest, wander: rest.wander.map((value) => undoDropping * value) };
  return { ranks, bucketMs, ...(rankWander(corrected) < rankWander(whole) ? corrected : whole) };
}

type Learnt = Pick<LatencyPast, "wander" | "jitter" | "variance">;
type Bins = readonly number[];

function rankWander({ wander }: Learnt): number {
  return wander[rankAt] ?? 0;
}

function summed(past: readonly Bins[]): Bins {
  const [first = [], ...rest] = past.filter((latencies) => latencies.length > 0);
  const sum = [...first];
  for (const latencies of rest) {
    for (let bin = 0; bin < sum.length; bin += 1) sum[bin] = (sum[bin] ?? 0) + (latencies[bin] ?? 0);
  }
  return sum;
}

function learnt(past: readonly Bins[], ranks: Score, bucketMs: number): Learnt {
  const all = summed(past);
  const totals = past.map(totalOf);
  const seen = scoresWith(ranks).map((score): Seen => {
    const { mean, variance } = momentsOf(score, all);
    return { totals, sums: past.map((latencies) => sumOf(score, latencies)), mean, variance };
  });
  const rank = seen[rankAt];
  return {
    wander: seen.map((each) => wanderOf(each) * bucketMs),
    jitter: rank === undefined ? 0 : jitterOf(rank),
    variance: rank?.variance ?? 0,
  };
}

/** What buckets have shown of a score. */
interface Seen {
  readonly totals: readonly number[];
  readonly sums: readonly number[];
  /** Of one request. */
  readonly mean: number;
  readonly variance: number;
}

/** How many buckets after it what a bucket has shows. */
const lags = 12;

/** The long-run variance of the mean score of a bucket, less one standard error, as a part of that of one request. */
function wanderOf({ totals, sums, mean, variance }: Seen): number {
  if (variance === 0) return 0;
  const excess = sums.map((sum, at) => sum - mean * (totals[at] ?? 0));
  let [wander, doubt] = [0, 0];
  for (let lag = 0; lag <= lags; lag += 1) {
    const pairs = products(totals, lag);
    if (pairs === 0) continue;
    const chance = lag === 0 ? variance * totalOf(totals) : 0;
    const covariance = (products(excess, lag) - chance) / pairs;
    const weight = lag === 0 ? 1 : 2 * (1 - lag / (lags + 1));
    wander += weight * (lag === 0 ? Math.max(0, covariance) : covariance);
    doubt += ((lag === 0 ? 2 : 1) * (weight * variance) ** 2) / pairs;
  }
  return Math.max(0, wander - Math.sqrt(doubt)) / variance;
}

function products(values: readonly number[], lag: number): number {
  let sum = 0;
  for (let at = lag; at < values.length; at += 1) sum += (values[at] ?? 0) * (values[at - lag] ?? 0);
  return sum;
}

function jitterOf({ totals, sums, variance }: Seen): number {
  let [sum, pairs] = [0, 0];
  for (let at = 1; at < totals.length; at += 1) {
    const [before = 0, now = 0] = [totals[at - 1], totals[at]];
    if (before === 0 || now === 0) continue;
    const change = (sums[at] ?? 0) / now - (sums[at - 1] ?? 0) / before;
    sum += change ** 2 - variance * (1 / now + 1 / before);
    pairs += 1;
  }
  return pairs === 0 ? 0 : Math.max(0, sum / pairs);
}

/** The past with nothing in the blocks whose ranks are farthest from the rest. */
function withoutWorst(past: readonly Bins[], ranks: Score): readonly Bins[] {
  const typical = median(past.filter((bins) => totalOf(bins) > 0).map((bins) => meanRank(bins, ranks)));
  const isKept = withoutWorstBlocks(past.map((bins) => (sumOf(ranks, bins) - typical * totalOf(bins)) ** 2));
  return past.map((bins, at) => (isKept(at) ? bins : []));
}

function meanRank(bins: Bins, ranks: Score): number {
  return sumOf(ranks, bins) / totalOf(bins);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
