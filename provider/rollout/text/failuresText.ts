import type { FailuresReport } from "../failures";
import type { FailureGroup } from "../ports";
import { clockText, withPeriod } from "./words";

/** What failed, in lines for a person who has to mend it; none where it was not asked for. */
export function failuresLines(report: FailuresReport | undefined): readonly string[] {
  if (report === undefined) return [];
  if ("unknown" in report) return [`What failed could not be found out: ${withPeriod(report.unknown)}`];
  const since = clockText(Date.parse(report.since));
  if (report.groups.length === 0) {
    return [
      `What failed: no kind of failure stands out in the telemetry since ${since}.`,
      ...whereLines(report),
    ];
  }
  return [
    `What failed since ${since}, of what is new or has grown:`,
    ...report.groups.flatMap((group, index) => groupLines(group, index + 1)),
    ...othersLines(report.others),
    ...whereLines(report),
  ];
}

/** One kind of failure in a line: `TypeError: x is undefined · GET /cart · new version 34, old version 0`. */
export function groupText({ what, request, new: fresh, old, of }: FailureGroup): string {
  const counts =
    of === undefined
      ? `new version ${fresh}, old version ${old}`
      : `new version ${fresh} of ${of.new}, old version ${old} of ${of.old}`;
  return [what, request, counts].filter((part) => part !== "").join(" · ");
}

function groupLines(group: FailureGroup, place: number): readonly string[] {
  const { requestIds, stack = [] } = group;
  const requests = requestIds.length === 0 ? [] : [`   requests ${requestIds.join(", ")}`];
  return [`${place}. ${groupText(group)}`, ...stack.map((frame) => `   ${frame}`), ...requests];
}

function othersLines({
  groups,
  events,
}: {
  readonly groups: number;
  readonly events: number;
}): readonly string[] {
  if (groups === 0) return [];
  return [`and ${groups} more ${groups === 1 ? "kind" : "kinds"}, ${events} of the new version together.`];
}

function whereLines({
  url,
  filters,
}: {
  readonly url?: string;
  readonly filters: string;
}): readonly string[] {
  if (filters === "") return [];
  return url === undefined
    ? [`Filters for the logs: ${filters}`]
    : [`In the logs: ${url}`, `Filters: ${filters}`];
}
