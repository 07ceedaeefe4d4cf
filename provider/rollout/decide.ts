import type { Counts, Served } from "../health/series";
import type { Objective, PlanStage } from "../plan/plan";
import { soakOf } from "./assessment";
import type { Cause } from "./cause";
import { settleMsIn, type Release } from "./release";
import type { Observation } from "./observe";
import { statusOf, type DeploymentStatus } from "./deploymentStatus";
import { splitChanges, stageStart, type State } from "./state";

/** What a release does next. */
export type Action =
  /** Look again in a while. */
  | { readonly do: "keep" }
  /** Take over a state that the deployments show. */
  | { readonly do: "follow"; readonly standing: DeploymentStatus & { kind: "moved" } }
  /** Deploy the split of a stage and soak it. */
  | { readonly do: "enter"; readonly stage: number; readonly approvedBy?: string }
  /** Record that the stage waits for an approval. */
  | { readonly do: "await" }
  /** Deploy the new version alone: the release is complete. */
  | { readonly do: "complete" }
  /** Put all traffic back on the old version: the release has failed. */
  | { readonly do: "revert"; readonly cause: Cause }
  /** Stop and leave the traffic as it is, since the person who stopped the release wants it so. */
  | { readonly do: "hold" }
  /** Stop, since somebody else has decided. */
  | { readonly do: "yield"; readonly standing: DeploymentStatus };

/** Everything a decision rests on. */
export interface Situation {
  readonly release: Release;
  readonly state: State;
  readonly observation: Observation;
  readonly interrupted: boolean;
  /** What Cloudflare said when it last did not take a split of ours; undefined once it took one. */
  readonly failure: WriteFailure | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A write that does not go through. */
export interface WriteFailure {
  /** Since when, in milliseconds since the epoch. */
  readonly since: number;
  /** True when trying again cannot help. */
  readonly forGood: boolean;
  readonly trouble: string;
}

/**
 * The decision of a release: what others did comes first, then whatever makes it revert, and only then does it go on.
 */
export function decide(situation: Situation): Action {
  const { release, state, observation } = situation;
  const standing = statusOf(release, state, observation.active);
  if (standing.kind === "moved") return { do: "follow", standing };
  if (standing.kind !== "ours" && standing.kind !== "approved") return { do: "yield", standing };
  const cause = revertCause(situation);
  if (cause) return { do: "revert", cause };
  if (situation.interrupted) {
    return release.plan.onInterrupt === "hold"
      ? { do: "hold" }
      : { do: "revert", cause: { kind: "interrupted" } };
  }
  if (standing.kind === "approved") return { do: "enter", stage: state.stage + 1, approvedBy: standing.by };
  return state.phase === "waiting" ? { do: "keep" } : whileSoaking(situation);
}

/** Why the release must revert, whatever its stage; undefined when there is no reason. */
function revertCause({ release, state, observation, failure, now }: Situation): Cause | undefined {
  return (
    violation(release, observation) ??
    blindness(release, observation, now) ??
    writesFail(release, failure, now) ??
    approvalMissing(release, state, now)
  );
}

function violation(release: Release, observation: Observation): Cause | undefined {
  for (const [index, slo] of release.plan.slos.entries()) {
    const verdict = observation.verdicts[index];
    if (verdict?.violated && !slo.observeOnly) return { kind: "violated", slo, verdict };
  }
  return undefined;
}

function blindness({ plan }: Release, observation: Observation, now: number): Cause | undefined {
  const what = observation.telemetryAt <= observation.activeAt ? "telemetry" : "deployments";
  const forMs = now - Math.min(observation.telemetryAt, observation.activeAt);
  if (forMs <= plan.maxBlindMs) return undefined;
  return { kind: "blind", what, forMs, trouble: observation.troubles.join("; ") };
}

function writesFail({ plan }: Release, failure: WriteFailure | undefined, now: number): Cause | undefined {
  if (!failure || (!failure.forGood && now - failure.since <= plan.maxBlindMs)) return undefined;
  return { kind: "failure", trouble: failure.trouble };
}

function approvalMissing({ plan }: Release, state: State, now: number): Cause | undefined {
  if (state.phase !== "waiting" || now - state.since < plan.approvalTimeoutMs) return undefined;
  return { kind: "notApproved" };
}

function whileSoaking(situation: Situation): Action {
  const { release, state, observation } = situation;
  const stage = release.plan.stages[state.stage];
  if (stage === undefined) throw new Error(`the plan has no stage ${state.stage + 1}`);
  const soakedUntil = state.since + stage.soakMs;
  // The last look must cover the whole soak: a stage never passes on what was not seen, or has not arrived yet.
  const seenUntil = observation.seenUntil - settleMsIn(release, state.stage);
  if (seenUntil < soakedUntil) return { do: "keep" };
  const doubt = firstDoubt(release, observation, state);
  if (doubt === undefined || release.plan.whenUnsure === "progress") return next(release, state.stage, stage);
  if (release.plan.whenUnsure === "abort") return { do: "revert", cause: { ...doubt, extended: false } };
  if (seenUntil < soakedUntil + stage.soakMs) return { do: "keep" };
  return { do: "revert", cause: { ...doubt, extended: true } };
}

type Doubt =
  | { readonly kind: "unsure"; readonly slo: Objective; readonly served: Served }
  | { readonly kind: "insufficient"; readonly slo: Objective; readonly counts: Counts };

/** What a soak that is over leaves open; undefined when every SLO came out healthy. */
function firstDoubt(release: Release, observation: Observation, state: State): Doubt | undefined {
  const soak = { stage: state.stage, startedAt: stageStart(state), endedAt: observation.seenUntil };
  for (const [index, slo] of release.plan.slos.entries()) {
    if (slo.observeOnly) continue;
    const known = {
      slo,
      series: observation.series[index] ?? [],
      dispersion: observation.dispersions?.[index],
    };
    const { served, result } = soakOf(release, splitChanges(state), soak, known);
    if (result === "unsure") return { kind: "unsure", slo, served };
    if (result === "insufficient") return { kind: "insufficient", slo, counts: served.new };
  }
  return undefined;
}

function next(release: Release, index: number, stage: PlanStage): Action {
  if (index === release.plan.stages.length - 1) return { do: "complete" };
  return stage.progression === "manual" ? { do: "await" } : { do: "enter", stage: index + 1 };
}
