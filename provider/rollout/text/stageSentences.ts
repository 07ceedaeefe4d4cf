import { formatDuration, formatElapsed } from "../../plan/duration";
import { formatPercent } from "../../plan/percent";
import type { Doubt } from "../cause";
import type { Release } from "../release";
import type { State } from "../state";
import { doubtText } from "./causeText";
import { switchedSentence, toldSameCompletedText } from "./sameContentText";
import { watchStageSentence } from "./watchText";
import { wayBackCompletedSentence, wayBackStageSentence } from "./wayBackText";
import { stageText } from "./words";

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

/** The sentence of a release that is complete, also the message of its last deployment. */
export function completedSentence(release: Release, now: number): string {
  if (release.isWayBack) return wayBackCompletedSentence(release, now);
  if (release.sameContent === "all") return switchedSentence(release);
  const took = formatElapsed(now - release.startedAt);
  const complete = `Release of ${release.scriptName} complete: version ${release.newVersionId} serves all traffic, after ${took}.`;
  return release.sameContent === undefined ? complete : `${complete} ${toldSameCompletedText}`;
}
