import { edgesOf } from "../health/latencyBins";
import { servedSince, type Series } from "../health/series";
import type { Sli } from "../health/sli";
import type { QuantileReported } from "./model";

/** What the telemetry is asked for to tell how long requests took, of both versions alike. */
export const timesSli: Sli = { kind: "slower", of: "wallTime", tolerance: 1 };

const percentiles = [50, 75, 90, 95, 99, 99.9];

/** How long requests took. */
export function quantilesOf(series: Series): QuantileReported[] {
  const { new: fresh, old } = servedSince(series, -Infinity);
  return percentiles.map((percentile) => ({
    percentile,
    newMs: quantileIn(fresh.latencies, percentile),
    oldMs: quantileIn(old.latencies, percentile),
  }));
}

/** The time that so many percent did not exceed: the upper edge of the bin in which they end; null where nothing ran. */
function quantileIn(latencies: readonly number[] = [], percentile: number): number | null {
  const edges = edgesOf("wallTime");
  const all = latencies.reduce((sum, requests) => sum + requests, 0);
  if (all === 0) return null;
  let sum = 0;
  const bin = latencies.findIndex((requests) => (sum += requests) >= (percentile / 100) * all - 1e-9);
  // What took longer than the highest edge is somewhere above it.
  return edges[bin] ?? edges.at(-1) ?? null;
}
