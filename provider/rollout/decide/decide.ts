import { statusOf, type DeploymentStatus } from "../deploymentStatus";
import type { State } from "../state";
import type { Action } from "./action";
import { blindness, violation } from "./alarm";
import { onward } from "./onward";
import {
  isBlindToDeployments,
  isOfEarlierRun,
  isOpen,
  mayBeBlindMs,
  triedMs,
  type Situation,
} from "./situation";
import { whileStarting } from "./whileStarting";

/**
 * The decision of a release: what others did comes first, then whatever makes it revert, and only then does it go on.
 */
export function decide(situation: Situation): Action {
  const { release, state, observation } = situation;
  const status = statusOf(release, state, observation.active);
  if (state.phase === "starting") return whileStarting(situation, state, status);
  if (!isOurs(state, status)) {
    if (isOfEarlierRun(release, status)) return { do: "beginAgain", status };
    // A write of ours that was lost may still be made over what somebody else has deployed, and has to be seen.
    return isOpen(situation) && !isBlindToDeployments(situation) ? { do: "keep" } : { do: "yield", status };
  }
  const cause = violation(situation) ?? blindness(situation);
  if (cause) return { do: "revert", cause };
  if (situation.interrupted) {
    return release.plan.onInterrupt === "hold"
      ? { do: "hold" }
      : { do: "revert", cause: { kind: "interrupted" } };
  }
  return unlessWritesFail(situation, onward(situation, state, status));
}

/** True when the release goes on from what is deployed. */
export function isOurs(state: State, { kind }: DeploymentStatus): boolean {
  return kind === "ours" || kind === "approved" || (kind === "misfit" && state.phase === "waiting");
}

/** What comes next where the write for it has failed before: it is tried again for `maxBlindTime`. */
function unlessWritesFail(situation: Situation, action: Action): Action {
  const { release, state, now } = situation;
  const { failure } = state;
  if (failure === undefined || !isWrite(action)) return action;
  const { forGood, since, trouble, oldIsGone } = failure;
  // Cloudflare has ordered to wait: the release is watched meanwhile.
  if (now < failure.notBefore) return { do: "keep" };
  const isOverdue = triedMs(failure, since, now) > mayBeBlindMs(situation);
  // The way back is closed and nothing is wrong with the new version: the only way is forward.
  if (oldIsGone && action.do === "enter" && !isOverdue) {
    return { do: "enter", stage: release.plan.stages.length - 1, isOneWay: true };
  }
  if (!forGood && !isOverdue) return action;
  if (action.do === "complete") {
    // That the version still has all traffic is for a reading to say.
    const isSeen = situation.observation.deployments.failures === 0;
    return isSeen ? { do: "completeUnrecorded", trouble } : { do: "keep" };
  }
  return { do: "revert", cause: { kind: "stuck", trouble } };
}

/** A claim is not among them: that an older run may not see it has been replaced is no reason to revert. */
function isWrite({ do: what }: Action): boolean {
  return what === "enter" || what === "await" || what === "complete";
}
