import type { Cause } from "./cause";
import { failuresFor } from "./failures";
import { afterRevert, withFailures } from "./outcome";
import type { Deployment } from "./ports";
import { stagePercent, type Dependencies } from "./release";
import { endedNow, type Rollout, type Step } from "./rollout";
import { causeSentence, revertingSentence } from "./text/causeText";
import { gaveUp } from "./text/endingText";
import { revert, type RevertResult } from "./write/revert";
import type { Reverted } from "./write/reverted";

/** Puts the traffic back for `cause` and tells how that went. */
export async function revertFor(cause: Cause, rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  const { release, state } = rollout;
  const found = causeSentence(release, state, cause, dependencies.clock.now());
  dependencies.progress.event(revertingSentence(release, state, cause));
  const { reverted, state: last } = await revert(rollout, cause, found, dependencies).catch(
    revertFault(rollout),
  );
  if (reverted.kind === "nothing") {
    return { notStarted: gaveUp(release, { kind: "writesFail", trouble: found }) };
  }
  // The traffic is back: what else there is to know endangers nobody.
  const failures =
    reverted.kind === "done" ? await failuresFor(cause, release, last, dependencies) : undefined;
  const over = endedNow({ ...rollout, state: last }, dependencies);
  const outcome = withFailures(afterRevert(over, cause, found, reverted), failures);
  const isUntouched = reverted.kind === "yielded" && !reverted.mayHaveWritten;
  return { outcome, active: activeAfter(reverted), isUntouched };
}

/** The deployment that is active after a revert, where it is known. */
function activeAfter(reverted: Exclude<Reverted, { kind: "nothing" }>): Deployment | undefined {
  switch (reverted.kind) {
    case "done":
      return reverted.after ?? reverted.deployment;
    case "yielded":
      return reverted.active;
    case "failed":
      return undefined;
  }
}

/** A fault of ours in the revert itself leaves the traffic where it is, which must not pass in silence. */
function revertFault({ release, state, observation }: Rollout): (error: unknown) => RevertResult {
  return (error) => ({
    reverted: {
      kind: "failed",
      percent: stagePercent(release, state.stage),
      active: observation.active,
      forMs: 0,
      trouble: `a fault in pulumi-workers-release, please report it: ${String(error)}`,
      oldIsGone: undefined,
    },
    state,
  });
}
