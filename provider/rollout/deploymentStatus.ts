import type { Deployment } from "./ports";
import { isUnderWay, type ReleaseRecord } from "./record/record";
import {
  percentOf,
  promotedSplit,
  revertedSplit,
  samePercent,
  sameTraffic,
  splitAt,
  stagePercent,
  type Release,
} from "./release";
import type { State } from "./state";

/**
 * What the active deployment means for a release. People act through deployments as well: with `workers-release
 * approve` and `abort`, which leave a record of the release, and with wrangler or the dashboard, which leave none; `said`
 * is what they have written to it, if anything.
 */
export type DeploymentStatus =
  /** It is the one the release made or, as long as it has made none, the one it starts from. */
  | { readonly kind: "ours" }
  /** The release has moved without us: a write whose answer was lost, or an approval. */
  | { readonly kind: "moved"; readonly record: ReleaseRecord; readonly deployment: Deployment }
  /** An approval of a stage that the plan does not have: the plan was edited while the release waited. */
  | { readonly kind: "misfit"; readonly percent: number; readonly sentence: string }
  /** Somebody made the split of the next stage while the release waited for an approval. */
  | { readonly kind: "approved"; readonly by: string; readonly at: number }
  /** The release was ended on purpose, by `workers-release abort` or by another run of it. */
  | { readonly kind: "ended"; readonly record: ReleaseRecord; readonly sentence: string }
  /** Another run drives the release now. */
  | { readonly kind: "takenOver"; readonly record: ReleaseRecord }
  /** Somebody put the old version back to all traffic. */
  | { readonly kind: "rolledBack"; readonly by: string; readonly said?: string }
  /** Somebody gave the new version all traffic. */
  | { readonly kind: "promoted"; readonly by: string; readonly said?: string }
  /** Somebody deployed something else; it is theirs now. */
  | {
      readonly kind: "superseded";
      readonly by: string;
      readonly said?: string;
      /** The release that is under way now; undefined where none is. */
      readonly release?: ReleaseRecord | undefined;
    };

/** Reads the active deployment with the eyes of a release. */
export function statusOf(release: Release, state: State, active: Deployment | undefined): DeploymentStatus {
  const expected = state.phase === "starting" ? state.before?.id : state.deploymentId;
  if (active?.id === expected) return { kind: "ours" };
  if (active === undefined) {
    return { kind: "superseded", by: "somebody who deleted the Worker's deployments" };
  }
  const { record } = active;
  if (record?.id === release.id) return statusOfOwn(release, state, active, record);
  if (record !== undefined) {
    const under = isUnderWay(record) ? record : undefined;
    return { kind: "superseded", by: `release ${record.id} (${active.author})`, release: under };
  }
  return statusOfForeign(release, state, active);
}

function statusOfOwn(
  release: Release,
  state: State,
  active: Deployment,
  record: ReleaseRecord,
): DeploymentStatus {
  const { message: sentence } = active;
  if (!isUnderWay(record)) return { kind: "ended", record, sentence };
  const isLeft = state.phase !== "starting" && record.run === state.leftBy;
  if (record.run !== release.run && !isLeft) return { kind: "takenOver", record };
  const percent = percentOf(active.split, release.newVersionId);
  if (!samePercent(percent, stagePercent(release, record.stage)))
    return { kind: "misfit", percent, sentence };
  return { kind: "moved", record, deployment: active };
}

function statusOfForeign(release: Release, state: State, active: Deployment): DeploymentStatus {
  const { split, author: by, createdAt: at, message } = active;
  const said = message === "" ? {} : { said: message };
  // Nobody is known to have decided that: a write of an earlier release may have taken effect late.
  if (active.isUnproven) return { kind: "superseded", by, ...said };
  const next = release.plan.stages[state.stage + 1];
  // Asked before "promoted": when the next stage is 100 %, its split approves that stage and its soak still watches.
  if (state.phase === "waiting" && next && sameTraffic(split, splitAt(release, next.percent))) {
    return { kind: "approved", by, at };
  }
  if (release.oldVersionId !== undefined && sameTraffic(split, revertedSplit(release)))
    return { kind: "rolledBack", by, ...said };
  if (sameTraffic(split, promotedSplit(release))) return { kind: "promoted", by, ...said };
  return { kind: "superseded", by, ...said };
}
