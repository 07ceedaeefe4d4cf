import type { DeploymentStatus } from "../deploymentStatus";
import type { Assessment } from "../look/assess";
import type { Observation } from "../look/observation";
import { silence, waitedFor } from "../look/source";
import type { GateAnswer } from "../ports";
import { isDrivenLonger } from "../record/record";
import { hasAllTraffic, type Release } from "../release";
import type { State, WriteFailure } from "../state";
import { lateUntil } from "../write/write";

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

/** What is known of the gate of a stage; undefined where it has none, or none is asked. */
export function gateOf(
  { release, state, observation: { gate: seen } }: Situation,
  stage: number,
): GateAnswer | undefined {
  if (release.plan.stages[stage]?.gate === undefined || !mayBeHeld(release, state)) return undefined;
  return seen?.stage === stage ? seen : { kind: "asked", text: "" };
}

/** Whether a release that starts may be held: a way back waits for nobody, and a version that has all traffic is only watched. */
export function mayBeHeld(release: Release, state: State): boolean {
  if (release.isWayBack) return false;
  const before = state.phase === "starting" ? state.before : undefined;
  return before === undefined || !hasAllTraffic(before, release.newVersionId);
}

/** Whether a write whose answer was lost may still show. */
export function isOpen({ state, observation }: Situation): boolean {
  return observation.deployments.answeredAt < lateUntil(state);
}

/** A split that an earlier run of the same owner has left: its write has taken effect late, and nobody watches it. */
export function isOfEarlierRun(release: Release, status: DeploymentStatus): boolean {
  if (status.kind !== "superseded" || status.release === undefined) return false;
  return status.release.owner === release.owner && isDrivenLonger(status.release, release);
}

/** So many looks in a row must fail before that can be silence. */
const leastLooks = 3;

/** How long there may be no answer. Where many releases share the limit, looks are rarer than the plan knows. */
export function mayBeBlindMs({ release, observation }: Situation): number {
  return Math.max(release.plan.maxBlindMs, leastLooks * observation.pace.everyMs);
}

/** The deployments have been silent for longer than the plan allows. */
export function isBlindToDeployments(situation: Situation): boolean {
  return silence(situation.observation.deployments, situation.now).ms > mayBeBlindMs(situation);
}

/** For how long a write was tried since some time; the waits that Cloudflare ordered are not counted. */
export function triedMs({ orderedMs, notBefore }: WriteFailure, since: number, now: number): number {
  return now - since - waitedFor(orderedMs, notBefore, now);
}
