import type { Counts, Series } from "./series";
import { noCounts } from "./series";

/** One request that the release itself has sent to the new version, and what came of it. */
export interface ProbeResult {
  /** When it was sent, in milliseconds since the epoch. */
  readonly sentAt: number;
  /** True when it was answered in time with a status that was expected. */
  readonly isGood: boolean;
  /** Whether anybody has answered it. Default: only if it is good. */
  readonly isAnswered?: boolean;
}

/** The series of some probes, whose results are of the new version alone: one bucket for each in which any was sent. */
export function probeSeries(
  results: readonly ProbeResult[],
  grid: { readonly from: number; readonly bucketMs: number },
): Series {
  const buckets = new Map<number, Counts>();
  for (const { sentAt, isGood } of results) {
    const start = grid.from + Math.floor((sentAt - grid.from) / grid.bucketMs) * grid.bucketMs;
    const { valid, bad } = buckets.get(start) ?? noCounts;
    buckets.set(start, { valid: valid + 1, bad: bad + Number(!isGood) });
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([start, counts]) => ({ start, new: counts, old: noCounts }));
}
