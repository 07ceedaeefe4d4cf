import type { Deployment } from "../rollout/ports";
import { isUnderWay, type ReleaseRecord } from "../rollout/record/record";
import { percentOf } from "../rollout/release";
import type { PastStage } from "../rollout/state";
import type { ReportStatus, SplitReported } from "./model";

/** What the deployments of a Worker tell of one release. */
export interface Course {
  /** The record of its last deployment. */
  readonly record: ReleaseRecord;
  readonly status: ReportStatus;
  readonly decision: string;
  /** When it ended; undefined while it is under way. */
  readonly endedAt: number | undefined;
  readonly splits: readonly SplitReported[];
  /** The stages it has entered, the last one until `until`. */
  readonly stages: readonly (PastStage & { readonly percent: number })[];
}

/**
 * The course of a release.
 *
 * @param deployments those of the Worker that are known, newest first
 * @param releaseId undefined for the newest one
 * @param now up to when a release is told that is under way
 * @returns undefined where no deployment tells of it
 */
export function courseOf(
  deployments: readonly Deployment[],
  releaseId: string | undefined,
  now: number,
): Course | undefined {
  const id = releaseId ?? deployments.find(({ record }) => record !== undefined)?.record?.id;
  const newest = deployments.findIndex(({ record }) => record !== undefined && record.id === id);
  const last = deployments[newest];
  if (last?.record === undefined) return undefined;
  const { record } = last;
  const after = deployments[newest - 1];
  const own = deployments.filter((deployment) => deployment.record?.id === id).toReversed();
  const hasEnded = !isUnderWay(record);
  const endedAt = hasEnded ? last.createdAt : after?.createdAt;
  const until = endedAt ?? now;
  const shown = after === undefined || hasEnded ? own : [...own, after];
  return {
    record,
    status: statusOf(record, after),
    decision:
      hasEnded || after === undefined
        ? last.message
        : `${last.message} Then ${after.author} deployed something else: ${after.message}`,
    endedAt,
    splits: shown.map((deployment) => splitOf(deployment, record)),
    stages: stagesOf(own, until),
  };
}

function statusOf(record: ReleaseRecord, after: Deployment | undefined): ReportStatus {
  if (record.phase !== "soak" && record.phase !== "wait") return record.phase;
  return after === undefined ? "underWay" : "superseded";
}

function splitOf(
  { createdAt, split, author, message }: Deployment,
  { newVersionId }: ReleaseRecord,
): SplitReported {
  return { at: createdAt, percent: percentOf(split, newVersionId), author, message };
}

/** When each stage began, by its own deployment or by what later ones say of it, the oldest first. */
function stagesOf(own: readonly Deployment[], until: number): Course["stages"] {
  const begun = new Map<number, { at: number; percent: number | undefined }>();
  for (const { record, createdAt, split } of own) {
    if (record === undefined || !isUnderWay(record)) continue;
    const { stage, phase, begun: before, since, newVersionId } = record;
    const first = stage - before.length + (phase === "wait" ? 1 : 0);
    before.forEach((at, index) => {
      if (!begun.has(first + index)) begun.set(first + index, { at, percent: undefined });
    });
    const percent = percentOf(split, newVersionId);
    const known = begun.get(stage);
    if (known === undefined)
      begun.set(stage, { at: phase === "soak" ? (since ?? createdAt) : createdAt, percent });
    else known.percent ??= percent;
  }
  const stages = [...begun].filter(([stage]) => stage >= 0).sort(([a], [b]) => a - b);
  return stages.map(([stage, { at, percent = 0 }], index) => ({
    stage,
    percent,
    startedAt: at,
    endedAt: stages[index + 1]?.[1].at ?? until,
  }));
}
