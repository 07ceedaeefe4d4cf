import { formatPercent } from "../plan/percent";
import { groupText } from "../rollout/text/failuresText";
import { clockText } from "../rollout/text/words";
import { harmless } from "../shown";
import { valueText } from "../plots";
import type { FailuresReport } from "../rollout/failures";
import { shortId } from "../rollout/text/versionText";
import type { ReleaseReport, StageReported, StageSlo } from "./model";
import { evidenceText, headingOf, shareText, sloLine, timeText, trafficText, verdictText } from "./words";

/** GitHub takes so many characters of a comment. */
const mostCharacters = 65_536;

/** The report as Markdown that GitHub renders, no longer than a comment on a pull request may be. */
export function markdownOf(report: ReleaseReport): string {
  const whole = [
    `### ${text(headingOf(report))}`,
    text(report.decision),
    ...report.notes.map((note) => `> ${text(note)}`),
    table(["", ""], factsOf(report)),
    ...failuresOf(report.failures),
    "#### Stages",
    stagesTable(report),
    ...latencyOf(report),
    details("Deployments", splitsTable(report)),
  ].join("\n\n");
  return whole.length < mostCharacters ? `${whole}\n` : shortened(report, whole);
}

/** A plan may have hundreds of stages: those that say least are left out. */
function shortened(report: ReleaseReport, whole: string): string {
  const last = report.stages.slice(-20);
  if (report.stages.length > last.length || report.splits.length > 20) {
    const note = "It is shortened to its last 20 stages: a comment has no room for more.";
    return markdownOf({
      ...report,
      stages: last,
      splits: report.splits.slice(-20),
      notes: [...report.notes, note],
    });
  }
  const end = "\n\nCut off here: a comment has no room for more.\n";
  return whole.slice(0, mostCharacters - end.length - 1) + end;
}

function factsOf(report: ReleaseReport): string[][] {
  const traffic = trafficText(report);
  return [
    ["Release", code(report.releaseId)],
    ["New version", code(report.newVersionId)],
    ["Old version", report.oldVersionId === null ? "none" : code(report.oldVersionId)],
    ["Time", text(timeText(report))],
    ...(traffic === undefined ? [] : [["Traffic", text(traffic)]]),
    ...report.slos.map((slo) => [`SLO ${text(slo.name)}`, text(sloLine(slo))]),
    ...report.slos
      .filter(({ violatedAt }) => violatedAt !== null)
      .map(({ name, onset, violatedAt }) => [
        `✕ ${text(name)}`,
        text(
          `${onset === null ? "" : `trouble began ${clockText(onset)}, `}found ${clockText(violatedAt ?? 0)}`,
        ),
      ]),
  ];
}

function failuresOf(failures: FailuresReport | null): string[] {
  if (failures === null) return [];
  if ("unknown" in failures)
    return ["#### What failed", text(`That could not be found out: ${failures.unknown}`)];
  const { groups, others, url, filters } = failures;
  const list = groups.map((group, index) =>
    [
      `${index + 1}. **${text(groupText(group))}**`,
      ...(group.stack ?? []).map((frame) => `   <br>${code(frame)}`),
      ...(group.requestIds.length > 0 ? [`   <br>requests ${group.requestIds.map(code).join(", ")}`] : []),
    ].join("\n"),
  );
  const rest =
    others.groups > 0 ? [text(`and ${others.groups} more kinds, ${others.events} of the new version`)] : [];
  const where = url === undefined ? [] : [`[Logs in the dashboard](${url})`];
  const by = filters === "" ? [] : [`Filters: ${code(filters)}`];
  const none = list.length === 0 ? ["No kind of failure stands out."] : [];
  return ["#### What failed", list.join("\n"), ...none, ...rest, ...where, ...by].filter(
    (part) => part !== "",
  );
}

function stagesTable({ stages, stageCount, slos }: ReleaseReport): string {
  const unseen = new Set(slos.filter(({ isUnseen }) => isUnseen).map(({ name }) => name));
  const rows = stages.flatMap((stage) =>
    stage.slos.length === 0
      ? [[...placeOf(stage, stageCount), "", "", "", "", "", ""]]
      : stage.slos.map((slo, index) => [
          ...(index === 0 ? placeOf(stage, stageCount) : ["", ""]),
          text(slo.name),
          ...(unseen.has(slo.name) ? ["", "", "", "", "seen by its own run only"] : measuresOf(slo)),
        ]),
  );
  return table(["Stage", "From", "SLO", "New", "Old", "Limit", "Evidence", "Verdict"], rows);
}

function placeOf({ number, percent, from }: StageReported, of: number): string[] {
  return [`${number}/${of} · ${formatPercent(percent)}`, clockText(from)];
}

function measuresOf({ new: fresh, old, limit, evidence, verdict }: StageSlo): string[] {
  return [
    shareText(fresh),
    shareText(old),
    limit === null ? "–" : valueText(limit, "share"),
    `${barOf(evidence)} ${evidenceText(evidence)}`,
    verdictText({ verdict, new: fresh }),
  ];
}

/** Full where the evidence is conclusive. */
function barOf(evidence: number): string {
  const full = Math.min(8, evidence > 0 ? Math.max(1, Math.floor(evidence * 8)) : 0);
  return "█".repeat(full) + "░".repeat(8 - full);
}

function latencyOf({ latency }: ReleaseReport): string[] {
  if (latency.every(({ newMs, oldMs }) => newMs === null && oldMs === null)) return [];
  const ms = (value: number | null): string => (value === null ? "–" : `≤ ${valueText(value, "ms")}`);
  const rows = [
    ["New version", ...latency.map(({ newMs }) => ms(newMs))],
    ["Old version", ...latency.map(({ oldMs }) => ms(oldMs))],
  ];
  return [details("Latency", table(["", ...latency.map(({ percentile }) => `p${percentile}`)], rows))];
}

function splitsTable({ splits, newVersionId }: ReleaseReport): string {
  const rows = splits.map(({ at, percent, author, message }) => [
    clockText(at),
    formatPercent(percent),
    text(author),
    text(message),
  ]);
  return table(["Time", `Version ${shortId(newVersionId)}`, "By", "Message"], rows);
}

function details(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/**
 * A text from outside, in which nothing is Markdown or HTML, nobody is mentioned and nothing is linked: every character
 * that could do any of it is written as an entity.
 */
function text(given: string): string {
  return harmless(given).replace(
    /[&<>`*_[\]#@|\\~$]|:(?=\/\/)|\.(?<=\bwww\.)|^[-+=]|^\d+(?=[.)])/gi,
    (characters) => entities(characters),
  );
}

function entities(characters: string): string {
  return Array.from(characters, (character) => `&#${character.codePointAt(0) ?? 0};`).join("");
}

/** The same in the type of code. */
function code(given: string): string {
  return `<code>${text(given)}</code>`;
}
