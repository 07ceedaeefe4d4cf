import { frozenUntil } from "../../plan/freeze";
import type { DeploymentStatus } from "../deploymentStatus";
import type { Starting } from "../state";
import type { Action, GaveUp } from "./action";
import {
  gateOf,
  isBlindToDeployments,
  isOfEarlierRun,
  isOpen,
  mayBeHeld,
  triedMs,
  type Situation,
} from "./situation";

/**
 * Before the first split. As long as a write may have happened, nothing is given up: either a look shows it, and the
 * release is under way, or it shows what was there before.
 */
export function whileStarting(situation: Situation, state: Starting, status: DeploymentStatus): Action {
  const { release, observation, interrupted, now } = situation;
  const { failure } = state;
  const { deployments } = observation;
  if (failure && isOpen(situation) && deployments.failures > 0) {
    // Nobody watches a split that may be there: it goes back, if it is.
    if (!isBlindToDeployments(situation) && !interrupted) return { do: "keep" };
    return { do: "revert", cause: { kind: "stuck", trouble: failure.trouble } };
  }
  if (!interrupted && isOfEarlierRun(release, status)) return { do: "beginAgain", status };
  // A record of this release shows that its first split was deployed after all; a lost write may have been, too.
  const wasDeployed = status.kind === "takenOver" || status.kind === "ended";
  if (wasDeployed || (failure?.lostAt !== undefined && status.kind !== "ours")) {
    return isOpen(situation) ? { do: "keep" } : { do: "yield", status };
  }
  const because = whyGiveUp(situation, state, status);
  if (because !== undefined) return isOpen(situation) ? { do: "keep" } : { do: "giveUp", because };
  if (failure && now < failure.notBefore) return { do: "keep" };
  // There is nothing to judge, so no stage is entered.
  if (release.sameContent === "all") return { do: "complete" };
  const action = throughFirstGate(situation, state);
  return action.do === "giveUp" && isOpen(situation) ? { do: "keep" } : action;
}

/** How long the first write is tried. A version that was just uploaded can take seconds to be deployable. */
const firstWriteMs = 30_000;

/** Before the first split nobody can approve: a gate that is closed ends the release before it began. */
function throughFirstGate(situation: Situation, { stage, since }: Starting): Action {
  const { release, now } = situation;
  const answer = gateOf(situation, stage);
  if (answer === undefined || answer.kind === "open") return { do: "enter", stage };
  const isTimeout = now - since >= release.plan.approvalTimeoutMs;
  if (isTimeout || answer.kind === "closed")
    return { do: "giveUp", because: { kind: "gate", answer, isTimeout } };
  return { do: "askGate", stage };
}

function whyGiveUp(
  { release, interrupted, now }: Situation,
  state: Starting,
  status: DeploymentStatus,
): GaveUp | undefined {
  const { failure } = state;
  if (status.kind !== "ours") return { kind: "overtaken", by: "by" in status ? status.by : "somebody else" };
  if (interrupted) return { kind: "interrupted" };
  // The checks of the start, or the first gate, may have taken until a freeze began.
  const until = mayBeHeld(release, state) ? frozenUntil(release.plan.freezes, now) : undefined;
  if (until !== undefined) return { kind: "frozen", until, now };
  if (failure === undefined || (!failure.forGood && triedMs(failure, failure.since, now) < firstWriteMs))
    return undefined;
  return { kind: "writesFail", trouble: failure.trouble };
}
