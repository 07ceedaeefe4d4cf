import { frozenUntil } from "../plan/freeze";
import { CannotStart } from "./cannotStart";
import { telemetrySlis } from "./look/series";
import { uploadsLeft, windowWarning } from "./look/window";
import { patiently } from "./patiently";
import type { Readiness } from "./ports";
import type { Dependencies, ReleaseRequest } from "./release";
import { frozenRefusal } from "./text/freezeText";
import { unlessAborted } from "./unlessAborted";

/**
 * Begins to find out whether a release may go through its stages: whether its health can be watched and its old version
 * put back. All is asked at once, while the caller finds out other things.
 *
 * @param isServing whether the new version has all traffic already: no freeze keeps it from being watched
 * @returns what waits for the answers. It throws CannotStart or a PortError where the release may not start
 */
export function startChecks(
  request: ReleaseRequest,
  { oldVersionId, isServing }: { readonly oldVersionId: string | undefined; readonly isServing: boolean },
  dependencies: Dependencies,
): () => Promise<"well" | "interrupted"> {
  const { clock, deployments } = dependencies;
  const now = clock.now();
  const until = isServing ? undefined : frozenUntil(request.plan.freezes, now);
  if (until !== undefined) {
    // One that starts would only wait, with the stack locked.
    return () => Promise.reject(new CannotStart(frozenRefusal(request, until, now)));
  }
  const answers = Promise.all([
    readiness(request, dependencies),
    uploadsLeft({ oldVersionId }, deployments, "start"),
  ]);
  // Where nobody waits for them, they are of no interest, and may fail.
  answers.catch(() => undefined);
  return async () => {
    const [ready, left] = await answers;
    if (ready === undefined) return "interrupted";
    if (ready.blindBecause !== undefined) throw new CannotStart({ found: ready.blindBecause, todo: "" });
    tellWarnings(request, oldVersionId, ready, left, dependencies);
    return "well";
  };
}

/** Undefined when the release is interrupted meanwhile: the checks can take minutes where the API is slow. */
function readiness({ plan }: ReleaseRequest, dependencies: Dependencies): Promise<Readiness | undefined> {
  const { telemetry, interruption } = dependencies;
  const ready = patiently(() => telemetry.readiness(telemetrySlis(plan), "start"), dependencies);
  return unlessAborted(ready, interruption);
}

/** A release whose way back is closed does not start. */
function tellWarnings(
  { scriptName }: ReleaseRequest,
  oldVersionId: string | undefined,
  { warnings }: Readiness,
  left: number | undefined,
  { progress }: Dependencies,
): void {
  const closing = windowWarning({ scriptName, oldVersionId }, left);
  if (closing !== undefined && left === 0) throw new CannotStart({ found: closing, todo: "" });
  for (const warning of [...warnings, ...(closing === undefined ? [] : [closing])]) {
    progress.event(`Warning: ${warning}`);
  }
}
