import { goesBack, isVerdict, type Cause } from "./cause";
import type { DeploymentStatus } from "./deploymentStatus";
import { requestsServed } from "./look/assess";
import type { FailuresReport } from "./failures";
import type { Observation } from "./look/observation";
import type { Deployment, Split } from "./ports";
import { hasAllTraffic, samePercent, type Release, type ReleaseRequest } from "./release";
import { stageReports, type StageReport } from "./report";
import type { Done, Failed, Reverted } from "./write/reverted";
import type { State } from "./state";
import {
  afterOthersEnding,
  confirmationSentence,
  deployedAfterSentence,
  deployedSinceSentence,
  foundByOthers,
  heldSentence,
  revertFailedSentence,
  supersededSentence,
  todoAfter,
  unknownSentence,
  unreadSentence,
  unrecordedSentence,
  whereSentence,
} from "./text/endingText";
import { failuresLines } from "./text/failuresText";
import { watchCompletedSentence } from "./text/watchText";
import { servingSentence } from "./text/startText";
import { completedSentence } from "./text/stageSentences";
import { joined } from "./text/words";

/**
 * How a release ended:
 * - `completed`: the new version serves all traffic;
 * - `aborted`: a verdict on the version. An SLO was violated, or a person decided against it. All traffic is back on
 *   the old version, and the version is not released again until `retry` changes;
 * - `inconclusive`: all traffic is back on the old version for any other reason: nothing could be seen, too little was
 *   served, a write failed, nobody approved in time, or `pulumi up` was stopped. The next one releases the version again.
 *   So ends the watch of a Worker's first version, whatever was found: it goes on serving, as there is no other. So ends
 *   a way back (`rollbackWindow`) whose version keeps the traffic, too;
 * - `interrupted`: `pulumi up` was stopped, and with `onInterrupt: "hold"` the traffic was left split;
 * - `superseded`: somebody else deployed, or another run took over, and was left alone;
 * - `revertFailed`: the traffic should have been put back and could not be.
 */
export type Status = "completed" | "aborted" | "inconclusive" | "interrupted" | "superseded" | "revertFailed";

/** Everything a release leaves behind. Small enough for a state file. */
export interface Outcome {
  readonly status: Status;
  /** A few sentences with all that a person needs to know; in lines of their own, what failed. */
  readonly reason: string;
  /** What was found, without where the traffic is and what to do; undefined unless something was. */
  readonly finding: string | undefined;
  /** True when the finding is a verdict on the version: with `aborted`, and with `revertFailed` after a violation. */
  readonly isVerdict: boolean;
  readonly releaseId: string;
  readonly oldVersionId: string | undefined;
  /** The version that serves all traffic now; undefined when the traffic is split. */
  readonly deployedVersionId: string | undefined;
  /** The active deployment. */
  readonly deploymentId: string | undefined;
  /** ISO 8601, as `endedAt`. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly stages: readonly StageReport[];
  /** What failed; undefined unless the release was reverted for an SLO. */
  readonly failures?: FailuresReport;
}

/** What an ending is told about. */
export interface Ended {
  readonly release: Release;
  readonly state: State;
  readonly observation: Observation;
  /** When, in milliseconds since the epoch. */
  readonly now: number;
}

/** What an ending says, beside what it is told about. */
type Ending = Pick<Outcome, "status" | "reason"> & Partial<Pick<Outcome, "finding" | "isVerdict">>;

/** The version that has all traffic in a split; undefined when two have some. */
export function soleVersion(split: Split): string | undefined {
  return split.find(({ percent }) => samePercent(percent, 100))?.versionId;
}

/** The new version serves all traffic. */
export function completed(ended: Ended, deployment: Deployment): Outcome {
  const reason = completionSentence(ended);
  return outcome(ended, { status: "completed", reason }, deployment);
}

/** The new version serves all traffic; only the deployment that was to record it could not be made. */
export function completedUnrecorded(ended: Ended, trouble: string): Outcome {
  const reason = `${completionSentence(ended)} ${unrecordedSentence(trouble)}`;
  return outcome(ended, { status: "completed", reason }, ended.observation.active);
}

/** That the new version serves all traffic, also the message of the deployment that records it. */
export function completionSentence({ release, state, observation, now }: Ended): string {
  if (release.oldVersionId !== undefined) return completedSentence(release, now);
  return watchCompletedSentence(release, requestsServed(release, state, observation), now);
}

/** The release was to be reverted: `found` says why, `reverted` whether it could be. */
export function afterRevert(
  ended: Ended,
  cause: Cause,
  found: string,
  reverted: Exclude<Reverted, { kind: "nothing" }>,
): Outcome {
  const { release } = ended;
  const verdict = { finding: found, isVerdict: isVerdict(cause, release) };
  switch (reverted.kind) {
    case "done": {
      const status = verdict.isVerdict ? "aborted" : "inconclusive";
      const { deployment, after } = reverted;
      const where =
        after === undefined ? whereAfter(release, cause, reverted) : deployedAfterSentence(release, after);
      const reason = joined([found, where, todoAfter(cause, release)]);
      return outcome(ended, { status, reason, ...verdict }, after ?? deployment);
    }
    case "yielded": {
      const others = yielded(ended, reverted.status, reverted.active);
      return { ...others, finding: found, reason: `${found} ${others.reason}` };
    }
    case "failed": {
      if (!goesBack(cause, release)) return keptUnrecorded(ended, cause, verdict, reverted);
      const reason = `${revertFailedSentence(release, reverted)} Reason of the revert: ${found}`;
      return outcome(ended, { status: "revertFailed", reason, ...verdict }, reverted.active);
    }
  }
}

/** An outcome with what failed, which its reason tells in lines of its own. */
export function withFailures(outcome: Outcome, failures: FailuresReport | undefined): Outcome {
  if (failures === undefined) return outcome;
  return { ...outcome, reason: [outcome.reason, ...failuresLines(failures)].join("\n"), failures };
}

/** The watch of a version that keeps the traffic is over, and the deployment that says so could not be made: nothing was to be moved. */
function keptUnrecorded(
  ended: Ended,
  cause: Cause,
  verdict: Required<Pick<Ending, "isVerdict">> & { readonly finding: string },
  { trouble, active }: Failed,
): Outcome {
  const { release } = ended;
  const unrecorded = unrecordedSentence(trouble);
  // Where the first write was lost it may never have got the traffic.
  const isKnown = active !== undefined && hasAllTraffic(active, release.newVersionId);
  const where = isKnown ? whereSentence(release, cause) : unknownSentence(release);
  const reason = joined([verdict.finding, where, unrecorded, todoAfter(cause, release)]);
  return outcome(ended, { status: "inconclusive", reason, ...verdict }, active);
}

function whereAfter(release: Release, cause: Cause, { confirmation, unread }: Done): string {
  const confirmed = confirmationSentence(release, confirmation);
  return joined([whereSentence(release, cause), confirmed, unread ? unreadSentence : ""]);
}

/** The release was stopped and the plan wants the split to stay. */
export function held(ended: Ended): Outcome {
  const reason = heldSentence(ended.release, ended.state, ended.observation.active);
  return outcome(ended, { status: "interrupted", reason }, ended.observation.active);
}

/** The same, where somebody has deployed since: that is theirs. */
export function leftToOthers(outcome: Outcome, active: Deployment | undefined): Outcome {
  if (active === undefined || active.id === outcome.deploymentId) return outcome;
  return {
    ...outcome,
    ...{ deployedVersionId: soleVersion(active.split), deploymentId: active.id },
    reason: `${outcome.reason} ${deployedSinceSentence(active)}`,
  };
}

/** Somebody else has decided how the release ends. */
export function yielded(ended: Ended, status: DeploymentStatus, active: Deployment | undefined): Outcome {
  const { release, state } = ended;
  const found = foundByOthers(release, state, status);
  if (status.kind === "promoted" || (status.kind === "ended" && status.record.phase === "completed")) {
    return outcome(ended, { status: "completed", reason: found }, active);
  }
  if (status.kind === "rolledBack" || status.kind === "ended") {
    const isVerdict = status.kind === "rolledBack" || status.record.phase === "aborted";
    const ending = isVerdict ? "aborted" : "inconclusive";
    const reason = joined([found, afterOthersEnding(release, active, ending)]);
    return outcome(ended, { status: ending, reason, finding: found, isVerdict }, active);
  }
  return outcome(ended, { status: "superseded", reason: supersededSentence(found, status, active) }, active);
}

/** The new version had all traffic before the release began. */
export function alreadyServing(request: ReleaseRequest, active: Deployment, now: number): Outcome {
  const at = new Date(now).toISOString();
  return {
    status: "completed",
    reason: servingSentence(request.versionId, active, now),
    finding: undefined,
    isVerdict: false,
    releaseId: request.releaseId,
    oldVersionId: undefined,
    deployedVersionId: request.versionId,
    deploymentId: active.id,
    startedAt: at,
    endedAt: at,
    stages: [],
  };
}

function outcome(
  { release, state, observation, now }: Ended,
  { status, reason, finding, isVerdict: verdict = false }: Ending,
  active: Deployment | undefined,
): Outcome {
  return {
    ...{ status, reason, finding, isVerdict: verdict },
    releaseId: release.id,
    oldVersionId: release.oldVersionId,
    deployedVersionId: active && soleVersion(active.split),
    deploymentId: active?.id,
    startedAt: new Date(release.startedAt).toISOString(),
    endedAt: new Date(now).toISOString(),
    stages: stageReports(release, state, observation, now),
  };
}
