import type { Cause } from "./cause";
import type { Deployment } from "./ports";
import { soleVersion, stageReports, type Outcome, type Status } from "./outcome";
import { stagePercent, type Release } from "./release";
import { isVerdict, type Reverted } from "./revert";
import {
  afterAbort,
  afterInterruption,
  completedSentence,
  revertedSentence,
  revertFailedSentence,
  stageText,
  todoAfter,
} from "./sentences";
import type { Observation } from "./observe";
import type { DeploymentStatus } from "./deploymentStatus";
import type { State } from "./state";

/** What an ending is told about. */
export interface Ended {
  readonly release: Release;
  readonly state: State;
  readonly observation: Observation;
  /** When, in milliseconds since the epoch. */
  readonly now: number;
}

/** The new version serves all traffic. */
export function completed(ended: Ended, deployment: Deployment): Outcome {
  return outcome(ended, "completed", undefined, completedSentence(ended.release, ended.now), deployment);
}

/** The release was to be reverted: `found` says why, `reverted` whether it could be. */
export function afterRevert(ended: Ended, cause: Cause, found: string, reverted: Reverted): Outcome {
  const { release } = ended;
  switch (reverted.kind) {
    case "done": {
      const status = isVerdict(cause) ? "aborted" : "interrupted";
      const reason = `${found} ${revertedSentence(release)} ${todoAfter(cause)}`;
      return outcome(ended, status, found, reason, reverted.deployment);
    }
    case "yielded": {
      const others = yielded(ended, reverted.standing, reverted.active);
      return { ...others, finding: found, reason: `${found} ${others.reason}` };
    }
    case "failed": {
      const { percent, forMs, trouble } = reverted;
      const reason = `${revertFailedSentence(release, percent, forMs, trouble)} Reason of the revert: ${found}`;
      return outcome(ended, "revertFailed", found, reason, ended.observation.active);
    }
  }
}

/** The release was stopped and the plan wants the split to stay. */
export function held(ended: Ended): Outcome {
  const { release, state } = ended;
  const percent = stagePercent(release, state.stage);
  const reason =
    `Release of ${release.scriptName}: interrupted in ${stageText(release, state.stage)}. As the plan says (onInterrupt: ` +
    `hold), version ${release.newVersionId} keeps ${percent} % of the traffic and nobody watches it. ` +
    "The next `pulumi up` goes on from here.";
  return outcome(ended, "interrupted", undefined, reason, ended.observation.active);
}

/** Somebody else has decided how the release ends. */
export function yielded(ended: Ended, standing: DeploymentStatus, active: Deployment | undefined): Outcome {
  const { release } = ended;
  const where = `Release of ${release.scriptName}: in ${stageText(release, ended.state.stage)}`;
  switch (standing.kind) {
    case "ended": {
      const { sentence, record } = standing;
      if (record.phase === "completed") return outcome(ended, "completed", undefined, sentence, active);
      const status = record.phase === "interrupted" ? "interrupted" : "aborted";
      const todo = status === "aborted" ? afterAbort : afterInterruption;
      return outcome(ended, status, sentence, `${sentence} ${revertedSentence(release)} ${todo}`, active);
    }
    case "rolledBack": {
      const found = `${where}, ${standing.by} put the old version back to 100 %.`;
      return outcome(ended, "aborted", found, `${found} ${revertedSentence(release)} ${afterAbort}`, active);
    }
    case "promoted": {
      const reason = `${where}, ${standing.by} gave version ${release.newVersionId} all traffic.`;
      return outcome(ended, "completed", undefined, reason, active);
    }
    default: {
      const by = "by" in standing ? standing.by : "somebody else";
      const reason =
        `${where}, ${by} deployed something else (${splitText(active)}). That was left as it is, and the release ended. ` +
        "When it is sorted out, `pulumi up` starts the release again.";
      return outcome(ended, "superseded", undefined, reason, active);
    }
  }
}

function splitText(active: Deployment | undefined): string {
  return active?.split.map((share) => `${share.percent} % ${share.versionId}`).join(", ") ?? "nothing";
}

function outcome(
  ended: Ended,
  status: Status,
  finding: string | undefined,
  reason: string,
  active: Deployment | undefined,
): Outcome {
  const { release, state, observation, now } = ended;
  return {
    status,
    reason,
    finding,
    releaseId: release.id,
    oldVersionId: release.oldVersionId,
    deployedVersionId: active && soleVersion(active.split),
    deploymentId: active?.id,
    startedAt: new Date(release.startedAt).toISOString(),
    endedAt: new Date(now).toISOString(),
    stages: stageReports(release, state, observation, now),
  };
}
