import { askGate } from "./askGate";
import type { Action } from "./decide/action";
import { statusOf, type DeploymentStatus } from "./deploymentStatus";
import { follow } from "./follow";
import { kept, withoutOpenGate } from "./kept";
import { isOwnLate, unlessLate } from "./late";
import { answered } from "./look/source";
import { uploadsLeft } from "./look/window";
import { completed, completedUnrecorded, completionSentence, held, yielded, type Outcome } from "./outcome";
import type { Deployment } from "./ports";
import { recordOf } from "./record/recordOf";
import { heldUntil, promotedSplit, splitAt, stagePercent, type Dependencies } from "./release";
import { revertFor } from "./revertFor";
import { endedNow, goesOn, type Rollout, type Step } from "./rollout";
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
import { gaveUp } from "./text/endingText";
import { approvalHeldSentence } from "./text/freezeText";
import { gateSentence } from "./text/gateText";
import { claimSentence, oneWaySentence, stageSentence, waitSentence } from "./text/stageSentences";
import { joined } from "./text/words";
import { tellOfOverwritten } from "./write/overwritten";
import { lateUntil, write, type DeploymentRequest } from "./write/write";

/** Carries out what was decided. */
export async function act(action: Action, rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  switch (action.do) {
    case "keep":
      return { ...withoutOpenGate(rollout), state: kept(rollout, dependencies.clock.now()) };
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
      return { outcome: completedUnrecorded(endedNow(rollout, dependencies), action.trouble) };
    case "revert":
      return revertFor(action.cause, rollout, dependencies);
    case "hold":
      return { outcome: held(endedNow(rollout, dependencies)) };
    case "yield":
      return { outcome: yielded(endedNow(rollout, dependencies), action.status, rollout.observation.active) };
    case "beginAgain":
      return {
        beginAgain: true,
        known: rollout.observation.active,
        otherwise: wayOut(rollout, action.status, dependencies),
        openUntil: lateUntil(rollout.state),
      };
    case "giveUp":
      return { notStarted: gaveUp(rollout.release, action.because) };
  }
  action satisfies never;
}

/** What a run tells whose release was under way when another one took its place. */
function wayOut(rollout: Rollout, status: DeploymentStatus, dependencies: Dependencies): Outcome | undefined {
  if (rollout.state.phase === "starting" && rollout.state.failure?.lostAt === undefined) return undefined;
  return yielded(endedNow(rollout, dependencies), status, rollout.observation.active);
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
    sentence: completionSentence(endedNow(rollout, dependencies)),
    record: recordOf(release, state.stage, "completed"),
  };
  return deploy(request, rollout, dependencies, (made) => ({
    outcome: completed(endedNow(rollout, dependencies), made),
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
    { known, before, isToStayOverwritten: (theirs) => isOwnLate(theirs, rollout) },
    dependencies,
  );
  tellOfOverwritten(written, rollout.release, dependencies);
  switch (written.kind) {
    case "instead":
      // A try before it whose answer was lost may still take effect over it, and has to be seen.
      if (written.isAfterWrite && rollout.state.phase === "starting" && !mayShow(rollout, dependencies))
        return leftTo(written.because, rollout, dependencies);
      return seen(written.because, rollout, dependencies);
    case "made": {
      dependencies.progress.event(request.sentence);
      const step = then(written.deployment);
      return written.after && goesOn(step) ? seen(written.after, step, dependencies) : step;
    }
    case "failed": {
      const oldIsGone =
        written.failure.forGood &&
        (await uploadsLeft(rollout.release, dependencies.deployments, "write")) === 0;
      return withoutOpenGate(withFailure(rollout, { ...written.failure, oldIsGone }));
    }
  }
}

/** What was seen is known from now on: a reading that lags behind it is not believed. */
async function seen(
  active: Deployment | undefined,
  rollout: Rollout,
  dependencies: Dependencies,
): Promise<Rollout> {
  const { release, state } = rollout;
  const observed = { ...rollout.observation, active, isOvertaken: true };
  const observation = await unlessLate(rollout, observed, dependencies);
  return { release, state: follow(release, state, observation.active, dependencies), observation };
}

/** Whether a write whose answer was lost may still take effect. */
function mayShow({ state }: Rollout, { clock }: Dependencies): boolean {
  return clock.now() < lateUntil(state);
}

/** The first split was there for a moment: the release has begun, and is not gone on with. */
function leftTo(active: Deployment | undefined, rollout: Rollout, dependencies: Dependencies): Step {
  const status = statusOf(rollout.release, rollout.state, active);
  return { outcome: yielded(endedNow(rollout, dependencies), status, active) };
}

function onward(rollout: Rollout, active: Deployment, state: State, { clock }: Dependencies): Rollout {
  const observation = { ...rollout.observation, active, deployments: answered(clock.now()) };
  return { ...rollout, state, observation };
}

function withFailure(rollout: Rollout, failure: WriteFailure | undefined): Rollout {
  return { ...rollout, state: { ...rollout.state, failure } };
}
