import { act } from "./act";
import { revertFor } from "./revertFor";
import { assess, settle } from "./look/assess";
import { begin } from "./begin";
import { butLeftToOthers, butPutBack, CannotStart, isRefusal } from "./cannotStart";
import { decide, isOurs } from "./decide/decide";
import { statusOf } from "./deploymentStatus";
import { follow } from "./follow";
import { unlessLate } from "./late";
import { tellOfEnding, tellOfStep } from "./notice";
import { observe, observeDeployments } from "./look/observe";
import type { Observation } from "./look/observation";
import { leftToOthers, type Outcome } from "./outcome";
import { alone, type Deployment, type Pace } from "./ports";
import { soakedAt, type Dependencies, type ReleaseRequest } from "./release";
import { goesOn, type Rollout, type Step } from "./rollout";
import type { Starting } from "./state";
import { statusLine } from "./text/statusText";
import { unlessAborted } from "./unlessAborted";
import { windowWarning } from "./look/window";

/**
 * Carries a Worker from its old version to a new one: the loop that moves traffic. It looks, decides and acts until
 * the release is over.
 *
 * @throws CannotStart and PortError before anything is moved; afterwards every failure is an {@link Outcome}
 */
export async function run(request: ReleaseRequest, dependencies: Dependencies): Promise<Outcome> {
  const outcome = await carryOut(request, dependencies);
  tellOfEnding(request, outcome, dependencies);
  return outcome;
}

async function carryOut(request: ReleaseRequest, dependencies: Dependencies): Promise<Outcome> {
  const begunAt = dependencies.clock.now();
  let putBack: Outcome | undefined;
  let known: Deployment | undefined;
  let otherwise: Outcome | undefined;
  try {
    let step = await begin(request, { begunAt, isAnew: false, known: undefined }, dependencies);
    for (;;) {
      if ("outcome" in step) return step.outcome;
      if ("notStarted" in step) throw new CannotStart(step.notStarted);
      if ("beginAgain" in step) {
        // Once something was put back, that is what there is to tell.
        otherwise = step.putBack === undefined ? (step.otherwise ?? otherwise) : undefined;
        ({ putBack = putBack, known } = step);
        step = await beginAgain(request, begunAt, step, dependencies);
        // What was to be gone on with is not there any more: somebody else has deployed, which is theirs.
        if (otherwise && isToStart(step)) return leftToOthers(otherwise, step.state.before);
      } else {
        const before = step;
        const wasInterrupted = dependencies.interruption.aborted;
        step = await turn(before, dependencies);
        tellOfStep(before, step, dependencies);
        if (goesOn(step)) await untilNextTurn(step, wasInterrupted, dependencies);
      }
    }
  } catch (error) {
    if (otherwise && isRefusal(error)) return butLeftToOthers(otherwise, known, error, dependencies);
    if (putBack === undefined || !isRefusal(error)) throw error;
    return butPutBack(putBack, known, error, dependencies);
  }
}

/** Where nothing can begin, a lost write of this run has to be seen all the same, as long as it may take effect. */
async function beginAgain(
  request: ReleaseRequest,
  begunAt: number,
  { known, openUntil = -Infinity }: Extract<Step, { beginAgain: true }>,
  dependencies: Dependencies,
): Promise<Step> {
  const { clock, interruption } = dependencies;
  let refused: CannotStart | undefined;
  for (;;) {
    try {
      return await begin(request, { begunAt, isAnew: true, known }, dependencies);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // What was seen says more than that nothing answers any more.
      if (error instanceof CannotStart) refused = error;
      if (interruption.aborted || clock.now() >= openUntil) throw refused ?? error;
      await clock.sleep(startingPauseMs, interruption);
    }
  }
}

/** True for a release that nothing was deployed of yet. */
function isToStart(step: Step): step is Rollout & { readonly state: Starting } {
  return goesOn(step) && step.state.phase === "starting";
}

/** One turn of the loop: observe, assess, decide, write. */
export async function turn(before: Rollout, dependencies: Dependencies): Promise<Step> {
  try {
    const { release } = before;
    const looked = await observeUnlessInterrupted(before, dependencies);
    const observed = await unlessLate(before, looked, dependencies);
    tellOfWindow(before, observed, dependencies);
    const state = follow(release, before.state, observed.active, dependencies);
    const observation = settle(release, state, observed);
    const assessment = assess(release, state, observation);
    const now = dependencies.clock.now();
    const interrupted = dependencies.interruption.aborted;
    const action = decide({ release, state, observation, assessment, interrupted, now });
    if (action.do === "keep" || action.do === "askGate") {
      dependencies.progress.status(statusLine(release, state, observation, assessment, now));
    }
    return await act(action, { release, state, observation }, dependencies);
  } catch (error) {
    // Nothing of this is expected to throw. If it does, that is a fault of ours, and no traffic may suffer from it.
    return revertFor({ kind: "fault", fault: String(error) }, before, dependencies);
  }
}

/** Tells once, when the way back is about to close. */
function tellOfWindow(
  { release, observation: before }: Rollout,
  { uploadsLeft }: Observation,
  { progress }: Dependencies,
): void {
  const warning = windowWarning(release, uploadsLeft);
  if (warning === undefined || windowWarning(release, before.uploadsLeft) !== undefined) return;
  progress.event(`Warning: ${warning}`);
}

/** A version that was just uploaded is deployable within seconds. */
const startingPauseMs = 2000;
/** Until a stage is entered whose gate has opened. */
const openPauseMs = 1000;

/** Until the next look of a release that goes on although it was interrupted. */
const interruptedPauseMs = 2000;

/**
 * Waits. An interruption ends that, also one that came during the turn: what a write is about may be under way by then. A
 * release that goes on although a whole turn knew of it has something to find out: it waits a little, and does not spin.
 */
function untilNextTurn(
  rollout: Rollout,
  wasInterrupted: boolean,
  { clock, interruption, pace = alone }: Dependencies,
): Promise<void> {
  const ms = pauseMs(rollout, clock.now(), pace);
  return wasInterrupted ? clock.sleep(Math.min(ms, interruptedPauseMs)) : clock.sleep(ms, interruption);
}

/** How long until the next look: until its turn comes, or less where the soak ends before that. */
function pauseMs({ release, state, observation: { gate } }: Rollout, now: number, pace: Pace): number {
  const next = state.phase === "starting" ? state.stage : state.stage + 1;
  // What is open is entered now; anything else of a gate may take hours.
  if (gate?.kind === "open" && gate.stage === next) return openPauseMs;
  const isHeld = gate !== undefined && gate.kind !== "asked";
  if (state.phase === "starting" && !isHeld) return startingPauseMs;
  const nextMs = pace.untilNextMs(release.plan.pollIntervalMs);
  const left = state.phase === "soaking" ? soakedAt(release, state.stage, state.since) - now : Infinity;
  return left > 0 ? Math.min(left, nextMs) : nextMs;
}

/** Reads once. Where an interruption reverts, it does not wait for a reading that takes long. */
async function observeUnlessInterrupted(
  { release, state, observation }: Rollout,
  dependencies: Dependencies,
): Promise<Observation> {
  if (state.phase === "starting") {
    // The begin has just read them, and the first write reads them again.
    return observation.isAsBegun
      ? { ...observation, isAsBegun: false }
      : observeDeployments(release, observation, dependencies);
  }
  const { aborted } = dependencies.interruption;
  // What somebody else has deployed is not put back: the loop goes on only to see whether a lost write takes effect.
  if (aborted && !isOurs(state, statusOf(release, state, observation.active)))
    return observeDeployments(release, observation, dependencies);
  const isOpen = state.failure !== undefined || state.lostAt !== undefined || observation.isOvertaken;
  let heard: Partial<Observation> = {};
  const observed = observe(release, observation, dependencies, isOpen, (deployed) => {
    heard = deployed;
  });
  if (release.plan.onInterrupt === "hold") return observed;
  return (await unlessAborted(observed, dependencies.interruption)) ?? { ...observation, ...heard };
}
