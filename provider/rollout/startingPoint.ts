import type { Plan, PlanStage } from "../plan/plan";
import type { Deployment, VersionShare } from "./ports";
import { isDrivenLonger, isUnderWay, type ReleaseRecord } from "./record/record";
import { percentOf, samePercent, type Release, type ReleaseRequest } from "./release";
import { approvalOf, type Deployed } from "./state";

/** How a request for a release begins, given what is deployed now. */
export type StartingPoint =
  /**
   * No older version can take the place of the new one, which gets 100 %, or has it, and is watched: the Worker was never
   * deployed, or that watch did not end well.
   */
  | { readonly kind: "first" }
  /** The new version was gone back to and has all traffic; its watch did not end well, and is begun anew. */
  | { readonly kind: "wayBack"; readonly oldVersionId: string }
  /** One version serves: a release from it to the new one. */
  | { readonly kind: "start"; readonly oldVersionId: string }
  /** The new version has all traffic already. */
  | { readonly kind: "serving"; readonly deployment: Deployment }
  /** This version was aborted, and nobody has asked for another try. */
  | { readonly kind: "abortedBefore"; readonly finding: string }
  /** This version was found bad, and the run that found it could not put the traffic back. */
  | ({ readonly kind: "finishRevert"; readonly finding: string } & Left)
  /** A release of this version by this plan is under way, and the run that drove it is gone. */
  | ({ readonly kind: "resume" } & Left)
  /** A split that cannot be gone on with: its traffic goes back first. */
  | ({ readonly kind: "putBack" } & Left)
  /** Somebody else's split has the new version, and may be taken over: the release goes on from its share. */
  | { readonly kind: "adopt"; readonly oldVersionId: string; readonly stage: number }
  /** Somebody else drives a release of this Worker. */
  | { readonly kind: "othersRelease"; readonly deployment: Deployment; readonly record: ReleaseRecord }
  /** The traffic is split, and not by a release. */
  | { readonly kind: "foreignSplit"; readonly deployment: Deployment };

/** How a run comes to a starting point. */
export interface Beginning {
  /** When it began, in milliseconds since the epoch. */
  readonly begunAt: number;
  /** True where it has begun before: what is under way may have begun since. */
  readonly isAnew: boolean;
  /** The active deployment, where it knows it already. */
  readonly known: Deployment | undefined;
}

/** A release that was left half done. */
export interface Left {
  /** The split it has left. */
  readonly deployment: Deployment;
  readonly release: Release;
  readonly state: Deployed;
}

/**
 * Decides how a request begins.
 *
 * @param active the Worker's active deployment
 */
export function startingPoint(
  request: ReleaseRequest,
  active: Deployment | undefined,
  beginning: Omit<Beginning, "known">,
): StartingPoint {
  if (active === undefined) return { kind: "first" };
  const { record } = active;
  if (record && isUnderWay(record)) {
    return isLeft(request, active, record, beginning)
      ? unfinished(request, active, record, beginning)
      : { kind: "othersRelease", deployment: active, record };
  }
  const aborted = record?.phase === "aborted" && isSameTry(record, request);
  const finding = aborted ? active.message : request.findingBefore;
  const serving = active.split.filter((share) => share.percent > 0);
  const [only, second] = serving;
  // Somebody who gave an aborted version all traffic has decided otherwise. An aborted first version has it still.
  const isServing = second === undefined && only?.versionId === request.versionId;
  if (isServing && isUnwatchedFirst(record)) return { kind: "first" };
  if (isServing && record?.phase === "inconclusive" && record.isWayBack) return watchedAnew(record);
  if (isServing && !aborted) return { kind: "serving", deployment: active };
  if (finding !== undefined) return { kind: "abortedBefore", finding };
  if (only === undefined) return { kind: "foreignSplit", deployment: active };
  if (second === undefined) return { kind: "start", oldVersionId: only.versionId };
  return foreignSplit(request, active, [only, second]);
}

/** The first version of a Worker, whose watch ended for a reason other than its time. */
function isUnwatchedFirst(record: ReleaseRecord | undefined): boolean {
  return record?.phase === "inconclusive" && record.oldVersionId === undefined;
}

function isSameTry(record: ReleaseRecord, request: ReleaseRequest): boolean {
  return record.newVersionId === request.versionId && record.retry === request.retry;
}

/**
 * Whether a release under way was left to this run: by an earlier run of the same owner, of which Pulumi lets no two
 * live at once, or by somebody else's whose deployment is named to be taken over. What a run finds at first was there
 * before it, whatever the clocks of two machines say. Later, what another one began or went on with after this one began
 * is nobody's to take, but for what it has deployed itself: a write whose answer was lost may turn up when it begins anew.
 */
function isLeft(
  { owner, takeOver, releaseId }: ReleaseRequest,
  active: Deployment,
  record: ReleaseRecord,
  { begunAt, isAnew }: Omit<Beginning, "known">,
): boolean {
  if (takeOver === active.id || record.run === releaseId) return true;
  return record.owner === owner && (!isAnew || isDrivenLonger(record, { startedAt: begunAt }));
}

/** A release that somebody left: gone on with if it is the one asked for, put back otherwise. */
function unfinished(
  request: ReleaseRequest,
  active: Deployment,
  record: ReleaseRecord,
  { begunAt: drivenSince }: Pick<Beginning, "begunAt">,
): StartingPoint {
  const sameVersion = record.newVersionId === request.versionId;
  const toPutBack = {
    deployment: active,
    release: releaseOf({ ...request, plan: planAsDeployed(request.plan, record, active) }, record),
    state: stateFrom(record, active),
  };
  if (sameVersion && request.findingBefore !== undefined) {
    return { kind: "finishRevert", ...toPutBack, finding: request.findingBefore };
  }
  if (sameVersion && fits(request, active, record)) {
    return { kind: "resume", ...toPutBack, release: { ...releaseOf(request, record), drivenSince } };
  }
  // Nobody wants the version back that was left by a way back: where it stands, the next release begins.
  if (record.isWayBack) {
    return sameVersion ? watchedAnew(record) : { kind: "start", oldVersionId: record.newVersionId };
  }
  if (record.oldVersionId !== undefined) return { kind: "putBack", ...toPutBack };
  // The first version of a Worker has nothing to put back: it is watched anew, by the plan of now.
  if (sameVersion) return { kind: "first" };
  return { kind: "start", oldVersionId: record.newVersionId };
}

function watchedAnew({ oldVersionId = "" }: ReleaseRecord): StartingPoint {
  return { kind: "wayBack", oldVersionId };
}

/** The release that a record tells of, as a run drives it or somebody looks at it. */
export function releaseOf(
  request: Pick<ReleaseRequest, "releaseId" | "owner" | "scriptName" | "retry" | "plan">,
  record: ReleaseRecord,
): Release {
  return {
    id: record.id,
    run: request.releaseId,
    owner: request.owner,
    scriptName: request.scriptName,
    retry: request.retry,
    plan: request.plan,
    newVersionId: record.newVersionId,
    oldVersionId: record.oldVersionId,
    startedAt: record.startedAt,
    ...(record.previous !== undefined && { previous: record.previous }),
    ...(record.isWayBack && { isWayBack: true }),
  };
}

/** A plan for what is only put back: its stages are those of the record, with the share that is deployed. */
function planAsDeployed(plan: Plan, record: ReleaseRecord, { split }: Deployment): Plan {
  const percent = percentOf(split, record.newVersionId);
  const stage: PlanStage = { soakMs: 0, progression: "automatic", ...plan.stages[record.stage], percent };
  return { ...plan, stages: Array<PlanStage>(record.stages).fill(stage) };
}

/** Where a release under way stands, by the record of its last deployment. */
export function stateFrom(record: ReleaseRecord, { id, createdAt }: Deployment): Deployed {
  const { stage, phase, begun, planned } = record;
  const waits = phase === "wait";
  const since = record.since ?? createdAt;
  const soakedSince = waits ? (begun.at(-1) ?? since) : since;
  const before = waits ? begun.slice(0, -1) : begun;
  const past = before.flatMap((startedAt, index) => {
    // One that has the begin of the stage before it was skipped.
    if (startedAt === before[index - 1]) return [];
    const endedAt = before.slice(index).find((each) => each !== startedAt) ?? soakedSince;
    const own = stage - before.length + index;
    const percent = planned?.[own]?.percent;
    return [{ stage: own, startedAt, endedAt, ...(percent !== undefined && { percent }) }];
  });
  const common = {
    stage,
    since,
    deploymentId: id,
    past,
    leftBy: record.run,
    ...(record.heldBy !== undefined && { heldBy: record.heldBy }),
    failure: undefined,
    lostAt: undefined,
  };
  return waits
    ? { phase: "waiting", soakedSince, ...common, ...approvalOf(record) }
    : { phase: "soaking", ...common };
}

/** True when the plan has the stage that is deployed: it may have been changed since. */
function fits({ plan }: ReleaseRequest, active: Deployment, record: ReleaseRecord): boolean {
  const percent = plan.stages[record.stage]?.percent;
  if (percent === undefined || !samePercent(percent, percentOf(active.split, record.newVersionId))) {
    return false;
  }
  // Nothing is approved after the last stage, unless the plan asks.
  return record.phase === "soak" || record.stage + 1 < plan.stages.length || plan.whenUnsure === "ask";
}

/** A split that a person or a script made: left alone unless it is named to be taken over. */
function foreignSplit(
  request: ReleaseRequest,
  active: Deployment,
  shares: readonly [VersionShare, VersionShare],
): StartingPoint {
  if (request.takeOver !== active.id) return { kind: "foreignSplit", deployment: active };
  const other = shares.find(({ versionId }) => versionId !== request.versionId);
  const own = shares.find(({ versionId }) => versionId === request.versionId);
  if (own !== undefined && other !== undefined) {
    return { kind: "adopt", oldVersionId: other.versionId, stage: stageAtMost(request, own.percent) };
  }
  const [smaller, larger] = shares.toSorted((a, b) => a.percent - b.percent);
  if (smaller === undefined || larger === undefined || samePercent(smaller.percent, larger.percent)) {
    return { kind: "foreignSplit", deployment: active };
  }
  return { kind: "putBack", ...leftByOthers(request, active, smaller, larger.versionId) };
}

/** The last stage with no more than a share, so that nobody meets the new version who did not before. */
function stageAtMost({ plan }: ReleaseRequest, percent: number): number {
  return Math.max(
    0,
    plan.stages.findLastIndex((stage) => stage.percent <= percent),
  );
}

function leftByOthers(
  request: ReleaseRequest,
  active: Deployment,
  { versionId: newVersionId, percent }: VersionShare,
  oldVersionId: string,
): Left {
  const { releaseId, owner, scriptName, retry, plan } = request;
  const names = { id: releaseId, run: releaseId, owner, scriptName, retry };
  const { id, createdAt } = active;
  const stage: PlanStage = { percent, soakMs: 0, progression: "automatic" };
  return {
    deployment: active,
    release: {
      ...names,
      ...{ plan: { ...plan, stages: [stage] }, newVersionId, oldVersionId, startedAt: createdAt },
    },
    state: {
      phase: "soaking",
      ...{
        stage: 0,
        since: createdAt,
        past: [],
        failure: undefined,
        lostAt: undefined,
        deploymentId: id,
        leftBy: undefined,
      },
    },
  };
}
