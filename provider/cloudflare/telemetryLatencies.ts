import { binOf } from "../health/latencyBins";
import { noCounts, type Counts, type Series } from "../health/series";
import type { SeriesQuery } from "../rollout/ports";
import type { LatencyPart, Part, Recipe } from "./telemetryParts";
import type { Row } from "./telemetryRow";

/** What both versions served, by how long it took. A bucket in which no version served is left out. */
export function latencySeries(
  { newVersionId, oldVersionId }: Pick<SeriesQuery, "newVersionId" | "oldVersionId">,
  rows: readonly Row[],
  edges: NonNullable<Recipe["edges"]>,
): Series {
  const starts = [...Map.groupBy(rows, ({ start }) => start)].sort(([a], [b]) => a - b);
  return starts.map(([start, served]) => {
    const of = (versionId: string | undefined): readonly Row[] =>
      served.filter((row) => row.versionId === versionId);
    return { start, new: countsIn(of(newVersionId), edges.new), old: countsIn(of(oldVersionId), edges.old) };
  });
}

function countsIn(rows: readonly Row[], edges: readonly number[]): Counts {
  const latencies = Array<number>(edges.length + 1).fill(0);
  let valid = 0;
  for (const { ms, events } of rows) {
    if (ms === undefined) continue;
    const bin = binOf(ms, edges);
    latencies[bin] = (latencies[bin] ?? 0) + events;
    valid += events;
  }
  return valid === 0 ? noCounts : { valid, bad: 0, latencies };
}

/** Where times begin to be rare: most requests take less. */
const usuallyLessMs = 250;

/** Above this nobody tells times apart any more. */
const mostMs = 60_000;

/**
 * Two parts that together are a part, with fewer different times in each; undefined where there are none. Each time is a
 * group of its own, of which an answer holds 2000.
 */
export function narrowerThan(part: Part): readonly [LatencyPart, LatencyPart] | undefined {
  if (part.kind !== "latencies") return undefined;
  const { over = -1, upTo } = part;
  if (upTo === undefined ? over >= mostMs : upTo - over < 2) return undefined;
  const middle = upTo === undefined ? Math.max(usuallyLessMs, 2 * over) : Math.floor((over + upTo) / 2);
  return [
    { ...part, upTo: middle },
    { ...part, over: middle },
  ];
}
