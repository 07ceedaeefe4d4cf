import type { Cause } from "./cause";
import type { Deployment } from "./ports";
import { newer, PortError } from "./ports";
import { recordOf, writeMessage } from "./record";
import { percentOf, revertedSplit, type Dependencies, type Release } from "./release";
import { statusOf, type DeploymentStatus } from "./deploymentStatus";
import type { State } from "./state";

/** How an attempt to put the traffic back ended. */
export type Reverted =
  | { readonly kind: "done"; readonly deployment: Deployment }
  /** Somebody else has deployed meanwhile; what they did stands. */
  | { readonly kind: "yielded"; readonly standing: DeploymentStatus; readonly active: Deployment | undefined }
  /** It could not be done in time. */
  | { readonly kind: "failed"; readonly percent: number; readonly forMs: number; readonly trouble: string };

/** How long a revert is tried, with growing pauses; by then a person has to do it another way. */
const deadlineMs = 600_000;
const firstPauseMs = 1000;
const longestPauseMs = 15_000;

/**
 * Puts all traffic back on the old version. Nothing beats this: it is tried until it is done, somebody else has taken
 * over, or the deadline has passed; an interruption does not stop it.
 *
 * @param known the active deployment, as far as it is known
 */
export async function revert(
  release: Release,
  state: State,
  known: Deployment | undefined,
  cause: Cause,
  sentence: string,
  dependencies: Dependencies,
): Promise<Reverted> {
  const { clock, deployments, progress } = dependencies;
  const since = clock.now();
  let percent = release.plan.stages[state.stage]?.percent ?? 100;
  for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
    try {
      const active = newer(known, await deployments.active());
      if (active) percent = percentOf(active.split, release.newVersionId);
      const standing = statusOf(release, state, active);
      if (active && isBack(standing)) return { kind: "done", deployment: active };
      if (!mayRevert(standing, cause)) return { kind: "yielded", standing, active };
      const phase = isVerdict(cause) ? "aborted" : "interrupted";
      const message = writeMessage(sentence, recordOf(release, state.stage, phase));
      return {
        kind: "done",
        deployment: await deployments.create(revertedSplit(release), message, { force: true }),
      };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      const forMs = clock.now() - since;
      if (forMs + pause > deadlineMs) return { kind: "failed", percent, forMs, trouble: error.message };
      progress.status(`REVERTING, not done yet, trying again: ${error.message}`);
      await clock.sleep(Math.max(pause, Math.min(error.retryAfterMs ?? 0, longestPauseMs)));
    }
  }
}

/** False when the release merely did not come to its end: its version may be released again without more ado. */
export function isVerdict(cause: Cause): boolean {
  return cause.kind !== "interrupted" && cause.kind !== "leftOver" && cause.kind !== "fault";
}

/** True when the traffic has been put back already, by a write whose answer was lost or by another process. */
function isBack(standing: DeploymentStatus): boolean {
  return standing.kind === "ended" && standing.record.phase !== "completed";
}

/**
 * What is ours may be put back: the split we made, one we made and lost the answer of, and one made for us. A release
 * that turns out to be complete is put back for a verdict only: it came to its end before it could be interrupted.
 */
function mayRevert(standing: DeploymentStatus, cause: Cause): boolean {
  if (standing.kind === "ended") return isVerdict(cause);
  return standing.kind === "ours" || standing.kind === "moved" || standing.kind === "approved";
}
