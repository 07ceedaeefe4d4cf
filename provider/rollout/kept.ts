import type { Rollout } from "./rollout";
import type { State, WriteFailure } from "./state";
import { lateUntil } from "./write/write";

/** A release that only looks has no write to try again, but one that was lost may still take effect. */
export function kept(state: State, now: number): State {
  const open = { ...state, ...openWrites(state, now) };
  return state.phase === "starting" ? { ...open, failure: state.failure } : open;
}

/** What is left of the writes that failed where none of them is to be tried again. */
export function openWrites({ failure, lostAt }: State, now: number): Pick<State, "failure" | "lostAt"> {
  return {
    failure: now < openUntil(failure) ? failure : undefined,
    lostAt: now < lateUntil({ lostAt }) ? lostAt : undefined,
  };
}

/** Until when a write that failed is of interest: it may still take effect, or Cloudflare has ordered to wait with it. */
function openUntil(failure: WriteFailure | undefined): number {
  return Math.max(lateUntil({ failure }), failure?.notBefore ?? -Infinity);
}

/** A gate that is open now may be closed when the release can go on, or tries to write again. */
export function withoutOpenGate(rollout: Rollout): Rollout {
  const { gate } = rollout.observation;
  return gate?.kind === "open"
    ? { ...rollout, observation: { ...rollout.observation, gate: undefined } }
    : rollout;
}
