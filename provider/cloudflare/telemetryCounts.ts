import { noCounts, type Counts, type Series } from "../health/series";
import type { Sli } from "../health/sli";
import type { SeriesQuery } from "../rollout/ports";
import type { Row } from "./telemetryAnswer";
import { partId } from "./telemetryQuery";

/** The rows that each part's query counted, by the part's id. */
export type RowsByPart = ReadonlyMap<string, readonly Row[]>;

/**
 * Outcomes that are no failure of the Worker. Cloudflare counts an invocation whose client went away as a success
 * (Workers documentation, Metrics and analytics: "Success: requests that returned a Success or Client Disconnected
 * invocation status"); in telemetry that is `canceled`, or `responseStreamDisconnected` when it happened while the
 * response was on its way (`EventOutcome` of workerd). Everything else is bad, `unknown` too, which wrangler's
 * `tail --status error` also takes for an error.
 */
const harmless: ReadonlySet<string> = new Set(["ok", "canceled", "responseStreamDisconnected"]);

/** An invocation whose outcome nobody tells is none: cron events, as users report, would all be failures else. */
const isFailure = ({ outcome }: Row): boolean => outcome !== undefined && !harmless.has(outcome);

/** One series per SLI of the query, out of what was counted. A bucket in which no version served is left out. */
export function seriesFrom(query: SeriesQuery, rows: RowsByPart): readonly Series[] {
  const invocations = rows.get(partId({ kind: "invocations" })) ?? [];
  const valid = tally(invocations);
  const starts = [...new Set(invocations.map(({ start }) => start))].sort((a, b) => a - b);
  return query.slis.map((sli) => {
    const bad = tally(badRows(sli, invocations, rows));
    const countsOf = (versionId: string, start: number): Counts => {
      const all = valid.get(bucketId(versionId, start)) ?? 0;
      // The queries are not one moment: an invocation stored between them may show among the bad ones only.
      return { valid: all, bad: Math.min(all, bad.get(bucketId(versionId, start)) ?? 0) };
    };
    return starts.map((start) => ({
      start,
      new: countsOf(query.newVersionId, start),
      old: query.oldVersionId === undefined ? noCounts : countsOf(query.oldVersionId, start),
    }));
  });
}

function badRows(sli: Sli, invocations: readonly Row[], rows: RowsByPart): readonly Row[] {
  switch (sli.kind) {
    case "exceptions":
      return invocations.filter(isFailure);
    case "serverErrors": {
      // A failed invocation may have a status as well: it is counted once, by its outcome.
      const statusErrors = rows.get(partId({ kind: "statusErrors" })) ?? [];
      return [...invocations.filter(isFailure), ...statusErrors.filter((row) => !isFailure(row))];
    }
    case "wallTime":
    case "cpuTime":
      return rows.get(partId(sli)) ?? [];
    default:
      return sli satisfies never;
  }
}

function tally(rows: readonly Row[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { versionId, start, invocations } of rows) {
    const id = bucketId(versionId, start);
    sums.set(id, (sums.get(id) ?? 0) + invocations);
  }
  return sums;
}

function bucketId(versionId: string, start: number): string {
  return `${versionId} ${start}`;
}
