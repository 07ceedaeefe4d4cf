import type { Deployment } from "./ports";
import { isUnderWay, readRecord, readSentence, type ReleaseRecord } from "./record";
import { promotedSplit, revertedSplit, sameTraffic, splitAt, type Release } from "./release";
import type { State } from "./state";

/**
 * What the active deployment means for a release. People act through deployments as well: with `workers-release
 * approve` and `abort`, which leave a record of the release, and with wrangler or the dashboard, which leave none.
 */
export type DeploymentStatus =
  /** It is the one the release made. */
  | { readonly kind: "ours" }
  /** The release has moved without us: a write whose answer was lost, an approval, another process. */
  | { readonly kind: "moved"; readonly record: ReleaseRecord; readonly deployment: Deployment }
  /** Somebody made the split of the next stage while the release waited for an approval. */
  | { readonly kind: "approved"; readonly by: string }
  /** The release was ended on purpose, by `workers-release abort` or by another process of it. */
  | { readonly kind: "ended"; readonly record: ReleaseRecord; readonly sentence: string }
  /** Somebody put the old version back to all traffic. */
  | { readonly kind: "rolledBack"; readonly by: string }
  /** Somebody gave the new version all traffic. */
  | { readonly kind: "promoted"; readonly by: string }
  /** Somebody deployed something else; it is theirs now. */
  | { readonly kind: "superseded"; readonly by: string };

/** Reads the active deployment with the eyes of a release. */
export function statusOf(release: Release, state: State, active: Deployment | undefined): DeploymentStatus {
  if (active === undefined)
    return { kind: "superseded", by: "somebody who deleted the Worker's deployments" };
  if (active.id === state.deploymentId) return { kind: "ours" };
  const record = readRecord(active.message);
  if (record?.id === release.id) {
    if (isUnderWay(record)) return { kind: "moved", record, deployment: active };
    return { kind: "ended", record, sentence: readSentence(active.message) };
  }
  return statusOfForeign(release, state, active);
}

function statusOfForeign(
  release: Release,
  state: State,
  { split, author: by }: Deployment,
): DeploymentStatus {
  const next = release.plan.stages[state.stage + 1];
  // Asked before "promoted": when the next stage is 100 %, its split approves that stage and its soak still watches.
  if (state.phase === "waiting" && next && sameTraffic(split, splitAt(release, next.percent))) {
    return { kind: "approved", by };
  }
  if (release.oldVersionId !== undefined && sameTraffic(split, revertedSplit(release)))
    return { kind: "rolledBack", by };
  if (sameTraffic(split, promotedSplit(release))) return { kind: "promoted", by };
  return { kind: "superseded", by };
}
