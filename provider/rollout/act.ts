import type { Cause } from "./cause";
import type { Action } from "./decide/action";
import type { DeploymentStatus } from "./deploymentStatus";
import {
  afterRevert,
  completed,
  completedUnrecorded,
  completionSentence,
  held,
  withFailures,
  yielded,
  type Ended,
  type Outcome,
} from "./outcome";
import { failuresFor } from "./failures";
import { gaveUp } from "./text/endingText";
import type { Deployment, Gates } from "./ports";
import { recordOf } from "./record/recordOf";
import { heldUntil, promotedSplit, splitAt, stagePercent, type Dependencies } from "./release";
import { revert, type RevertResult } from "./write/revert";
import type { Reverted } from "./write/reverted";
import { approvalHeldSentence } from "./text/freezeText";
import { gateSentence } from "./text/gateText";
import { causeSentence, revertingSentence } from "./text/causeText";
import { claimSentence, oneWaySentence, stageSentence, waitSentence } from "./text/stageSentences";
import { joined } from "./text/words";
import { goesOn, type Rollout, type Step } from "./rollout";
import { answered } from "./look/source";
import {
  approvalOf,
  awaiting,
  beginsBefore,
  entered,
  wentThrough,
  type Deployed,
  type State,
  type WriteFailure,
} from "./state";
import { uploadsLeft } from "./look/window";
import { lateUntil, write, type DeploymentRequest } from "./write/write";

/** Whoever cannot ask a gate lets nobody through it. */
const noGates: Gates = {
  ask: () => ({ kind: "failing", text: "nothing here can ask a gate" }),
};

/** Carries out what was decided. */
export async function act(action: Action, rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  switch (action.do) {
    case "keep":
      return { ...withoutOpenGate(rollout), state: kept(rollout.state, dependencies.clock.now()) };
    case "enter":
      return enter(rollout, action, dependencies);
    case "await":
      return awaitApproval(rollout, action, dependencies);
    case "askGate":
      return askGate(rollout, action.stage, dependencies);
    case "claim":
      return claim(rollout, dependencies);
    case "complete":
      return complete(rollout, dependencies);
    case "completeUnrecorded":
      return { outcome: completedUnrecorded(ended(rollout, dependencies), action.trouble) };
    case "revert":
      return revertFor(action.cause, rollout, dependencies);
    case "hold":
      return { outcome: held(ended(rollout, dependencies)) };
    case "yield":
      return { outcome: yielded(ended(rollout, dependencies), action.status, rollout.observation.active) };
    case "beginAgain":
      return {
        beginAgain: true,
        known: rollout.observation.active,
        otherwise: wayOut(rollout, action.status, dependencies),
      };
    case "giveUp":
      return { notStarted: gaveUp(rollout.release, action.because) };
  }
  action satisfies never;
}

/** What a run tells whose release was under way when another one took its place. */
function wayOut(rollout: Rollout, status: DeploymentStatus, dependencies: Dependencies): Outcome | undefined {
  if (rollout.state.phase === "starting" && rollout.state.failure?.lostAt === undefined) return undefined;
  return yielded(ended(rollout, dependencies), status, rollout.observation.active);
}

/** A release that only looks has no write to try again, but one that was lost may still take effect. */
function kept(state: State, now: number): State {
  const { phase, failure, lostAt } = state;
  return {
    ...state,
    failure: phase === "starting" || now < openUntil(failure) ? failure : undefined,
    lostAt: now < lateUntil({ lostAt }) ? lostAt : undefined,
  };
}

/** Until when a write that failed is of interest: it may still take effect, or Cloudflare has ordered to wait with it. */
function openUntil(failure: WriteFailure | undefined): number {
  return Math.max(lateUntil({ failure }), failure?.notBefore ?? -Infinity);
}

/** A gate that is open now may be closed when the release can go on, or tries to write again. */
function withoutOpenGate(rollout: Rollout): Rollout {
  const { gate } = rollout.observation;
  return gate?.kind === "open"
    ? { ...rollout, observation: { ...rollout.observation, gate: undefined } }
    : rollout;
}

function withFailure(rollout: Rollout, failure: WriteFailure | undefined): Rollout {
  return { ...rollout, state: { ...rollout.state, failure } };
}

function enter(
  rollout: Rollout,
  { stage, approvedBy, isOneWay }: Extract<Action, { do: "enter" }>,
  dependencies: Dependencies,
): Promise<Step> {
  const { release, state } = rollout;
  const sentence = stageSentence(release, stage, approvedBy);
  const request = {
    split: isOneWay ? promotedSplit(release) : splitAt(release, stagePercent(release, stage)),
    sentence: isOneWay ? `${sentence} ${oneWaySentence(release)}` : sentence,
    record: recordOf(release, stage, "soak", { begun: beginsBefore(state, stage) }),
  };
  return deploy(request, rollout, dependencies, (made) =>
    onward(rollout, made, entered(state, stage, made.id, dependencies.clock.now()), dependencies),
  );
}

/** Nobody waits for the answer: the release is watched meanwhile. */
function askGate(rollout: Rollout, stage: number, { gates = noGates, clock }: Dependencies): Rollout {
  const { release, state, observation } = rollout;
  const { plan, id: releaseId, scriptName, newVersionId, oldVersionId, startedAt } = release;
  const { gate } = plan.stages[stage] ?? {};
  if (gate === undefined) return rollout;
  const answer = gates.ask({
    ...{
      gate,
      releaseId,
      scriptName,
      stage,
      stages: plan.stages.length,
      percent: stagePercent(release, stage),
    },
    ...{ newVersionId, oldVersionId, startedAt },
  });
  const looks = kept(state, clock.now());
  // A write that failed is tried again as soon as the gate is known to be open still.
  const isToWrite = answer.kind === "asked" || answer.kind === "open";
  return {
    ...rollout,
    state: isToWrite ? { ...looks, failure: state.failure } : looks,
    observation: { ...observation, gate: { ...answer, stage } },
  };
}

function awaitApproval(
  rollout: Rollout,
  { doubt, gate }: Extract<Action, { do: "await" }>,
  dependencies: Dependencies,
): Promise<Step> {
  const { release, state } = rollout;
  const now = dependencies.clock.now();
  const frozenUntil = heldUntil(release, state.stage, now);
  const approval = approvalOf({ frozenUntil, awaitsGate: gate !== undefined });
  const request = {
    split: splitAt(release, stagePercent(release, state.stage)),
    sentence: joined([
      gate === undefined
        ? waitSentence(release, state, now, doubt)
        : gateSentence(release, state.stage, gate),
      approvalHeldSentence(frozenUntil),
    ]),
    record: recordOf(release, state.stage, "wait", {
      begun: beginsBefore(state, state.stage + 1),
      ...approval,
    }),
  };
  return deploy(request, rollout, dependencies, (made) =>
    onward(rollout, made, awaiting(state, made.id, dependencies.clock.now(), approval), dependencies),
  );
}

/** Makes the deployment once more that an earlier run left, so that only one run goes on, or that does not tell of a freeze. */
async function claim(rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  const { release } = rollout;
  const state = rollout.state as Deployed;
  const phase = state.phase === "waiting" ? "wait" : "soak";
  const begun = beginsBefore(state, phase === "wait" ? state.stage + 1 : state.stage);
  const now = dependencies.clock.now();
  const approval =
    state.phase === "waiting"
      ? approvalOf({ ...state, frozenUntil: heldUntil(release, state.stage, now) })
      : {};
  const request = {
    split: splitAt(release, stagePercent(release, state.stage)),
    sentence:
      phase === "wait"
        ? joined([waitSentence(release, state, now), approvalHeldSentence(approval.frozenUntil)])
        : claimSentence(release, state.stage),
    record: recordOf(release, state.stage, phase, {
      ...{ begun, since: state.since, heldBy: state.heldBy },
      ...approval,
    }),
  };
  const claimed = { ...state, leftBy: undefined, ...wentThrough(state), ...approval };
  const step = await deploy(request, rollout, dependencies, (made) =>
    onward(rollout, made, { ...claimed, deploymentId: made.id }, dependencies),
  );
  if (!goesOn(step) || !step.state.failure?.forGood) return step;
  // It cannot be made again, but it can be watched.
  return { ...step, state: claimed };
}

function complete(rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  const { release, state } = rollout;
  const request = {
    split: promotedSplit(release),
    sentence: completionSentence(ended(rollout, dependencies)),
    record: recordOf(release, state.stage, "completed"),
  };
  return deploy(request, rollout, dependencies, (made) => ({
    outcome: completed(ended(rollout, dependencies), made),
  }));
}

/**
 * Deploys a split if the last deployment seen is still active, and goes on with `then`; if that does not work, the
 * release stays where it is, and the loop looks and decides anew. Judging never pauses for a write.
 */
async function deploy(
  request: DeploymentRequest,
  rollout: Rollout,
  dependencies: Dependencies,
  then: (made: Deployment) => Step,
): Promise<Step> {
  const { active: known } = rollout.observation;
  const { failure: before } = rollout.state;
  // What served before was uploaded before whatever secret has changed since.
  const force = rollout.release.isWayBack === true;
  const written = await write(
    (active) => (active?.id === known?.id ? { write: { ...request, force } } : { instead: active }),
    { known, before },
    dependencies,
  );
  switch (written.kind) {
    case "instead":
      // What was seen is known from now on: a reading that lags behind it is not believed.
      return {
        ...rollout,
        observation: { ...rollout.observation, active: written.because, isOvertaken: true },
      };
    case "made":
      dependencies.progress.event(request.sentence);
      return then(written.deployment);
    case "failed": {
      const oldIsGone =
        written.failure.forGood &&
        (await uploadsLeft(rollout.release, dependencies.deployments, "write")) === 0;
      return withoutOpenGate(withFailure(rollout, { ...written.failure, oldIsGone }));
    }
  }
}

/** Puts the traffic back for `cause` and tells how that went. */
export async function revertFor(cause: Cause, rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  const { release, state } = rollout;
  const found = causeSentence(release, state, cause, dependencies.clock.now());
  dependencies.progress.event(revertingSentence(release, state, cause));
  const { reverted, state: last } = await revert(rollout, cause, found, dependencies).catch(
    revertFault(rollout),
  );
  if (reverted.kind === "nothing") {
    return { notStarted: gaveUp(release, { kind: "writesFail", trouble: found }) };
  }
  // The traffic is back: what else there is to know endangers nobody.
  const failures =
    reverted.kind === "done" ? await failuresFor(cause, release, last, dependencies) : undefined;
  const over = ended({ ...rollout, state: last }, dependencies);
  const outcome = withFailures(afterRevert(over, cause, found, reverted), failures);
  const isUntouched = reverted.kind === "yielded" && !reverted.mayHaveWritten;
  return { outcome, active: activeAfter(reverted), isUntouched };
}

/** The deployment that is active after a revert, where it is known. */
function activeAfter(reverted: Exclude<Reverted, { kind: "nothing" }>): Deployment | undefined {
  switch (reverted.kind) {
    case "done":
      return reverted.after ?? reverted.deployment;
    case "yielded":
      return reverted.active;
    case "failed":
      return undefined;
  }
}

/** A fault of ours in the revert itself leaves the traffic where it is, which must not pass in silence. */
function revertFault({ release, state }: Rollout): (error: unknown) => RevertResult {
  return (error) => ({
    reverted: {
      kind: "failed",
      percent: stagePercent(release, state.stage),
      forMs: 0,
      trouble: `a fault in pulumi-workers-release, please report it: ${String(error)}`,
      oldIsGone: undefined,
    },
    state,
  });
}

function onward(rollout: Rollout, active: Deployment, state: State, { clock }: Dependencies): Rollout {
  const observation = { ...rollout.observation, active, deployments: answered(clock.now()) };
  return { ...rollout, state, observation };
}

function ended(rollout: Rollout, dependencies: Dependencies): Ended {
  return { ...rollout, now: dependencies.clock.now() };
}
