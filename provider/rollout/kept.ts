import type { Rollout } from "./rollout";
import type { State } from "./state";
import { lateUntil } from "./write/write";

/** A release that only looks has no write to try again, but one that was lost may still take effect. */
export function kept(rollout: Rollout, now: number): State {
  const { state } = rollout;
  const open = { ...state, ...openWrites(rollout, now) };
  return state.phase === "starting" ? { ...open, failure: state.failure } : open;
}

/**
 * What is left of the writes that failed where none of them is to be tried again: those that may still take effect, until a
 * reading has shown that they did not, and those that Cloudflare has ordered to wait with.
 */
export function openWrites(
  { state: { failure, lostAt }, observation }: Rollout,
  now: number,
): Pick<State, "failure" | "lostAt"> {
  const { answeredAt } = observation.deployments;
  const isOpen = answeredAt < lateUntil({ failure }) || now < (failure?.notBefore ?? -Infinity);
  return {
    failure: isOpen ? failure : undefined,
    lostAt: answeredAt < lateUntil({ lostAt }) ? lostAt : undefined,
  };
}

/** A gate that is open now may be closed when the release can go on, or tries to write again. */
export function withoutOpenGate(rollout: Rollout): Rollout {
  const { gate } = rollout.observation;
  return gate?.kind === "open"
    ? { ...rollout, observation: { ...rollout.observation, gate: undefined } }
    : rollout;
}
