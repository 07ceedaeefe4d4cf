import { edgesOf, binCount } from "../health/latencyBins";
import type { Counts } from "../health/series";
import { binomial, type Random } from "./random";
import { emptyCell, type Cell } from "./trace";

/** Draws which of the requests of a cell belong to a part of it, at `chance` each: a span of its time, or one version. */
export function partOf(cell: Cell, chance: number, random: Random): Cell {
  if (chance >= 1) return cell;
  if (chance <= 0) return emptyCell;
  const { latencies, tolerated } = cell;
  if (latencies !== undefined) {
    const drawn = binsOf(latencies, chance, random);
    return { ...drawn, ...(tolerated && { tolerated: binsOf(tolerated, chance, random).latencies }) };
  }
  const bad = binomial(cell.bad, chance, random);
  return { valid: bad + binomial(cell.valid - cell.bad, chance, random), bad };
}

function binsOf(
  bins: readonly number[],
  chance: number,
  random: Random,
): Counts & { readonly latencies: readonly number[] } {
  const latencies = bins.map((requests) => binomial(requests, chance, random));
  return { valid: latencies.reduce((sum, requests) => sum + requests, 0), bad: 0, latencies };
}

/** What is left of a cell when a part of it is taken away. */
export function without(cell: Cell, part: Cell): Cell {
  const { latencies, tolerated } = cell;
  const rest = { valid: cell.valid - part.valid, bad: cell.bad - part.bad };
  if (latencies === undefined) return rest;
  const minus = (all: readonly number[], some: readonly number[] = []): readonly number[] =>
    all.map((requests, bin) => requests - (some[bin] ?? 0));
  return {
    ...rest,
    latencies: minus(latencies, part.latencies),
    ...(tolerated && { tolerated: minus(tolerated, part.tolerated) }),
  };
}

/** A cell as a new version is counted. */
export function asNew({ valid, bad, latencies, tolerated = latencies }: Cell): Counts {
  return tolerated === undefined ? { valid, bad } : { valid: sum(tolerated), bad, latencies: tolerated };
}

/** A cell as an old version is counted. */
export function asOld({ valid, bad, latencies }: Cell): Counts {
  return latencies === undefined ? { valid, bad } : { valid, bad, latencies };
}

/**
 * What a version would have served instead that is `times` as bad.
 *
 * @param times how many times as many bad events there are, or how many times as long requests take, from 1; with
 * Infinity all are bad
 * @param share the share of bad events that is usual at that time
 */
export function worse(counts: Counts, times: number, share: number, random: Random): Counts {
  const { valid, bad, latencies } = counts;
  if (latencies !== undefined) return { valid, bad, latencies: slower(latencies, times, random) };
  if (times === Infinity) return { valid, bad: valid };
  const more = share >= 1 ? 0 : Math.min(1, ((times - 1) * share) / (1 - share));
  return { valid, bad: bad + binomial(valid - bad, more, random) };
}

/** How many times as high each edge of the bins is as the one before. */
const perBin = (() => {
  const edges = edgesOf("wallTime");
  return ((edges.at(-1) ?? 1) / (edges[0] ?? 1)) ** (1 / (edges.length - 1));
})();

/** Requests that take longer are in later bins: as many as go into the factor, and of the rest of it each by chance. */
function slower(latencies: readonly number[], times: number, random: Random): readonly number[] {
  if (times === Infinity) return latencies.map((_, bin) => (bin === binCount - 1 ? sum(latencies) : 0));
  const bins = Math.log(times) / Math.log(perBin);
  const whole = Math.floor(bins);
  const moved = latencies.map(() => 0);
  const put = (bin: number, requests: number): void => {
    const at = Math.min(bin, binCount - 1);
    moved[at] = (moved[at] ?? 0) + requests;
  };
  latencies.forEach((requests, bin) => {
    const further = binomial(requests, bins - whole, random);
    put(bin + whole, requests - further);
    put(bin + whole + 1, further);
  });
  return moved;
}

function sum(bins: readonly number[]): number {
  return bins.reduce((all, requests) => all + requests, 0);
}
