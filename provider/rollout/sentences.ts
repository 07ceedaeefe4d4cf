import { badShare, noCounts } from "../health/series";
import { formatDuration } from "../plan/duration";
import type { Plan } from "../plan/plan";
import type { Cause } from "./cause";
import { servedWithin, limitUsage } from "./counting";
import { badText, countsText, limitText, percentText } from "./sloText";
import { settleMsIn, stagePercent, type Release } from "./release";
import type { Observation } from "./observe";
import { stageStart, type State } from "./state";

/** `2 of 5 (25 %)`; `stage` is counted from 0. */
export function placeText(stage: number, stages: number, percent: number): string {
  return `${stage + 1} of ${stages} (${percent} %)`;
}

/** `stage 2 of 5 (25 %)` */
export function stageText(release: Release, stage: number): string {
  return `stage ${placeText(stage, release.plan.stages.length, stagePercent(release, stage))}`;
}

/** The time of day in UTC: `06:12:10Z`. */
function clockText(time: number): string {
  return `${new Date(time).toISOString().slice(11, 19)}Z`;
}

/** The line that is always up to date: stage, percentage, what is left of the soak, and the worst SLO. */
export function statusLine(release: Release, state: State, observation: Observation, now: number): string {
  const stage = release.plan.stages[state.stage];
  const parts = [
    `stage ${state.stage + 1}/${release.plan.stages.length}`,
    `${stagePercent(release, state.stage)} %`,
  ];
  parts.push(
    state.phase === "waiting"
      ? waitText(release, state.since, now)
      : soakText(state.since + (stage?.soakMs ?? 0), settleMsIn(release, state.stage), now),
  );
  parts.push(worstText(release, state, observation));
  if (observation.troubles.length > 0)
    parts.push(`cannot see everything: ${observation.troubles.join("; ")}`);
  return parts.join(" · ");
}

function soakText(soakedUntil: number, settleMs: number, now: number): string {
  const left = soakedUntil - now;
  if (left > 0) return `${wholeSeconds(left)} of soak left`;
  if (left + settleMs > 0)
    return `soaked, its last telemetry arrives within ${wholeSeconds(left + settleMs)}`;
  return `soak extended since ${formatDuration(Math.max(1000, -left - settleMs))}`;
}

/** Whole seconds, so that the end of a soak reads like the rest of it. */
function wholeSeconds(ms: number): string {
  return formatDuration(Math.ceil(ms / 1000) * 1000);
}

function waitText(release: Release, since: number, now: number): string {
  const left = formatDuration(Math.max(0, since + release.plan.approvalTimeoutMs - now));
  return `waits for an approval, ${left} left: workers-release approve ${release.scriptName}`;
}

/** The SLO closest to its limit in this stage, or the one with the strongest evidence against it. */
function worstText(release: Release, state: State, observation: Observation): string {
  const [worst] = release.plan.slos
    .map((slo, index) => {
      const served = servedWithin(release, observation.series[index] ?? [], stageStart(state));
      return {
        slo,
        served,
        evidence: observation.verdicts[index]?.evidence ?? 0,
        limitUsage: limitUsage(slo, served),
      };
    })
    .sort((a, b) => b.evidence - a.evidence || b.limitUsage - a.limitUsage);
  if (worst === undefined) return "";
  if (worst.served.new.valid === 0) return "no requests on the new version yet";
  const observed = worst.slo.observeOnly ? " (observed only)" : "";
  return `${worst.slo.name}${observed} ${countsText(worst.served.new)}, ${limitText(worst.slo, worst.served)}`;
}

/** The sentence that a stage begins with, also the message of its deployment. */
export function stageSentence(release: Release, stage: number, approvedBy: string | undefined): string {
  const approved = approvedBy === undefined ? "" : `, approved by ${approvedBy}`;
  const soak = formatDuration(release.plan.stages[stage]?.soakMs ?? 0);
  return `Release of ${release.scriptName}: ${stageText(release, stage)}${approved}, soaks ${soak}.`;
}

/** The sentence of a stage that waits, also the message of its deployment. */
export function waitSentence(release: Release, stage: number): string {
  const next = release.plan.stages[stage + 1]?.percent ?? 100;
  return (
    `Release of ${release.scriptName}: ${stageText(release, stage)} has soaked well and waits for an approval to go to ` +
    `${next} %: workers-release approve ${release.scriptName}`
  );
}

/** The sentence of a release that is complete, also the message of its last deployment. */
export function completedSentence(release: Release, now: number): string {
  const took = formatDuration(now - release.startedAt);
  return `Release of ${release.scriptName} complete: version ${release.newVersionId} serves all traffic, after ${took}.`;
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
      return `SLO "${cause.slo.name}" violated ${where}, ${into(state, now)}: ${violationText(cause)}.`;
    case "unsure":
      return (
        `SLO "${cause.slo.name}" over its limit at the end of the soak ${where}: ${countsText(cause.served.new)} of ` +
        `${badText(cause.slo.sli)}, ${limitText(cause.slo, cause.served)}; ${unsureText(cause.extended)}.`
      );
    case "insufficient":
      return (
        `too little to judge SLO "${cause.slo.name}" ${where}: ${tooFewText(cause, plan, now - stageStart(state))}; ` +
        `${unsureText(cause.extended)}.`
      );
    case "notApproved":
      return `nobody approved the stage after ${stageText(release, state.stage)} within ${formatDuration(plan.approvalTimeoutMs)} (approvalTimeout).`;
    case "blind":
      return (
        `no answer from the ${cause.what} for ${formatDuration(cause.forMs)} ${where}, ` +
        `the plan allows ${formatDuration(plan.maxBlindMs)} (maxBlindTime): ${withPeriod(cause.trouble)}`
      );
    case "failure":
      return `the next split could not be deployed ${where}: ${withPeriod(cause.trouble)}`;
    case "interrupted":
      return `interrupted ${where}, ${into(state, now)}.`;
    case "leftOver":
      return `an interrupted run left version ${release.newVersionId} at ${cause.percent} %.`;
    case "fault":
      return `a fault in pulumi-workers-release stopped it ${where}, please report it: ${withPeriod(cause.fault)}`;
    case "unfinished":
      return `an earlier run could not put the traffic back, so that comes first now. It had found: ${cause.finding}`;
  }
}

/** What is told when a revert begins; why is told when it has ended. */
export function revertingSentence(release: Release, state: State): string {
  return `Release of ${release.scriptName}: reverting from ${stageText(release, state.stage)}.`;
}

function withPeriod(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

function into(state: State, now: number): string {
  return `${formatDuration(Math.max(1000, now - stageStart(state)))} into the stage`;
}

function violationText({ slo, verdict }: Cause & { kind: "violated" }): string {
  const { trouble, bound } = verdict;
  // What the other bound allows is not what was violated.
  const violated = { [bound]: slo[bound] };
  if (trouble === undefined) return limitText(violated, { new: noCounts, old: noCounts });
  const old =
    trouble.old.valid === 0
      ? "the old version served nothing"
      : `the old version had ${countsText(trouble.old)}`;
  return (
    `${percentText(badShare(trouble.new))} of the new version's ${badText(slo.sli)} ` +
    `(${trouble.new.bad} of ${trouble.new.valid} since ${clockText(trouble.since)}), ${limitText(violated, trouble)}; ` +
    `in the same time ${old}`
  );
}

function tooFewText({ slo, counts }: Cause & { kind: "insufficient" }, plan: Plan, ms: number): string {
  const time = formatDuration(ms);
  return slo.sli.kind === "probes"
    ? `no probe is known to have reached the new version in ${time}; where the telemetry is sampled, give the probes a versionHeader`
    : `the new version served ${counts.valid} in ${time}, the plan wants ${plan.minRequests} (minRequests)`;
}

function unsureText(extended: boolean): string {
  return extended
    ? "one more soak did not change that (whenUnsure: extend)"
    : "the plan aborts then (whenUnsure: abort)";
}

/** What to do when a version was found bad. */
export const afterAbort =
  "Fix the Worker and release a new version, or set `retry` to another value to release this one again.";

/** What to do when a release was aborted through no fault of its version. */
export const afterMishap = "Set `retry` to another value to release this version again.";

/** What to do after a revert for `cause`. */
export function todoAfter(cause: Cause): string {
  switch (cause.kind) {
    case "violated":
    case "unsure":
    case "unfinished":
      return afterAbort;
    case "insufficient":
    case "notApproved":
    case "blind":
    case "failure":
      return afterMishap;
    case "interrupted":
    case "leftOver":
    case "fault":
      return afterInterruption;
  }
}

/** What to do when a release merely did not come to its end. */
export const afterInterruption = "The next `pulumi up` releases the version from the first stage.";

/** Where the traffic is after a revert. */
export function revertedSentence(release: Pick<Release, "oldVersionId" | "newVersionId">): string {
  if (release.oldVersionId !== undefined)
    return `All traffic is back on the old version ${release.oldVersionId}.`;
  return (
    `There is no older version to revert to: version ${release.newVersionId} still serves all traffic. ` +
    "Deploy another version as soon as you can."
  );
}

/** The loudest sentence of all: traffic is where it should not be. */
export function revertFailedSentence(
  release: Release,
  percent: number,
  forMs: number,
  trouble: string,
): string {
  const old = release.oldVersionId ?? "";
  return (
    `COULD NOT REVERT: version ${release.newVersionId} still gets ${percent} % of the traffic of ${release.scriptName}. ` +
    `Put it back by hand now: npx wrangler versions deploy ${old}@100% --name ${release.scriptName} --yes. ` +
    `Cloudflare did not take it for ${formatDuration(forMs)}: ${trouble}`
  );
}
