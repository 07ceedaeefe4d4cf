import colors from "picocolors";
import { adviceOn } from "../../backtest/advice";
import type { Backtest } from "../../backtest/backtest";
import { badness } from "../../backtest/detection";
import {
  certaintyText,
  detectionRows,
  hoursText,
  minuteText,
  percentText,
  rateText,
  timesText,
} from "../../backtest/words";
import { formatDuration, formatElapsed } from "../../plan/duration";
import { formatPercent } from "../../plan/percent";
import type { Plan } from "../../plan/plan";
import { columns, wrapped } from "./columns";

/** What a backtest is told with, beside its results. */
export interface Told {
  /** The plan's file. */
  readonly file: string;
  /** Where the trace is from, as a sentence. */
  readonly source: string;
  /** What a reader has to know of what is not in the trace. */
  readonly notes: readonly string[];
}

/** A line of a terminal. */
const width = 80;

/** What a backtest has found, for a person at a terminal: 80 columns wide. */
export function textOf(plan: Plan, tested: Backtest, told: Told): string {
  return [
    colors.bold(`Backtest of ${told.file}`) + `\n${wrapped(spanText(tested, told), width)}`,
    ...told.notes.map((note) => wrapped(`Note: ${note}`, width, "      ")),
    unchangedText(tested),
    stagesText(plan, tested),
    detectionText(plan, tested),
    limitsText(tested),
    adviceText(plan, tested),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function spanText({ trace }: Backtest, { source }: Told): string {
  const { from, to, knownMs, bucketMs, pollIntervalMs } = trace;
  const coarse =
    bucketMs > pollIntervalMs
      ? ` A release judges buckets of ${formatDuration(pollIntervalMs)}: what was counted in ${formatDuration(bucketMs)} is spread over these at random, so bursts shorter than that are not seen.`
      : "";
  return `${source} ${minuteText(from)} to ${minuteText(to)}, ${formatElapsed(knownMs)} of it known, in buckets of ${formatDuration(bucketMs)}.${coarse}`;
}

function heading(text: string): string {
  return colors.bold(text);
}

function unchangedText({ unchanged, level }: Backtest): string {
  const { runs, ranOut, aborted, inconclusive, bySlo, incidents } = unchanged;
  const rows = [
    ["", "aborted", "too few requests", "in doubt"],
    ...bySlo.map(({ slo, violated, insufficient, unsure }) => [
      slo,
      rateText(violated),
      rateText(insufficient),
      rateText(unsure),
    ]),
  ];
  const left = ranOut > 0 ? ` ${ranOut} more would have ended after the data does.` : "";
  return [
    heading("An unchanged version"),
    wrapped(
      `${runs} releases of a version that is no different from the old one, begun at moments all over that time: ` +
        `${rateText(aborted)} aborted (${certaintyText(aborted)} at 95 % confidence; the plan allows ${percentText(level)}), ` +
        `${rateText(inconclusive)} put back without a verdict.${left}`,
      width,
    ),
    columns(rows),
    hoursTable(unchanged),
    incidentsText(incidents),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const barWidth = 20;

function hoursTable({ byHour }: Backtest["unchanged"]): string {
  const ended = byHour.filter(({ aborted, inconclusive }) => aborted + inconclusive > 0);
  if (ended.length === 0) return "";
  const rows = ended.map(({ hour, began, aborted, inconclusive }) => {
    const bar = (count: number, sign: string): string => sign.repeat(Math.round((count / began) * barWidth));
    const what = [
      ...(aborted > 0 ? [`${aborted} aborted`] : []),
      ...(inconclusive > 0 ? [`${inconclusive} put back`] : []),
    ];
    const bars = (bar(aborted, "█") + bar(inconclusive, "▒")).padEnd(barWidth, "·").slice(0, barWidth);
    return `  ${String(hour).padStart(2, "0")}h  ${bars}  ${what.join(", ")} of ${began}`;
  });
  return ["  By the hour of the day (UTC) in which they began:", ...rows].join("\n");
}

const mostIncidents = 6;

function incidentsText(incidents: Backtest["unchanged"]["incidents"]): string {
  if (incidents.length === 0) return "";
  const largest = incidents.toSorted((a, b) => b.releases - a.releases).slice(0, mostIncidents);
  const lines = largest
    .sort((a, b) => a.from - b.from)
    .map(({ from, to, releases, slos }) => {
      const until = to - from < 60_000 ? "" : `–${minuteText(to).slice(11)}`;
      return `  ${minuteText(from)}${until}  ${releases} ${releases === 1 ? "release" : "releases"} by ${slos.join(", ")}`;
    });
  const more = incidents.length - lines.length;
  const rest = more > 0 ? [`  and ${more} more ${more === 1 ? "time" : "times"}`] : [];
  return ["  Aborted at:", ...lines, ...rest].join("\n");
}

function stagesText({ minRequests }: Plan, { stages }: Backtest): string {
  const rows = [
    ["", "requests", "1 in 20 below", `under ${minRequests}`, "enough with"],
    ...stages.map(({ percent, soakMs, requests, fewRequests, tooFew, enoughMs }) => [
      `${formatPercent(percent)} for ${formatDuration(soakMs)}`,
      String(requests),
      String(fewRequests),
      percentText(tooFew.of === 0 ? 0 : tooFew.count / tooFew.of),
      enoughMs === undefined ? "more than 1d" : formatDuration(enoughMs),
    ]),
  ];
  const few = stages.filter(({ hours }) => hours.length > 0 && hours.length < 24);
  const hours = few.map(
    ({ percent, hours }) =>
      `  ${wrapped(`At ${formatPercent(percent)} mostly too few at ${hoursText(hours)}.`, width - 2, "    ")}`,
  );
  return [heading("Requests of the new version in a soak"), columns(rows), ...hours].join("\n");
}

function detectionText(plan: Plan, { detection }: Backtest): string {
  if (detection.length === 0) return "";
  const slos = [...new Set(detection.map(({ slo }) => slo))];
  const ofRuns = Math.max(0, ...detection.map(({ caught }) => caught.of));
  const tables = slos.map((slo) => {
    const rows = detectionRows(plan, detection, slo, "*");
    return columns([[slo, ...badness.map(timesText)], ...rows]);
  });
  const isLater = detection.some(({ inStage, caught }) => inStage.count < caught.count);
  return [
    heading("A worse version"),
    wrapped(
      ofRuns === 0
        ? "There was no release of an unchanged version that no SLO aborted: nothing tells how soon a worse one is."
        : `Median time to catch a version that turns bad when a stage begins: ${ofRuns} releases each, times to within 15 %, with telemetry that arrives half a minute late. "allowed": the SLO allows that much; "–": nothing judges it there.`,
      width,
    ),
    ...tables,
    ...(isLater ? ["  * some of them in a later stage"] : []),
  ].join("\n");
}

function limitsText({ limits }: Backtest): string {
  const told = limits.filter(({ valid }) => valid > 0);
  if (told.length === 0) return "";
  const share = (value: number | undefined): string => (value === undefined ? "–" : percentText(value));
  const rows = [
    ["", "median", "1 in 100", "worst", "spans of", "limit", "would fit"],
    ...told.map(({ slo, bad, median, p99, worst, windowMs, max, fits }) => [
      slo,
      ...(bad === 0
        ? ["none bad", "", "", ""]
        : [share(median), share(p99), share(worst), formatElapsed(windowMs)]),
      share(max),
      share(fits),
    ]),
  ];
  return [heading("The bad share of the old version, and the limit"), columns(rows)].join("\n");
}

function adviceText(plan: Plan, tested: Backtest): string {
  const advice = adviceOn(plan, tested);
  const text =
    advice.length === 0
      ? "Nothing: an unchanged version passes, and the stages see enough to catch a bad one."
      : advice.map((sentence) => wrapped(`- ${sentence}`, width, "  ")).join("\n");
  return [heading("What to change"), text].join("\n");
}
