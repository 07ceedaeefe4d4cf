import type { Objective, PlanStage } from "../../plan/plan";
import type { Cause, Doubt } from "../cause";
import type { DeploymentStatus } from "../deploymentStatus";
import type { Assessment } from "../look/assess";
import { heldUntil, soakedAt, type Release } from "../release";
import type { Deployed, State, Waiting } from "../state";
import { lateUntil } from "../write/write";
import type { Action } from "./action";
import { gateOf, type Situation } from "./situation";

/** What comes next where nothing is wrong. */
export function onward(situation: Situation, state: Deployed, status: DeploymentStatus): Action {
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
