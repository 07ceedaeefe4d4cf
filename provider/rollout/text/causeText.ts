import { badShare, noCounts } from "../../health/series";
import { formatDuration, formatElapsed } from "../../plan/duration";
import { formatPercent, formatShare } from "../../plan/percent";
import type { Plan } from "../../plan/plan";
import { goesBack, type Cause, type Doubt } from "../cause";
import type { WrongShare } from "../look/shareWatch";
import type { GateAnswer } from "../ports";
import type { Release } from "../release";
import { stageStart, type State } from "../state";
import { unservedText } from "./gapText";
import { countsText, ofText, percentText, sloText } from "./sloText";
import { watchEndingSentence } from "./watchText";
import { leftText, wayBackEndingSentence } from "./wayBackText";
import { clockText, joinedBy, stageText, withPeriod } from "./words";

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
export function doubtText(release: Release, state: State, doubt: Doubt, now: number): string {
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
