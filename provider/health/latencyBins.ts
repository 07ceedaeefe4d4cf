import type { TimeKind } from "./sli";

/** How many bins latencies are counted in. The edges between them are one less. */
export const binCount = 20;

/** The lowest edge; the highest is 500 times as high. CPU time is the smaller part of a request. */
const lowestMs: Readonly<Record<TimeKind, number>> = { wallTime: 10, cpuTime: 1 };
const spread = 500;

/**
 * The edges between the bins, in milliseconds: each is √2 times the one before, from 10 ms to 5 s for wall time and from
 * 1 ms to 500 ms for CPU time. A request is above an edge when it takes longer. Times come in whole milliseconds, so the
 * edges are whole as well.
 *
 * @param tolerance how many times longer a request may take, from 1: with 1.2 an edge is one that a request is above only
 * if its time, divided by 1.2, is above the plain one, whichever way times were rounded
 */
export function edgesOf(of: TimeKind, tolerance = 1): readonly number[] {
  return Array.from({ length: binCount - 1 }, (_, index) => {
    const edge = Math.floor(lowestMs[of] * spread ** (index / (binCount - 2)) + rounding);
    return Math.ceil(tolerance * (edge + 1) - rounding) - 1;
  });
}

/** What powers and products of fractions may be off by. */
const rounding = 1e-6;

/** The bin of a time in milliseconds, counted from 0. */
export function binOf(ms: number, edges: readonly number[]): number {
  const bin = edges.findIndex((edge) => ms <= edge);
  return bin === -1 ? edges.length : bin;
}

/** How many of the requests of some bins are above the edge with an index. */
export function above(edge: number, latencies: readonly number[]): number {
  return totalOf(latencies.slice(edge + 1));
}

/** How many requests some bins have together. */
export function totalOf(latencies: readonly number[]): number {
  let sum = 0;
  for (const requests of latencies) sum += requests;
  return sum;
}
