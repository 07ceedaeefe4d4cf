import type { PlannedStage, ReleaseRecord } from "./record";
import type { Release } from "../release";

/** As many as fit beside the rest of a record, whatever the plan. */
const mostBegun = 50;

interface MoreOfRecord {
  readonly begun?: readonly number[];
  readonly since?: number | undefined;
  readonly frozenUntil?: number | undefined;
  readonly approvedBy?: string | undefined;
  readonly awaitsGate?: boolean | undefined;
  readonly heldBy?: string | undefined;
}

/**
 * The record of a release that is in `stage`, counted from 0.
 *
 * @param more `begun`, `since`, `frozenUntil`, `approvedBy`, `awaitsGate` and `heldBy` of {@link ReleaseRecord}; an ending needs none
 */
export function recordOf(
  release: Release,
  stage: number,
  phase: ReleaseRecord["phase"],
  { begun = [], since, frozenUntil, approvedBy, awaitsGate, heldBy }: MoreOfRecord = {},
): ReleaseRecord {
  const { stages } = release.plan;
  const isUnderWay = phase === "soak" || phase === "wait";
  return {
    id: release.id,
    run: release.run,
    owner: release.owner,
    phase,
    stage,
    stages: stages.length,
    startedAt: release.startedAt,
    newVersionId: release.newVersionId,
    oldVersionId: release.oldVersionId,
    retry: release.retry,
    next: phase === "wait" ? (stages[stage + 1]?.percent ?? 100) : undefined,
    begun: begun.slice(-mostBegun),
    since,
    ...(release.drivenSince !== undefined && { drivenSince: release.drivenSince }),
    ...(frozenUntil !== undefined && { frozenUntil }),
    ...(approvedBy !== undefined && { approvedBy }),
    ...(heldBy !== undefined && { heldBy }),
    ...(isUnderWay && { planned: stages.map(plannedStage) }),
    ...(release.previous !== undefined && { previous: release.previous }),
    ...(awaitsGate && { awaitsGate }),
    ...(release.isWayBack && { isWayBack: true }),
  };
}

function plannedStage({ percent, soakMs, progression }: PlannedStage): PlannedStage {
  return { percent, soakMs, progression };
}
