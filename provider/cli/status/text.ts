import { formatElapsed } from "../../plan/duration";
import { formatPercent } from "../../plan/percent";
import { notUnderWay } from "../../rollout/operator";
import { untilText } from "../../rollout/text/freezeText";
import { agoText, placeText } from "../../rollout/text/words";
import type { HealthView, ReleaseView, WorkerView } from "../../view/schema";
import { doingText } from "../../view/waiting";
import { indented, wrapped } from "../backtest/columns";
import type { Colors } from "./colors";
import { healthLines } from "./health";

/** What stands before a text, in a column of its own, and the text. */
type Fact = readonly [what: string, text: string];

/**
 * The state of a Worker and its release, for a person: a few lines of at most 80 characters, but for what people wrote.
 *
 * @param columns how wide the terminal is: no line is longer, from 60 on. Default: it is no terminal.
 */
export function statusText(view: WorkerView, colors: Colors, columns = Infinity): string {
  const { deployment, release, health } = view;
  const text = (given: string): string => wrapped(given, columns);
  if (deployment === null || release === null || release.endedAt !== null) {
    return [text(endedText(view)), ...factLines(servingFacts(view), columns)].join("\n");
  }
  const facts: Fact[] = [
    ...placeFacts(view, release),
    ...trafficFacts(view),
    ["began", agoText(Date.parse(release.startedAt), Date.parse(view.at))],
    ...stageFacts(release),
    ...waitFacts(view, release),
  ];
  return [
    text(`Release ${release.id} of ${view.scriptName} is under way.`),
    ...factLines(facts, columns),
    ...(health === null ? [] : ["", ...healthLines(health, colors, columns)]),
    ...(health === null ? [] : telemetryLines(health, view.at, columns)),
    ...view.warnings.map((warning) => `\n${colors.yellow(text(`Warning: ${warning}`))}`),
    "",
    // A command that is broken into lines cannot be copied.
    ...factLines(commandFacts(view, release), Infinity),
  ].join("\n");
}

const indent = 11;
const most = 80;

function factLines(facts: readonly Fact[], columns: number): string[] {
  const next = `\n${" ".repeat(indent)}`;
  return facts.map(([what, text]) => {
    const lines = wrapped(text, Math.min(columns, most) - indent).split("\n");
    return `  ${what}`.padEnd(indent) + lines.join(next);
  });
}

function endedText({ scriptName, deployment, release }: WorkerView): string {
  const active = deployment === null ? undefined : { ...deployment, record: release ?? undefined };
  return notUnderWay(scriptName, active);
}

function servingFacts(view: WorkerView): Fact[] {
  const { deployment, at } = view;
  if (deployment === null) return [];
  return [...trafficFacts(view), ["since", agoText(Date.parse(deployment.createdAt), Date.parse(at))]];
}

function placeFacts({ at, health }: WorkerView, release: ReleaseView): Fact[] {
  const { stage, phase, waitsFor } = release;
  const place = placeText(stage.number - 1, stage.of, stage.percent);
  const isFrozen = waitsFor?.for === "freeze";
  const doing = phase === "soaking" ? (isFrozen ? doingText(release) : "soaking") : waitingText(release);
  const from = phase === "waiting" || isFrozen ? waitsFor?.since : stage.startedAt;
  const ago = from == null ? undefined : agoText(Date.parse(from), Date.parse(at));
  const isShort = doing === "soaking";
  const since: Fact[] = isShort || ago === undefined ? [] : [["since", ago]];
  return [
    ["stage", `${place}, ${doing}${isShort && ago !== undefined ? ` since ${ago}` : ""}`],
    ...since,
    ...freezeFacts(release, Date.parse(at)),
    ...soakFacts(release, health?.isJudged === true),
  ];
}

function waitingText(release: ReleaseView): string {
  const by = release.waitsFor?.approvedBy;
  const what = release.waitsFor?.for === "gate" ? "a gate, or an approval," : "an approval";
  return by == null
    ? `waiting for ${what} to ${approvedText(release)}`
    : `approved by ${by} to ${approvedText(release)}`;
}

function freezeFacts({ waitsFor }: ReleaseView, at: number): Fact[] {
  const until = waitsFor?.frozenUntil;
  return until == null ? [] : [["freeze", `until ${untilText(Date.parse(until), at)}`]];
}

function approvedText({ stage, waitsFor }: ReleaseView): string {
  const next = waitsFor?.nextPercent ?? 100;
  return stage.number === stage.of ? "be complete" : `go to ${formatPercent(next)}`;
}

function soakFacts({ phase, stage, heldBy, waitsFor }: ReleaseView, isPlanKnown: boolean): Fact[] {
  const { soakMs, soakLeftMs } = stage;
  if (phase !== "soaking" || soakMs === null || soakLeftMs === null) return [];
  const whole = formatElapsed(soakMs);
  if (soakLeftMs === 0) {
    const isSaid = heldBy !== null || waitsFor !== null;
    // A freeze is told by the plan alone.
    const next = isPlanKnown ? "the last telemetry" : "the last telemetry, or a freeze";
    return [["soak", isSaid ? `${whole} are over` : `${whole} are over; what comes next waits for ${next}`]];
  }
  return [["soak", `${formatElapsed(Math.ceil(soakLeftMs / 1000) * 1000)} of ${whole} left`]];
}

function trafficFacts({ deployment }: WorkerView): Fact[] {
  const shares = (deployment?.split ?? []).map(
    ({ percent, versionId, role }) =>
      `${formatPercent(percent)} to version ${versionId}${role === null ? "" : ` (${role})`}`,
  );
  return shares.map((share, index): Fact => [index === 0 ? "traffic" : "", share]);
}

/** `0 %, 25 %, [50 %], a person approves, 75 %, 100 %` */
function stageFacts({ stages }: ReleaseView): Fact[] {
  if (stages === null) return [];
  const told = stages.flatMap(({ percent, state, progression }) => [
    state === "current" ? `[${formatPercent(percent)}]` : formatPercent(percent),
    ...(progression === "manual" ? ["a person approves"] : []),
  ]);
  return [["stages", told.join(", ")]];
}

function waitFacts({ at }: WorkerView, { heldBy, waitsFor }: ReleaseView): Fact[] {
  if (heldBy !== null) return [["held", `by ${heldBy}: it stays in this stage, watched as before`]];
  if (waitsFor?.until == null) return [];
  const leftMs = Math.max(0, Date.parse(waitsFor.until) - Date.parse(at));
  const end = waitsFor.for === "gate" ? "unless the gate opens, it is" : "without an approval it is";
  return [["waits", `${formatElapsed(leftMs)} more; ${end} reverted then`]];
}

function telemetryLines({ telemetry, isJudged }: HealthView, at: string, columns: number): string[] {
  const { isAnswering, seenUntil, trouble, note } = telemetry;
  const lines: string[] = [];
  if (!isAnswering) lines.push(`The telemetry does not answer: ${trouble ?? "nobody knows why"}`);
  if (!isAnswering && seenUntil !== null)
    lines.push(`It was seen until ${agoText(Date.parse(seenUntil), Date.parse(at))}.`);
  if (note !== null) lines.push(note);
  if (!isJudged) lines.push("The plan is not known here, so nothing is judged: give it with --plan FILE.");
  return lines.map((text) => indented(wrapped(text, columns - 2)));
}

function commandFacts({ scriptName }: WorkerView, { waitsFor, heldBy }: ReleaseView): Fact[] {
  const abort: Fact = ["abort", `workers-release abort ${scriptName}`];
  if (waitsFor?.command != null) {
    return [[waitsFor.for === "resume" ? "resume" : "approve", waitsFor.command], abort];
  }
  return heldBy === null ? [["hold", `workers-release hold ${scriptName}`], abort] : [abort];
}
