import { formatElapsed } from "../../plan/duration";
import { formatPercent } from "../../plan/percent";
import { notUnderWay } from "../../rollout/operator";
import { untilText } from "../../rollout/text/freezeText";
import { agoText, placeText } from "../../rollout/text/words";
import type { HealthView, ReleaseView, WorkerView } from "../../view/schema";
import { doingText } from "../../view/waiting";
import type { Colors } from "./colors";
import { healthLines } from "./health";

/** The state of a Worker and its release, for a person: a few lines of at most 80 characters, but for what people wrote. */
export function statusText(view: WorkerView, colors: Colors): string {
  const { deployment, release, health } = view;
  if (deployment === null || release === null || release.endedAt !== null) return notReleasing(view);
  return [
    `Release ${release.id} of ${view.scriptName} is under way.`,
    ...placeLines(view, release),
    ...trafficLines(view),
    line("began", agoText(Date.parse(release.startedAt), Date.parse(view.at))),
    ...stageLines(release),
    ...waitLines(view, release),
    ...(health === null ? [] : ["", ...healthLines(health, colors), ...telemetryLines(health, view.at)]),
    ...view.warnings.map((warning) => `\n${colors.yellow(`Warning: ${warning}`)}`),
    "",
    ...commandLines(view, release),
  ].join("\n");
}

function line(what: string, text: string): string {
  return `  ${what.padEnd(9)}${text}`;
}

function notReleasing(view: WorkerView): string {
  const { scriptName, deployment, release, at } = view;
  const sentence = notUnderWay(
    scriptName,
    deployment === null ? undefined : { ...deployment, record: release ?? undefined },
  );
  if (deployment === null) return sentence;
  const since = line("since", agoText(Date.parse(deployment.createdAt), Date.parse(at)));
  return [sentence, ...trafficLines(view), since].join("\n");
}

function placeLines({ at, health }: WorkerView, release: ReleaseView): string[] {
  const { stage, phase, waitsFor } = release;
  const place = placeText(stage.number - 1, stage.of, stage.percent);
  const isFrozen = waitsFor?.for === "freeze";
  const doing = phase === "soaking" ? (isFrozen ? doingText(release) : "soaking") : waitingText(release);
  const since = phase === "waiting" || isFrozen ? waitsFor?.since : stage.startedAt;
  const ago = since == null ? undefined : agoText(Date.parse(since), Date.parse(at));
  const isShort = doing === "soaking";
  return [
    line("stage", `${place}, ${doing}${isShort && ago !== undefined ? ` since ${ago}` : ""}`),
    ...(isShort || ago === undefined ? [] : [line("since", ago)]),
    ...freezeLines(release, Date.parse(at)),
    ...soakLines(release, health?.isJudged === true),
  ];
}

function waitingText(release: ReleaseView): string {
  const by = release.waitsFor?.approvedBy;
  const what = release.waitsFor?.for === "gate" ? "a gate, or an approval," : "an approval";
  return by == null
    ? `waiting for ${what} to ${approvedText(release)}`
    : `approved by ${by} to ${approvedText(release)}`;
}

function freezeLines({ waitsFor }: ReleaseView, at: number): string[] {
  const until = waitsFor?.frozenUntil;
  return until == null ? [] : [line("freeze", `until ${untilText(Date.parse(until), at)}`)];
}

function approvedText({ stage, waitsFor }: ReleaseView): string {
  const next = waitsFor?.nextPercent ?? 100;
  return stage.number === stage.of ? "be complete" : `go to ${formatPercent(next)}`;
}

function soakLines({ phase, stage, heldBy, waitsFor }: ReleaseView, isPlanKnown: boolean): string[] {
  const { soakMs, soakLeftMs } = stage;
  if (phase !== "soaking" || soakMs === null || soakLeftMs === null) return [];
  const whole = formatElapsed(soakMs);
  if (soakLeftMs === 0) {
    const isSaid = heldBy !== null || waitsFor !== null;
    // A freeze is told by the plan alone.
    const next = isPlanKnown ? "the last telemetry" : "the last telemetry, or a freeze";
    return [
      line("soak", isSaid ? `${whole} are over` : `${whole} are over; what comes next waits for ${next}`),
    ];
  }
  return [line("soak", `${formatElapsed(Math.ceil(soakLeftMs / 1000) * 1000)} of ${whole} left`)];
}

function trafficLines({ deployment }: WorkerView): string[] {
  const shares = (deployment?.split ?? []).map(
    ({ percent, versionId, role }) =>
      `${formatPercent(percent)} to version ${versionId}${role === null ? "" : ` (${role})`}`,
  );
  return shares.map((share, index) => line(index === 0 ? "traffic" : "", share));
}

/** `0 %, 25 %, [50 %], a person approves, 75 %, 100 %` */
function stageLines({ stages }: ReleaseView): string[] {
  if (stages === null) return [];
  const told = stages.flatMap(({ percent, state, progression }) => [
    state === "current" ? `[${formatPercent(percent)}]` : formatPercent(percent),
    ...(progression === "manual" ? ["a person approves"] : []),
  ]);
  return wrapped(told, 69).map((text, index) => line(index === 0 ? "stages" : "", text));
}

/** Words with commas between them, in lines of at most so many characters where that is possible. */
function wrapped(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  words.forEach((word, index) => {
    const text = index + 1 < words.length ? `${word},` : word;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= width)
      lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
  });
  return lines;
}

function waitLines({ at }: WorkerView, { heldBy, waitsFor }: ReleaseView): string[] {
  if (heldBy !== null) return [line("held", `by ${heldBy}: it stays in this stage, watched as before`)];
  if (waitsFor?.until == null) return [];
  const leftMs = Math.max(0, Date.parse(waitsFor.until) - Date.parse(at));
  const end = waitsFor.for === "gate" ? "unless the gate opens, it is" : "without an approval it is";
  return [line("waits", `${formatElapsed(leftMs)} more; ${end} reverted then`)];
}

function telemetryLines({ telemetry, isJudged }: HealthView, at: string): string[] {
  const { isAnswering, seenUntil, trouble, note } = telemetry;
  const lines: string[] = [];
  if (!isAnswering) lines.push(`The telemetry does not answer: ${trouble ?? "nobody knows why"}`);
  if (!isAnswering && seenUntil !== null)
    lines.push(`It was seen until ${agoText(Date.parse(seenUntil), Date.parse(at))}.`);
  if (note !== null) lines.push(note);
  if (!isJudged) lines.push("The plan is not known here, so nothing is judged: give it with --plan FILE.");
  return lines.map((text) => `  ${text}`);
}

function commandLines({ scriptName }: WorkerView, { waitsFor, heldBy }: ReleaseView): string[] {
  return [
    ...(waitsFor?.command == null
      ? []
      : [line(waitsFor.for === "resume" ? "resume" : "approve", waitsFor.command)]),
    ...(heldBy === null && waitsFor?.command == null
      ? [line("hold", `workers-release hold ${scriptName}`)]
      : []),
    line("abort", `workers-release abort ${scriptName}`),
  ];
}
