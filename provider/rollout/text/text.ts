import { badShare, noCounts } from "../../health/series";
import { formatDuration, formatElapsed } from "../../plan/duration";
import { formatPercent, formatShare } from "../../plan/percent";
import type { Plan } from "../../plan/plan";
import { limitUsage, type Assessment } from "../look/assess";
import { shownOf } from "../look/shown";
import { goesBack, type Cause, type Doubt } from "../cause";
import type { WrongShare } from "../look/shareWatch";
import type { Observation } from "../look/observation";
import type { Deployment, GateAnswer } from "../ports";
import type { ReleaseRecord } from "../record/record";
import { heldUntil, settleMsIn, stagePercent, type Release, type ReleaseRequest } from "../release";
import { frozenText } from "./freezeText";
import { unservedText } from "./gapText";
import { gateText } from "./gateText";
import { switchedSentence, toldSameCompletedText } from "./sameContentText";
import { countsText, ofText, percentText, sloText } from "./sloText";
import { stageStart, type State, type Waiting } from "../state";
import { watchEndingSentence, watchStageSentence } from "./watchText";
import { windowWarning } from "../look/window";
import {
  leftText,
  wayBackCompletedSentence,
  wayBackEndingSentence,
  wayBackStageSentence,
} from "./wayBackText";

/** Why a request is not carried out, in sentences. */
export interface Refusal {
  readonly found: string;
  /** What to do; empty where `found` says it. */
  readonly todo: string;
}

/** `2 of 5 (25 %)`; `stage` is counted from 0. */
export function placeText(stage: number, stages: number, percent: number): string {
  return `${stage + 1} of ${stages} (${formatPercent(percent)})`;
}

/** `stage 2 of 5 (25 %)` */
export function stageText(release: Release, stage: number): string {
  return `stage ${placeText(stage, release.plan.stages.length, stagePercent(release, stage))}`;
}

/** The time of day in UTC: `06:12:10Z`. */
export function clockText(time: number): string {
  return `${new Date(time).toISOString().slice(11, 19)}Z`;
}

/** A date and time in UTC: `2030-12-31 23:59:59Z`. */
export function dateText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** `2030-12-31 23:59:59Z, 4m 10s ago` */
export function agoText(time: number, now: number): string {
  return `${dateText(time)}, ${formatElapsed(Math.max(1000, now - time))} ago`;
}

/** A sentence ends with a period. */
export function withPeriod(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

/** The line that is always up to date: stage, percentage, what is left of the soak, and the worst SLO. */
export function statusLine(
  release: Release,
  state: State,
  observation: Observation,
  assessment: readonly Assessment[],
  now: number,
): string {
  const parts = [
    `stage ${state.stage + 1}/${release.plan.stages.length}`,
    formatPercent(stagePercent(release, state.stage)),
    phaseText(release, state, now),
    gateText(observation.gate),
    frozenText(release, state.stage, now),
    worstText(assessment),
    burstsText(assessment),
    wrongShareText(assessment),
    unservedText(observation.testimony),
  ];
  const window = windowWarning(release, observation.uploadsLeft);
  if (window !== undefined) parts.push(window);
  parts.push(paceText(release, observation));
  if (observation.troubles.length > 0)
    parts.push(`cannot see everything: ${observation.troubles.join("; ")}`);
  return joinedBy(" · ", parts);
}

/** How often the release really looks, where that is less often than the plan says. */
function paceText({ plan }: Release, { pace: { everyMs, deploymentsEveryMs } }: Observation): string {
  const looks = everyMs > plan.pollIntervalMs ? `looks every ${formatElapsed(everyMs)}` : "";
  const reads =
    deploymentsEveryMs > everyMs ? `reads its deployments every ${formatElapsed(deploymentsEveryMs)}` : "";
  if (looks === "" && reads === "") return "";
  const what = [looks, reads].filter((part) => part !== "").join(" and ");
  return `${what}, since all that uses the API token shares one limit (pollInterval: ${formatDuration(plan.pollIntervalMs)})`;
}

function phaseText(release: Release, state: State, now: number): string {
  if (state.phase !== "starting" && state.heldBy !== undefined) {
    return `held by ${state.heldBy}: workers-release resume ${release.scriptName}`;
  }
  switch (state.phase) {
    case "starting":
      return joinedBy(": ", ["not deployed yet", state.failure?.trouble ?? ""]);
    case "waiting":
      return state.approvedBy === undefined
        ? waitText(release, state, now)
        : `the next stage is approved by ${state.approvedBy}`;
    case "soaking": {
      const soakMs = release.plan.stages[state.stage]?.soakMs ?? 0;
      const isHeld = heldUntil(release, state.stage, now) !== undefined;
      return soakText(state.since + soakMs, settleMsIn(release, state.stage), now, isHeld);
    }
  }
}

function soakText(soakedUntil: number, settleMs: number, now: number, isHeld: boolean): string {
  const left = soakedUntil - now;
  if (left > 0) return `${wholeSeconds(left)} of soak left`;
  if (left + settleMs > 0)
    return `soaked, its last telemetry arrives within ${wholeSeconds(left + settleMs)}`;
  if (isHeld) return "soaked";
  return `soak extended since ${formatElapsed(Math.max(1000, -left - settleMs))}`;
}

/** Whole seconds, so that the end of a soak reads like the rest of it. */
function wholeSeconds(ms: number): string {
  return formatElapsed(Math.ceil(ms / 1000) * 1000);
}

/** How much of its limit an SLO has used in the stage, as a person is shown it. */
function usageOf({ slo, served }: Assessment): number {
  const shown = shownOf(slo, served);
  return limitUsage(shown.bounds, shown.served);
}

function waitText(release: Release, { since, awaitsGate }: Waiting, now: number): string {
  const left = formatElapsed(Math.max(0, since + release.plan.approvalTimeoutMs - now));
  const approve = `workers-release approve ${release.scriptName}`;
  if (awaitsGate)
    return `waits for the gate of the next stage, ${left} left; to go on without it: ${approve}`;
  return `waits for an approval, ${left} left: ${approve}`;
}

/** The SLO closest to its limit in this stage, or the one with the strongest evidence against it. */
function worstText(assessment: readonly Assessment[]): string {
  const [worst] = assessment.toSorted(
    (a, b) => b.verdict.evidence - a.verdict.evidence || usageOf(b) - usageOf(a),
  );
  if (worst === undefined) return "";
  if (worst.served.new.valid === 0) return "no requests on the new version yet";
  const observed = worst.slo.observeOnly ? " (observed only)" : "";
  const { served, limit } = sloText(worst.slo, worst.served);
  return `${worst.slo.name}${observed} ${countsText(served.new)}, ${limit}`;
}

/** From here on a person should know that a violation takes longer to prove. */
const muchDivided = 3;

/** That failures come together, where each of them therefore says much less. */
function burstsText(assessment: readonly Assessment[]): string {
  // Of the SLO that every plan has it is so by design, and no news.
  const [worst] = assessment
    .filter(({ slo }) => !slo.observeOnly && !slo.byDefault)
    .toSorted((a, b) => b.verdict.dividedBy - a.verdict.dividedBy);
  if (worst === undefined || worst.verdict.dividedBy < muchDivided) return "";
  const { name, sli } = worst.slo;
  const because = sli.kind === "slower" ? "each version's load swings" : "bad events come in bursts";
  return `${name}: evidence divided by ${Number(worst.verdict.dividedBy.toPrecision(2))}, since ${because}`;
}

/** That the new version serves too few requests or too many: the stage does not pass like that. */
function wrongShareText(assessment: readonly Assessment[]): string {
  const found = assessment.find(({ slo, wrongShare }) => wrongShare !== undefined && !slo.observeOnly);
  return found?.wrongShare === undefined
    ? ""
    : `wrong share: the new version serves ${shareText(found.wrongShare)}`;
}

/** The sentence that a stage begins with, also the message of its deployment. */
export function stageSentence(release: Release, stage: number, approvedBy: string | undefined): string {
  const approved = approvedBy === undefined ? "" : `, approved by ${approvedBy}`;
  const soakMs = release.plan.stages[stage]?.soakMs ?? 0;
  if (release.oldVersionId === undefined) return watchStageSentence(release, soakMs);
  if (release.isWayBack) return wayBackStageSentence(release, soakMs);
  return `Release of ${release.scriptName}: ${stageText(release, stage)}${approved}, soaks ${formatDuration(soakMs)}.`;
}

/** Why a release goes to all traffic at once. */
export function oneWaySentence({ oldVersionId = "" }: Release): string {
  return (
    `Cloudflare can no longer deploy the old version ${oldVersionId}, since too many versions were uploaded after it: ` +
    "nothing is wrong with the new one, so it gets all traffic, and there is no way back."
  );
}

/**
 * The sentence of a stage that waits, also the message of its deployment.
 *
 * @param doubt what its soak has left open; undefined for nothing, or where that was told before
 */
export function waitSentence(release: Release, state: State, now: number, doubt?: Doubt): string {
  const { scriptName, plan } = release;
  const next = plan.stages[state.stage + 1];
  const approved = next === undefined ? "be complete" : `go to ${formatPercent(next.percent)}`;
  const waits = `waits for an approval to ${approved}: workers-release approve ${scriptName}`;
  if (doubt !== undefined) {
    return `Release of ${scriptName}: ${doubtText(release, state, doubt, now)}. It ${waits}`;
  }
  // Without a doubt a stage waits only where the plan wants it; an earlier run may have had one.
  const well = plan.stages[state.stage]?.progression === "manual" ? " well" : "";
  return `Release of ${scriptName}: ${stageText(release, state.stage)} has soaked${well} and ${waits}`;
}

/** The sentence of a stage that another run goes on with, also the message of its deployment. */
export function claimSentence(release: Release, stage: number): string {
  return `Release of ${release.scriptName}: another run goes on with ${stageText(release, stage)}.`;
}

/** What is told when a run goes on with what another one left. */
export function resumedSentence(release: Release, state: State): string {
  const phase = state.phase === "waiting" ? "it waits for an approval" : "it soaks";
  return `Going on with release ${release.id} in ${stageText(release, state.stage)}: ${phase}.`;
}

/** Why nothing is released over a split of somebody else, and what to do. */
export function foreignSplitRefusal(
  { scriptName, versionId, takeOver }: ReleaseRequest,
  { id, split, author }: Deployment,
): Refusal {
  const shares = split.map((share) => `${formatPercent(share.percent)} to ${share.versionId}`).join(", ");
  const isSplitOfNew = split.some((share) => share.versionId === versionId);
  const effect = isSplitOfNew
    ? "the release then goes on from its share"
    : "the version with the larger share then gets all traffic back, and the release starts from it";
  const way =
    takeOver === id
      ? "Both versions have the same share, so it cannot be told which one is old: give one of them all traffic."
      : `Finish that deployment or roll it back. Or take it over with the input takeOver: "${id}"; ${effect}.`;
  return {
    found:
      `The traffic of Worker ${scriptName} is split already (${shares}), by ${author}: a release starts from one version ` +
      "that has all traffic.",
    todo: way,
  };
}

/** Why nothing is released while somebody else drives a release, and what to do. */
export function othersReleaseRefusal(scriptName: string, active: Deployment, record: ReleaseRecord): Refusal {
  return {
    found:
      `A release of Worker ${scriptName} is under way that another stack or program drives: ${record.id}, owner ` +
      `${record.owner}, begun ${dateText(record.startedAt)}, last deployed ${dateText(active.createdAt)} by ` +
      `${active.author}.`,
    todo:
      `Wait until it has ended, or end it: workers-release abort ${scriptName}. ` +
      `If nobody drives it any more, take it over with the input takeOver: "${active.id}".`,
  };
}

/** Why a release reverts: what was found, where, and what would have been allowed. */
export function causeSentence(release: Release, state: State, cause: Cause, now: number): string {
  return `Release of ${release.scriptName}: ${causeText(release, state, cause, now)}`;
}

function causeText(release: Release, state: State, cause: Cause, now: number): string {
  const where = `in ${stageText(release, state.stage)}`;
  const { plan } = release;
  switch (cause.kind) {
    case "violated":
      return `SLO "${cause.slo.name}" violated ${where}, ${into(state, now)}: ${violationText(release, cause)}.`;
    case "unsure":
    case "insufficient":
    case "wrongShare":
      return `${doubtText(release, state, cause, now)}. ${unsureText(cause.extended)}.`;
    case "notApproved":
      if (cause.gate !== undefined) return gateTimeoutText(release, state, cause.gate);
      return `nobody approved the stage after ${stageText(release, state.stage)} within ${formatDuration(plan.approvalTimeoutMs)} (approvalTimeout).`;
    case "blind":
      return (
        `nothing seen of the ${cause.what} for ${formatElapsed(cause.forMs)} ${where}, ` +
        `the plan allows ${formatDuration(plan.maxBlindMs)} (maxBlindTime)${orderedText(cause.orderedMs)}: ${withPeriod(cause.trouble)}`
      );
    case "stuck":
      return `the next split could not be deployed ${where}: ${withPeriod(cause.trouble)}`;
    case "interrupted":
      return `interrupted ${where}, ${into(state, now)}.`;
    case "leftOver":
      return `an earlier deployment left version ${release.newVersionId} at ${formatPercent(cause.percent)}.`;
    case "fault":
      return `a fault in pulumi-workers-release stopped it ${where}, please report it: ${withPeriod(cause.fault)}`;
    case "unfinished":
      return `an earlier run could not put the traffic back, so that comes first now. It had found: ${cause.finding}`;
  }
}

function gateTimeoutText(release: Release, state: State, { text }: GateAnswer): string {
  const within = `within ${formatDuration(release.plan.approvalTimeoutMs)} (approvalTimeout)`;
  return `the gate of the stage after ${stageText(release, state.stage)} did not open ${within}, and nobody approved it: ${text === "" ? "it has not answered" : text}.`;
}

/** What the end of a soak leaves open, and where. */
function doubtText(release: Release, state: State, doubt: Doubt, now: number): string {
  const where = `in ${stageText(release, state.stage)}`;
  const { name } = doubt.slo;
  if (doubt.kind === "insufficient") {
    const tooFew = tooFewText(doubt, release.plan, now - stageStart(state));
    return `too little to judge SLO "${name}" ${where}: ${tooFew}`;
  }
  if (doubt.kind === "wrongShare") {
    const wrong = `the new version does not serve its share ${where}: ${shareText(doubt.share)}`;
    return joinedBy("; ", [wrong, unservedText(doubt.testimony)]);
  }
  const { served, bad, limit } = sloText(doubt.slo, doubt.served);
  return (
    `SLO "${name}" over its limit at the end of the soak ${where}: ${countsText(served.new)} of ${bad}, ${limit}; ` +
    "that may be chance"
  );
}

/** `2.1 % of the requests (94 of 4500) where 10 % are given` */
export function shareText({ given, served }: WrongShare): string {
  const fresh = served.new.valid;
  const all = fresh + served.old.valid;
  return `${percentText(fresh / all)} of the requests (${fresh} of ${all}), where it is given ${formatShare(given)}`;
}

function orderedText(orderedMs: number): string {
  if (orderedMs === 0) return "";
  return `, not counting ${formatElapsed(orderedMs)} that Cloudflare ordered to wait (rate limit)`;
}

/** What is told when a revert begins; why is told when it has ended. */
export function revertingSentence(release: Release, state: State, cause: Cause): string {
  if (release.oldVersionId === undefined) return watchEndingSentence(release);
  if (!goesBack(cause, release)) return wayBackEndingSentence(release);
  return `Release of ${release.scriptName}: reverting from ${stageText(release, state.stage)}.`;
}

function into(state: State, now: number): string {
  return `${formatElapsed(Math.max(1000, now - stageStart(state)))} into the stage`;
}

function violationText(release: Release, cause: Cause & { kind: "violated" }): string {
  const { slo, verdict } = cause;
  const { trouble, bound } = verdict;
  // Only the bound that was violated is told.
  const { max, ...relative } = slo;
  const violated = bound === "max" ? { ...relative, max, maxIncrease: undefined } : relative;
  const { served, bad, limit } = sloText(violated, trouble ?? { new: noCounts, old: noCounts });
  if (trouble === undefined) return limit;
  const found =
    `${percentText(badShare(served.new))} of the new version's ${bad} ` +
    `(${ofText(served.new)} since ${clockText(trouble.since)}), ${limit}`;
  if (release.oldVersionId === undefined) return found;
  if (release.isWayBack) return found + leftText(release, cause);
  const old =
    served.old.valid === 0
      ? "the old version served nothing"
      : `the old version had ${countsText(served.old)}`;
  return `${found}; in the same time ${old}`;
}

function tooFewText(doubt: Doubt & { kind: "insufficient" }, plan: Plan, ms: number): string {
  const { slo, counts, testimony } = doubt;
  const time = formatElapsed(ms);
  if (slo.sli.kind === "probes") {
    return `no probe is known to have reached the new version in ${time}; where the telemetry is sampled, give the probes a versionHeader`;
  }
  const served = `the new version served ${Math.round(counts.valid)} in ${time}, the plan wants ${plan.minRequests} (minRequests)`;
  return joinedBy("; ", [served, unservedText(testimony)]);
}

function unsureText(extended: boolean): string {
  return extended
    ? "One more soak did not change that (whenUnsure: extend)"
    : "The plan aborts then (whenUnsure: abort)";
}

/** What to do when a version was found bad. */
export const afterAbort =
  "Fix the Worker and release a new version, or set `retry` to another value to release this one again.";

/** The sentence of a release that is complete, also the message of its last deployment. */
export function completedSentence(release: Release, now: number): string {
  if (release.isWayBack) return wayBackCompletedSentence(release, now);
  if (release.sameContent === "all") return switchedSentence(release);
  const took = formatElapsed(now - release.startedAt);
  const complete = `Release of ${release.scriptName} complete: version ${release.newVersionId} serves all traffic, after ${took}.`;
  return release.sameContent === undefined ? complete : `${complete} ${toldSameCompletedText}`;
}

/** Sentences in a row, without those that are empty. */
export function joined(sentences: readonly string[]): string {
  return joinedBy(" ", sentences);
}

function joinedBy(separator: string, texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join(separator);
}
