import { formatElapsed } from "../plan/duration";
import { formatPercent } from "../plan/percent";
import { percentText } from "../rollout/text/sloText";
import { dateText } from "../rollout/text/words";
import { valueText } from "../plots";
import type { CountsReported, ReleaseReport, ReportStatus, SloReported, StageSlo } from "./model";

// What both written forms of a report say in the same words.

/** How a release ended, with a sign that does not need its colour to be understood. */
export const statusTexts: Readonly<Record<ReportStatus, string>> = {
  underWay: "▶ under way",
  completed: "✓ completed",
  aborted: "✕ aborted",
  inconclusive: "? inconclusive",
  superseded: "↷ superseded",
};

const verdictTexts: Readonly<Record<StageSlo["verdict"], string>> = {
  healthy: "✓ healthy",
  insufficient: "… too few requests",
  unsure: "? unsure",
  violated: "✕ violated",
};

/** What a stage has shown of an SLO. A version that has served nothing is not called healthy. */
export function verdictText({ verdict, new: { valid } }: Pick<StageSlo, "verdict" | "new">): string {
  return verdict === "healthy" && valid === 0 ? "nothing to judge yet" : verdictTexts[verdict];
}

/** A report's heading: `Release of checkout: ✕ aborted`. */
export function headingOf({ scriptName, status }: ReleaseReport): string {
  return `Release of ${scriptName}: ${statusTexts[status]}`;
}

/** When it was, and how long it took. */
export function timeText({ startedAt, endedAt, seenUntil }: ReleaseReport): string {
  const took = formatElapsed(Math.max(1000, (endedAt ?? seenUntil) - startedAt));
  return endedAt === null
    ? `${dateText(startedAt)}, for ${took} so far`
    : `${dateText(startedAt)}, took ${took}`;
}

/** Who serves after the last deployment of a release; undefined where somebody else has decided that. */
export function trafficText({ status, splits }: ReleaseReport): string | undefined {
  const percent = splits.at(-1)?.percent;
  if (status === "superseded" || percent === undefined) return undefined;
  if (percent === 100) return "all on the new version";
  if (percent > 0) return `${formatPercent(percent)} on the new version`;
  return status === "underWay" ? "all on the old version" : "all back on the old version";
}

/** `4.85 % (10 of 206)`; a dash where nothing was served. */
export function shareText(counts: CountsReported | null): string {
  if (counts === null || counts.valid === 0) return "–";
  return `${percentText(counts.bad / counts.valid)} (${counts.bad} of ${counts.valid})`;
}

/** Evidence as a part of what is conclusive. */
export function evidenceText(evidence: number): string {
  return evidence >= 10 ? "over 1000 %" : valueText(evidence, "evidence");
}

/** What an SLO is on, and what it allows: `requests failed, limit 1 %`. */
export function sloLine({ bad, limitText, observeOnly }: SloReported): string {
  return `${bad}, ${limitText}${observeOnly ? ", observed only" : ""}`;
}

/** What a plot of an SLO shows, for who does not see it. */
export function sloDescription(slo: SloReported): string {
  const sum = (version: "new" | "old"): CountsReported =>
    slo.points.reduce(
      (all, point) => ({ bad: all.bad + point[version].bad, valid: all.valid + point[version].valid }),
      { bad: 0, valid: 0 },
    );
  const violated =
    slo.violatedAt === null
      ? "It was not violated."
      : `It was found violated at ${dateText(slo.violatedAt)}.`;
  return `New version ${shareText(sum("new"))}, old version ${shareText(sum("old"))} ${slo.bad}; ${slo.limitText}. ${violated}`;
}
