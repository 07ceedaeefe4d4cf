import type { Invocation } from "./invocations";

type Suspect = Pick<Invocation, "activeAt" | "attempt">;

/**
 * The invocation for which a process most likely had to be ended. workerd handles one thing at a time, so it is the
 * one that was last seen at work: begun, or answering. One that was sent again because another process ended under it
 * comes first, so that nobody else pays for it twice; one that has been answered, and may only have left something to
 * do, comes last.
 */
export function culpritAmong<T extends Suspect>(
  suspects: readonly T[],
  isAnswered: (suspect: T) => boolean,
): T | undefined {
  return suspects.toSorted(
    (a, b) =>
      b.attempt - a.attempt || Number(isAnswered(a)) - Number(isAnswered(b)) || b.activeAt - a.activeAt,
  )[0];
}
