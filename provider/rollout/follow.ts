import { statusOf } from "./deploymentStatus";
import type { Deployment } from "./ports";
import type { ReleaseRecord } from "./record/record";
import type { Dependencies, Release } from "./release";
import { stateFrom } from "./startingPoint";
import { approvalOf, awaiting, entered, wentThrough, type Deployed, type State } from "./state";

/**
 * The state that the active deployment shows, where the release has moved without this turn: by a write whose answer
 * was lost, or by an approval. The same state where it has not.
 */
export function follow(
  release: Release,
  state: State,
  active: Deployment | undefined,
  { clock, progress }: Pick<Dependencies, "clock" | "progress">,
): State {
  const status = statusOf(release, state, active);
  if (status.kind !== "moved") return state;
  const { record, deployment } = status;
  progress.event(deployment.message);
  const at = Math.max(state.since, Math.min(deployment.createdAt, clock.now()));
  const isAboutHold = record.heldBy !== undefined || ("heldBy" in state && state.heldBy !== undefined);
  const moved = {
    ...movedBy(state, record, deployment, at),
    ...(isAboutHold && { heldBy: record.heldBy }),
  };
  return record.run === release.run ? moved : { ...moved, leftBy: record.run };
}

/** @param at when, in milliseconds since the epoch */
function movedBy(state: State, record: ReleaseRecord, deployment: Deployment, at: number): Deployed {
  const { id: deploymentId } = deployment;
  // An order that came too late: the release is where the order says. A wait that it undoes has not been.
  if (state.phase === "waiting" && record.phase === "soak" && record.stage === state.stage) {
    return { ...stateFrom(record, deployment), ...wentThrough(state), leftBy: undefined };
  }
  if (isWhere(state, record)) {
    const there = { ...state, deploymentId, leftBy: undefined, ...wentThrough(state) };
    if (there.phase === "soaking") return there;
    // Nobody could approve what was held: the time to do so begins anew.
    const isResumed = state.heldBy !== undefined && record.heldBy === undefined;
    return { ...there, ...approvalOf(record), ...(isResumed && { since: at }) };
  }
  // A stage begins when its split does, also one that was there before; what was served meanwhile stays known.
  const there = record.stage === state.stage ? state : entered(state, record.stage, deploymentId, at);
  return record.phase === "wait"
    ? awaiting(there, deploymentId, at, record)
    : entered(state, record.stage, deploymentId, at);
}

/** True when the release is there already: a write that was repeated has been made twice. */
function isWhere(state: State, { stage, phase }: ReleaseRecord): state is Deployed {
  if (state.phase === "starting") return false;
  return stage === state.stage && (phase === "wait") === (state.phase === "waiting");
}
