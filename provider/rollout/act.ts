import type { Cause } from "./cause";
import { afterRevert, completed, held, yielded, type Ended } from "./conclude";
import type { Action, WriteFailure } from "./decide";
import type { Outcome } from "./outcome";
import { deployIfUnchanged, type DeploymentRequest } from "./write";
import type { Deployment } from "./ports";
import { readSentence, recordOf } from "./record";
import { promotedSplit, splitAt, stagePercent, type Dependencies, type Release } from "./release";
import { revert } from "./revert";
import {
  causeSentence,
  completedSentence,
  revertingSentence,
  stageSentence,
  waitSentence,
} from "./sentences";
import type { Observation } from "./observe";
import type { DeploymentStatus } from "./deploymentStatus";
import { awaiting, entered, splitChanges, type State } from "./state";

/** A release on its way: what it is, where it stands, what it has seen. */
export interface Rollout {
  readonly release: Release;
  readonly state: State;
  readonly observation: Observation;
  /** The failure of the last write; undefined once one went through. */
  readonly failure: WriteFailure | undefined;
}

/** What an action led to: a new rollout, or the end. */
export type Step = Rollout | { readonly outcome: Outcome };

/** Carries out what was decided. */
export async function act(action: Action, rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  switch (action.do) {
    case "keep":
      return rollout;
    case "follow":
      return follow(rollout, action.standing, dependencies);
    case "enter":
      return enter(rollout, action.stage, action.approvedBy, dependencies);
    case "await":
      return awaitApproval(rollout, dependencies);
    case "complete":
      return complete(rollout, dependencies);
    case "revert":
      return { outcome: await revertFor(action.cause, rollout, dependencies) };
    case "hold":
      return { outcome: held(ended(rollout, dependencies)) };
    case "yield":
      return { outcome: yielded(ended(rollout, dependencies), action.standing, rollout.observation.active) };
  }
}

function enter(
  rollout: Rollout,
  stage: number,
  approvedBy: string | undefined,
  dependencies: Dependencies,
): Promise<Step> {
  const { release, state } = rollout;
  const split = splitAt(release, stagePercent(release, stage));
  const sentence = stageSentence(release, stage, approvedBy);
  const request = { split, sentence, record: recordOf(release, stage, "soak", splitChanges(state)) };
  return deploy(request, rollout, dependencies, (made) =>
    onward(rollout, made, entered(state, stage, made.id, dependencies.clock.now()), dependencies),
  );
}

function awaitApproval(rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  const { release, state } = rollout;
  const split = splitAt(release, stagePercent(release, state.stage));
  const sentence = waitSentence(release, state.stage);
  const request = { split, sentence, record: recordOf(release, state.stage, "wait", splitChanges(state)) };
  return deploy(request, rollout, dependencies, (made) =>
    onward(rollout, made, awaiting(state, made.id, dependencies.clock.now()), dependencies),
  );
}

function complete(rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  const { release, state } = rollout;
  const split = promotedSplit(release);
  const sentence = completedSentence(release, dependencies.clock.now());
  const request = { split, sentence, record: recordOf(release, state.stage, "completed") };
  return deploy(request, rollout, dependencies, (made) => ({
    outcome: completed(ended(rollout, dependencies), made),
  }));
}

/** Deploys a split and goes on with `then`; if that does not work, the rollout stays, and the loop decides anew. */
async function deploy(
  request: DeploymentRequest,
  rollout: Rollout,
  dependencies: Dependencies,
  then: (made: Deployment) => Step,
): Promise<Step> {
  const result = await deployIfUnchanged(request, rollout.observation.active, rollout.failure, dependencies);
  if (result.kind === "changed") return rollout;
  if (result.kind === "failure") return { ...rollout, failure: result.failure };
  dependencies.progress.event(request.sentence);
  return then(result.deployment);
}

/** Puts the traffic back for `cause` and tells how that went. */
export async function revertFor(
  cause: Cause,
  rollout: Rollout,
  dependencies: Dependencies,
): Promise<Outcome> {
  const { release, state } = rollout;
  const found = causeSentence(release, state, cause, dependencies.clock.now());
  dependencies.progress.event(revertingSentence(release, state));
  const reverted = await revert(release, state, rollout.observation.active, cause, found, dependencies);
  return afterRevert(ended(rollout, dependencies), cause, found, reverted);
}

/** Takes over what the deployments show: the release went on by another hand. */
function follow(
  rollout: Rollout,
  { record, deployment }: DeploymentStatus & { kind: "moved" },
  dependencies: Dependencies,
): Rollout {
  const now = dependencies.clock.now();
  dependencies.progress.event(readSentence(deployment.message));
  const state =
    record.phase === "wait"
      ? awaiting(rollout.state, deployment.id, now)
      : entered(rollout.state, record.stage, deployment.id, now);
  return { ...rollout, state, failure: undefined };
}

function onward(rollout: Rollout, active: Deployment, state: State, dependencies: Dependencies): Rollout {
  return {
    ...rollout,
    state,
    observation: { ...rollout.observation, active, activeAt: dependencies.clock.now() },
    failure: undefined,
  };
}

function ended(rollout: Rollout, dependencies: Dependencies): Ended {
  return { ...rollout, now: dependencies.clock.now() };
}
