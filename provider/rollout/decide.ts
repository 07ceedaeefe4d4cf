import { frozenUntil } from "../plan/freeze";
import type { Baseline } from "../health/past";
import type { Counts } from "../health/series";
import type { Objective, PlanStage } from "../plan/plan";
import type { Assessment } from "./look/assess";
import { goesBack, type Cause, type Doubt } from "./cause";
import { statusOf, type DeploymentStatus } from "./deploymentStatus";
import type { Observation } from "./look/observation";
import type { GateAnswer } from "./ports";
import { hasAllTraffic, heldUntil, soakedAt, type Release } from "./release";
import { silence, waitedFor } from "./look/source";
import type { Deployed, Starting, State, Waiting, WriteFailure } from "./state";
import { lateUntil } from "./write/write";

/** What a release does next. */
export type Action =
  /** Look again in a while. */
  | { readonly do: "keep" }
  /** Deploy the split of a stage and soak it. */
  | {
      readonly do: "enter";
      readonly stage: number;
      readonly approvedBy?: string;
      /** Without naming the old version, which Cloudflare no longer deploys. */
      readonly isOneWay?: true;
    }
  /** Record that the stage waits for an approval: the plan wants one, or its soak has left a doubt. */
  | {
      readonly do: "await";
      readonly doubt?: Doubt;
      /** What the gate of the next stage has answered, where that has not opened. */
      readonly gate?: GateAnswer;
    }
  /** Ask the gate of a stage, and look again in a while. */
  | { readonly do: "askGate"; readonly stage: number }
  /**
   * Deploy the same split again, as this run: the release was left by another one, or its deployment does not say yet
   * that an approval is held back by a freeze.
   */
  | { readonly do: "claim" }
  /** Deploy the new version alone: the release is complete. */
  | { readonly do: "complete" }
  /** End as complete though the last write failed: the new version has all traffic already. */
  | { readonly do: "completeUnrecorded"; readonly trouble: string }
  /** Put all traffic back on the old version: the release has failed. */
  | { readonly do: "revert"; readonly cause: Cause }
  /** Stop and leave the traffic as it is, since the person who stopped the release wants it so. */
  | { readonly do: "hold" }
  /** Stop, since somebody else has decided. */
  | { readonly do: "yield"; readonly status: DeploymentStatus }
  /** Look anew how to begin: an earlier run's write has turned up, which this one goes on with. */
  | { readonly do: "beginAgain"; readonly status: DeploymentStatus }
  /** End before anything of ours was deployed. */
  | { readonly do: "giveUp"; readonly because: GaveUp };

/** Why a release ended before its first split was deployed. */
export type GaveUp =
  | { readonly kind: "interrupted" }
  | { readonly kind: "overtaken"; readonly by: string }
  /** A freeze has begun, in milliseconds since the epoch. */
  | { readonly kind: "frozen"; readonly until: number; readonly now: number }
  | { readonly kind: "gate"; readonly answer: GateAnswer; readonly isTimeout: boolean }
  | { readonly kind: "writesFail"; readonly trouble: string };

/** Everything a decision rests on. */
export interface Situation {
  readonly release: Release;
  readonly state: State;
  readonly observation: Observation;
  /** What the observation says of each SLO, in the plan's order. */
  readonly assessment: readonly Assessment[];
  readonly interrupted: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

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
    return isOpen(situation) ? { do: "keep" } : { do: "yield", status };
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

/** How long the first write is tried. A version that was just uploaded can take seconds to be deployable. */
const firstWriteMs = 30_000;

/**
 * Before the first split. As long as a write may have happened, nothing is given up: either a look shows it, and the
 * release is under way, or it shows what was there before.
 */
function whileStarting(situation: Situation, state: Starting, status: DeploymentStatus): Action {
  const { release, observation, interrupted, now } = situation;
  const { failure, stage } = state;
  const { deployments } = observation;
  if (failure && isOpen(situation) && deployments.failures > 0) {
    // Nobody watches a split that may be there: it goes back, if it is.
    const isBlind = silence(deployments, now).ms > mayBeBlindMs(situation);
    if (!isBlind && !interrupted) return { do: "keep" };
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
  return failure ? { do: "enter", stage } : throughFirstGate(situation, state);
}

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

/** Whether a release that starts may be held: a way back waits for nobody, and a version that has all traffic is only watched. */
function mayBeHeld(release: Release, state: State): boolean {
  if (release.isWayBack) return false;
  const before = state.phase === "starting" ? state.before : undefined;
  return before === undefined || !hasAllTraffic(before, release.newVersionId);
}

/** What is known of the gate of a stage; undefined where it has none, or none is asked. */
function gateOf(
  { release, state, observation: { gate: seen } }: Situation,
  stage: number,
): GateAnswer | undefined {
  if (release.plan.stages[stage]?.gate === undefined || !mayBeHeld(release, state)) return undefined;
  return seen?.stage === stage ? seen : { kind: "asked", text: "" };
}

/** Whether a write whose answer was lost may still show. */
function isOpen({ state, observation }: Situation): boolean {
  return observation.deployments.answeredAt < lateUntil(state);
}

function whyGiveUp(
  { release, interrupted, now }: Situation,
  state: Starting,
  status: DeploymentStatus,
): GaveUp | undefined {
  const { failure, since } = state;
  if (status.kind !== "ours") return { kind: "overtaken", by: "by" in status ? status.by : "somebody else" };
  if (interrupted) return { kind: "interrupted" };
  // The checks of the start, or the first gate, may have taken until a freeze began.
  const until = mayBeHeld(release, state) ? frozenUntil(release.plan.freezes, now) : undefined;
  if (until !== undefined) return { kind: "frozen", until, now };
  if (failure === undefined || (!failure.forGood && triedMs(failure, since, now) < firstWriteMs))
    return undefined;
  return { kind: "writesFail", trouble: failure.trouble };
}

/** A split that an earlier run of the same owner has left: its write has taken effect late, and nobody watches it. */
function isOfEarlierRun({ owner, startedAt }: Release, status: DeploymentStatus): boolean {
  if (status.kind !== "superseded" || status.release === undefined) return false;
  return status.release.owner === owner && status.release.startedAt <= startedAt;
}

/** True when the release goes on from what is deployed. */
function isOurs(state: State, { kind }: DeploymentStatus): boolean {
  return kind === "ours" || kind === "approved" || (kind === "misfit" && state.phase === "waiting");
}

function violation({ release, assessment, observation: { baselines } }: Situation): Cause | undefined {
  const causes = assessment.flatMap(({ slo, verdict }, index): Cause[] => {
    if (!verdict.violated || slo.observeOnly) return [];
    const left = release.isWayBack && leftShown(slo, baselines?.[index]);
    return [{ kind: "violated", slo, verdict, ...(left && { left }) }];
  });
  return causes.find((cause) => goesBack(cause, release)) ?? causes[0];
}

const hourMs = 3_600_000;

/** What the old version has shown of an SLO in the hour before; undefined where latencies are compared as a whole. */
function leftShown({ sli }: Objective, baseline: Baseline | undefined): Counts | undefined {
  if (sli.kind === "slower" || baseline === undefined) return undefined;
  const { valid, bad } = baseline.perMs;
  return { valid: valid * hourMs, bad: bad * hourMs };
}

/** So many looks in a row must fail before that can be silence. */
const leastLooks = 3;

/** How long there may be no answer. Where many releases share the limit, looks are rarer than the plan knows. */
function mayBeBlindMs({ release, observation }: Situation): number {
  return Math.max(release.plan.maxBlindMs, leastLooks * observation.pace.everyMs);
}

/** For how long a write was tried since some time; the waits that Cloudflare ordered are not counted. */
function triedMs({ orderedMs, notBefore }: WriteFailure, since: number, now: number): number {
  return now - since - waitedFor(orderedMs, notBefore, now);
}

/** The telemetry or the deployments have been silent for longer than the plan allows. */
function blindness(situation: Situation): Cause | undefined {
  const { observation, now } = situation;
  const [longest] = (["telemetry", "deployments"] as const)
    .map((what) => ({ what, trouble: observation[what].trouble, ...silence(observation[what], now) }))
    .sort((a, b) => b.ms - a.ms);
  if (longest === undefined || longest.ms <= mayBeBlindMs(situation)) return undefined;
  const { what, ms: forMs, orderedMs, trouble } = longest;
  return { kind: "blind", what, forMs, orderedMs, trouble };
}

/** What comes next where nothing is wrong. */
function onward(situation: Situation, state: Deployed, status: DeploymentStatus): Action {
  if (status.kind === "approved" && isInTime(situation, state, status.at)) {
    return { do: "enter", stage: state.stage + 1, approvedBy: status.by };
  }
  if (state.leftBy !== undefined && status.kind !== "misfit") return { do: "claim" };
  // It stays in its stage, and is watched as before: whatever makes it revert has come first.
  if (state.heldBy !== undefined) return { do: "keep" };
  // An approval of what the plan no longer says: the release asks again, for what it says now.
  if (status.kind === "misfit") return { do: "await" };
  return state.phase === "soaking" ? whileSoaking(situation, state) : whileWaiting(situation, state);
}

function whileWaiting(situation: Situation, state: Waiting): Action {
  const { stage, approvedBy } = state;
  if (approvedBy !== undefined) {
    return isFrozen(situation) ? { do: "keep" } : { do: "enter", stage: stage + 1, approvedBy };
  }
  const throughGate = state.awaitsGate && !isFrozen(situation) ? whileGated(situation, state) : undefined;
  if (throughGate !== undefined) return throughGate;
  // Nobody is late before the deployments were read after the time.
  return isInTime(situation, state, situation.observation.deployments.answeredAt)
    ? { do: isFreezeToTell(situation, state) ? "claim" : "keep" }
    : { do: "revert", cause: notApproved(situation, state) };
}

/** A gate that opens leads on, or to the person whom the plan wants asked as well. */
function whileGated(situation: Situation, { stage, since }: Waiting): Action | undefined {
  const answer = gateOf(situation, stage + 1);
  if (answer === undefined || answer.kind === "open") {
    const isManual = situation.release.plan.stages[stage]?.progression === "manual";
    return isManual ? { do: "await" } : { do: "enter", stage: stage + 1 };
  }
  const { answeredAt } = situation.observation.deployments;
  return isInTime(situation, { since }, answeredAt) ? { do: "askGate", stage: stage + 1 } : undefined;
}

function notApproved(situation: Situation, { stage, awaitsGate }: Waiting): Cause {
  const answer = awaitsGate ? gateOf(situation, stage + 1) : undefined;
  return { kind: "notApproved", ...(answer && { gate: answer }) };
}

/** Who approves on another machine knows of a freeze by the deployment alone. */
function isFreezeToTell({ release, now }: Situation, { stage, frozenUntil }: Waiting): boolean {
  const until = heldUntil(release, stage, now);
  // A record tells whole seconds.
  return until !== undefined && Math.abs(until - (frozenUntil ?? 0)) >= 1000;
}

/** Whether an approval at some time comes in time: an approval that came in time counts, whenever it is seen. */
function isInTime({ release }: Situation, { since }: Pick<State, "since">, at: number): boolean {
  return at - since < release.plan.approvalTimeoutMs;
}

/** How many times the usual traffic makes a stage wait until what came is settled. */
const largeSurge = 3;

/** A comparison need not wait: trouble that both versions share says nothing to it. */
function awaitsSettling({ slo, surge }: Assessment): boolean {
  return !slo.observeOnly && slo.max !== undefined && surge >= largeSurge;
}

function whileSoaking(situation: Situation, state: State): Action {
  const { release, observation } = situation;
  const stage = release.plan.stages[state.stage];
  if (stage === undefined) throw new Error(`the plan has no stage ${state.stage + 1}`);
  const { seenUntil } = observation;
  const soaked = soakedAt(release, state.stage, state.since);
  // The last look must cover the whole soak: a stage never passes on what was not seen, or has not arrived yet.
  if (seenUntil < soaked) return { do: "keep" };
  // Whether more came, or more failed in both versions, shows when it is settled: until then nobody gets more of it.
  if (stage.percent > 0 && situation.assessment.some(awaitsSettling)) return { do: "keep" };
  const doubt = firstDoubt(situation);
  if (doubt === undefined || release.plan.whenUnsure === "progress")
    return next(situation, state.stage, stage);
  if (release.plan.whenUnsure === "ask") return { do: "await", doubt };
  if (release.plan.whenUnsure === "abort") return { do: "revert", cause: { ...doubt, extended: false } };
  if (seenUntil < soaked + stage.soakMs) return { do: "keep" };
  return { do: "revert", cause: { ...doubt, extended: true } };
}

/** What a soak that is over leaves open; undefined when every SLO came out healthy. */
function firstDoubt({ release, assessment, observation: { testimony } }: Situation): Doubt | undefined {
  for (const { slo, wrongShare: share } of assessment) {
    if (!slo.observeOnly && share !== undefined) {
      return { kind: "wrongShare", slo, share, ...(testimony && { testimony }) };
    }
  }
  for (const { slo, soak } of assessment) {
    if (slo.observeOnly) continue;
    if (soak.result === "unsure") return { kind: "unsure", slo, served: soak.served };
    if (soak.result === "insufficient" && needsEnough(release, slo)) {
      return { kind: "insufficient", slo, counts: soak.served.new, ...(testimony && { testimony }) };
    }
  }
  return undefined;
}

/**
 * Nobody knows a new Worker yet: its first version is judged by what it has served, however little. So is one that was gone
 * back to: it keeps the traffic all the same. Probes do come.
 */
function needsEnough({ oldVersionId, isWayBack }: Release, { sli }: Objective): boolean {
  return (oldVersionId !== undefined && !isWayBack) || sli.kind === "probes";
}

function next(situation: Situation, index: number, stage: PlanStage): Action {
  const { release, state, observation } = situation;
  if (index === release.plan.stages.length - 1) {
    // Nobody would see the split of an earlier stage that takes effect after the end.
    const isOver = observation.deployments.answeredAt >= lateUntil({ lostAt: state.lostAt });
    return isOver ? { do: "complete" } : { do: "keep" };
  }
  const isManual = stage.progression === "manual";
  if (!isManual && isFrozen(situation)) return { do: "keep" };
  const gate = gateOf(situation, index + 1);
  if (gate?.kind === "asked") return { do: "askGate", stage: index + 1 };
  if (gate !== undefined && gate.kind !== "open") return { do: "await", gate };
  return isManual ? { do: "await" } : { do: "enter", stage: index + 1 };
}

/** In a freeze nobody gets more of a new version. */
function isFrozen({ release, state, now }: Situation): boolean {
  return heldUntil(release, state.stage, now) !== undefined;
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
