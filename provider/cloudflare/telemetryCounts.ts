import { noCounts, type Counts, type Series } from "../health/series";
import type { SeriesQuery } from "../rollout/ports";
import type { Row } from "./telemetryRow";
import { partId, type Part, type Recipe } from "./telemetryParts";

/** The rows that each part's query counted, by the part's id. */
export type RowsByPart = ReadonlyMap<string, readonly Row[]>;

/** One series per recipe, out of what was counted. A bucket in which no version served is left out. */
export function seriesFrom(
  query: Pick<SeriesQuery, "newVersionId" | "oldVersionId">,
  recipes: readonly Recipe[],
  rows: RowsByPart,
): readonly Series[] {
  const rowsOf = (part: Part): readonly Row[] => rows.get(partId(part)) ?? [];
  return recipes.map((recipe) => {
    const validRows = rowsOf(recipe.valid);
    const valid = tally(validRows);
    const bad = tally(recipe.bad.flatMap(({ part, passes }) => rowsOf(part).filter(passes)));
    const countsOf = (versionId: string, start: number): Counts => {
      const all = exact(valid.get(bucketId(versionId, start)));
      // The queries are not one moment: an invocation stored between them may show among the bad ones only.
      return { valid: all, bad: Math.min(all, exact(bad.get(bucketId(versionId, start)))) };
    };
    const starts = [...new Set(validRows.map(({ start }) => start))].sort((a, b) => a - b);
    return starts.map((start) => ({
      start,
      new: countsOf(query.newVersionId, start),
      old: query.oldVersionId === undefined ? noCounts : countsOf(query.oldVersionId, start),
    }));
  });
}

/** Three times a third is one: a sum of fractions that should be whole is. */
function exact(sum = 0): number {
  return Number(sum.toFixed(6));
}

function tally(rows: readonly Row[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { versionId, start, events } of rows) {
    const id = bucketId(versionId, start);
    sums.set(id, (sums.get(id) ?? 0) + events);
  }
  return sums;
}

function bucketId(versionId: string, start: number): string {
  return `${versionId} ${start}`;
}
