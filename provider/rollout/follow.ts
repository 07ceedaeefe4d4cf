import { statusOf } from "./deploymentStatus";
import type { Deployment } from "./ports";
import type { ReleaseRecord } from "./record/record";
import type { Dependencies, Release } from "./release";
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
  if (isWhere(state, record)) {
    const approval = state.phase === "waiting" ? approvalOf(record) : {};
    return { ...state, deploymentId: deployment.id, ...wentThrough(state), ...approval };
  }
  const at = Math.max(state.since, Math.min(deployment.createdAt, clock.now()));
  const moved =
    record.phase === "wait"
      ? awaiting(state, deployment.id, at, record)
      : entered(state, record.stage, deployment.id, at);
  return record.run === release.run ? moved : { ...moved, leftBy: record.run };
}

/** True when the release is there already: a write that was repeated has been made twice. */
function isWhere(state: State, { stage, phase }: ReleaseRecord): state is Deployed {
  if (state.phase === "starting") return false;
  return stage === state.stage && (phase === "wait") === (state.phase === "waiting");
}
