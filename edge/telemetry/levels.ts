import { hash } from "./hash";

/** The coarsest sample: one in 2²⁰. */
export const COARSEST = 20;

const LEVEL_SALT = 0x811c9dc5;

/**
 * The coarsest sample that an invocation and its console lines are in: one in two is in sample 1, one in four in
 * sample 2, and so on; all are in sample 0. It is drawn from the request's id, so they go together, and two queries
 * that read the same sample see the same invocations.
 */
export function levelOf(requestId: string): number {
  const bits = hash(requestId, LEVEL_SALT);
  return bits === 0 ? COARSEST : Math.min(COARSEST, 31 - Math.clz32(bits & -bits));
}
