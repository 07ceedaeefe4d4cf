import type { Commit, RunLog } from "../log";
import type { Invariant } from "./check";
import { percentOf } from "./facts";

/**
 * A version that was aborted is not released again by its owner, unless a person gives it traffic first, or the owner
 * releases another one meanwhile: a state remembers one version.
 */
export const abortedStaysAborted: Invariant = ({ commits, runs }, checks) => {
  for (const run of runs) {
    const { outcome, endedAt } = run;
    if (outcome?.status !== "aborted" || endedAt === undefined || isReplaced(run, runs)) continue;
    const given = commits.find((commit) => commit.at > endedAt && gives(commit, run));
    checks.that("an aborted version stays aborted", !isByOwner(given, run), given?.at ?? endedAt, () => {
      return `${given?.deployment.id ?? ""} gives it traffic`;
    });
  }
};

/** What a run says is not kept when it was replaced, or another version was released after it. */
function isReplaced({ order, startedAt, endedAt = Infinity }: RunLog, runs: readonly RunLog[]): boolean {
  return runs.some((later) => {
    if (later.order.owner !== order.owner || later.startedAt <= startedAt) return false;
    return later.startedAt < endedAt || later.order.versionId !== order.versionId;
  });
}

/** True when a deployment releases the version, or a person deploys it. What is put back is neither. */
function gives({ deployment, record }: Commit, { order }: RunLog): boolean {
  if (record && (record.newVersionId !== order.versionId || record.phase !== "soak")) return false;
  return percentOf(deployment.split, order.versionId) > 0;
}

function isByOwner(commit: Commit | undefined, run: RunLog): boolean {
  return commit?.by.kind === "run" && commit.by.run.order.owner === run.order.owner;
}
