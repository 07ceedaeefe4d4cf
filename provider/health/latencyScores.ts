import { above, binCount, totalOf } from "./latencyBins";

/** What a request in each of the bins counts, from 0 to 1, and never less in a slower one. */
export type Score = readonly number[];

/** For each edge the score that counts the requests above it: what is wrong with a few shows at one of them. */
const thresholds: readonly Score[] = Array.from({ length: binCount - 1 }, (_, edge) =>
  Array.from({ length: binCount }, (_, bin) => (bin > edge ? 1 : 0)),
);

/** As many of the scores as there are thresholds come first, then the rank. */
export const rankAt = thresholds.length;

/** All scores by which latencies are compared. */
export function scoresWith(ranks: Score): readonly Score[] {
  return [...thresholds, ranks];
}

/** Ranks where nothing is known of what is usual. */
export const evenRanks: Score = Array.from({ length: binCount }, (_, bin) => (bin + 0.5) / binCount);

/**
 * The rank of each bin among some requests: the share of those which were faster, and half of those in the same bin. What
 * is wrong with all requests shows in it.
 */
export function ranksIn(latencies: readonly number[]): Score {
  const total = totalOf(latencies);
  if (total === 0) return evenRanks;
  return latencies.map((requests, bin) => 1 - (above(bin, latencies) + requests / 2) / total);
}

/** The sum of the scores of some requests. */
export function sumOf(score: Score, latencies: readonly number[]): number {
  let sum = 0;
  for (let bin = 0; bin < binCount; bin += 1) sum += (score[bin] ?? 0) * (latencies[bin] ?? 0);
  return sum;
}

/** The mean and the variance of the score of one of some requests; 0 where there are none. */
export function momentsOf(score: Score, latencies: readonly number[]): { mean: number; variance: number } {
  const total = Math.max(1, totalOf(latencies));
  const mean = sumOf(score, latencies) / total;
  const square = sumOf(
    score.map((value) => value ** 2),
    latencies,
  );
  return { mean, variance: Math.max(0, square / total - mean ** 2) };
}
