import type { Cause } from "./cause";
import type { Deployment } from "./ports";
import { soleVersion, stageReports, type Outcome, type Status } from "./outcome";
import type { Release } from "./release";
import { isVerdict, type Reverted } from "./revert";
import { afterAbort, completedSentence, revertedSentence, revertFailedSentence } from "./sentences";
import type { Sight } from "./sight";
import type { Standing } from "./standing";
import type { State } from "./state";

/** What an ending is told about. */
export interface Ended {
  readonly release: Release;
  readonly state: State;
  readonly sight: Sight;
  /** When, in milliseconds since the epoch. */
  readonly now: number;
}

/** The new version serves all traffic. */
export function completed(ended: Ended, deployment: Deployment): Outcome {
  return outcome(ended, "completed", completedSentence(ended.release, ended.now), deployment);
}

/** The release was to be reverted: `found` says why, `reverted` whether it could be. */
export function afterRevert(ended: Ended, cause: Cause, found: string, reverted: Reverted): Outcome {
  const { release } = ended;
  switch (reverted.kind) {
    case "done": {
      const status = isVerdict(cause) ? "aborted" : "interrupted";
      return outcome(ended, status, revertedReason(release, status, found), reverted.deployment);
    }
    case "yielded": {
      const others = yielded(ended, reverted.standing, reverted.active);
      return { ...others, reason: `${found} ${others.reason}` };
    }
    case "failed": {
      const { percent, forMs, trouble } = reverted;
      const reason = `${revertFailedSentence(release, percent, forMs, trouble)} Reason of the revert: ${found}`;
      return outcome(ended, "revertFailed", reason, ended.sight.active);
    }
  }
}

/** Why the traffic was put back, where it is now, and what to do next. */
function revertedReason(release: Release, status: "aborted" | "interrupted", found: string): string {
  const todo =
    status === "aborted" ? afterAbort : "The next `pulumi up` releases the version from the first stage.";
  return `${found} ${revertedSentence(release)} ${todo}`;
}

/** The release was stopped and the plan wants the split to stay. */
export function held(ended: Ended): Outcome {
  const percent = ended.release.plan.stages[ended.state.stage]?.percent ?? 0;
  const reason =
    `Interrupted; as the plan says (onInterrupt: hold), version ${ended.release.newVersionId} keeps ${percent} % of the ` +
    "traffic and nobody watches it. The next `pulumi up` goes on from here.";
  return outcome(ended, "interrupted", reason, ended.sight.active);
}

/** Somebody else has decided how the release ends. */
export function yielded(ended: Ended, standing: Standing, active: Deployment | undefined): Outcome {
  const { release } = ended;
  switch (standing.kind) {
    case "ended": {
      const { sentence, record } = standing;
      if (record.phase === "completed") return outcome(ended, "completed", sentence, active);
      const status = record.phase === "interrupted" ? "interrupted" : "aborted";
      return outcome(ended, status, revertedReason(release, status, sentence), active);
    }
    case "rolledBack":
      return outcome(
        ended,
        "aborted",
        `${standing.by} put the old version back to 100 %. ${afterAbort}`,
        active,
      );
    case "promoted":
      return outcome(
        ended,
        "completed",
        `${standing.by} gave version ${release.newVersionId} all traffic.`,
        active,
      );
    default:
      return outcome(ended, "superseded", supersededSentence(standing, active), active);
  }
}

function supersededSentence(standing: Standing, active: Deployment | undefined): string {
  const by = "by" in standing ? standing.by : "somebody else";
  const split = active?.split.map((share) => `${share.percent} % ${share.versionId}`).join(", ") ?? "nothing";
  return (
    `The release ended because ${by} deployed something else meanwhile (${split}); that was left as it is. ` +
    "When it is sorted out, `pulumi up` starts the release again."
  );
}

function outcome(ended: Ended, status: Status, reason: string, active: Deployment | undefined): Outcome {
  const { release, state, sight, now } = ended;
  return {
    status,
    reason,
    releaseId: release.id,
    oldVersionId: release.oldVersionId,
    deployedVersionId: active && soleVersion(active.split),
    deploymentId: active?.id,
    startedAt: new Date(release.startedAt).toISOString(),
    endedAt: new Date(now).toISOString(),
    stages: stageReports(release, state, sight, now),
  };
}
