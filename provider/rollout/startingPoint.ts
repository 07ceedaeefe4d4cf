import type { Deployment } from "./ports";
import { isUnderWay, readRecord, readSentence, type ReleaseRecord } from "./record";
import { percentOf, type Release, type ReleaseRequest } from "./release";
import type { State } from "./state";

/** How a request for a release begins, given what is deployed now. */
export type StartingPoint =
  /** The Worker has never been deployed: its first version goes to 100 % at once. */
  | { readonly kind: "first" }
  /** One version serves: a release from it to the new one. */
  | { readonly kind: "start"; readonly oldVersionId: string }
  /** The new version has all traffic already. */
  | { readonly kind: "serving"; readonly deployment: Deployment }
  /** This version was aborted, and nobody has asked for another try. */
  | { readonly kind: "abortedBefore"; readonly finding: string }
  /** This version was found bad, and the run that found it could not put the traffic back. */
  | {
      readonly kind: "finishRevert";
      readonly release: Release;
      readonly state: State;
      readonly finding: string;
    }
  /** A release of this version by this plan is under way, and the one who drove it is gone. */
  | { readonly kind: "resume"; readonly release: Release; readonly state: State }
  /** A release of ours was left half done, and cannot be gone on with: its traffic goes back first. */
  | { readonly kind: "putBack"; readonly release: Release; readonly state: State }
  /** The traffic is split, and not by us. */
  | { readonly kind: "foreignSplit"; readonly deployment: Deployment };

/**
 * Decides how a request begins.
 *
 * @param active the Worker's active deployment
 */
export function startingPoint(request: ReleaseRequest, active: Deployment | undefined): StartingPoint {
  if (active === undefined) return { kind: "first" };
  const record = readRecord(active.message);
  if (record && isUnderWay(record)) return unfinished(request, active, record);
  const aborted = record?.phase === "aborted" && isSameTry(record, request);
  const finding = aborted ? readSentence(active.message) : request.findingBefore;
  const serving = active.split.filter((share) => share.percent > 0);
  const [only] = serving;
  // Somebody who gave an aborted version all traffic has decided otherwise. An aborted first version has it still.
  const isServing = serving.length === 1 && only?.versionId === request.versionId;
  if (isServing && !aborted) return { kind: "serving", deployment: active };
  if (finding !== undefined) return { kind: "abortedBefore", finding };
  if (only === undefined || serving.length > 1) return { kind: "foreignSplit", deployment: active };
  return { kind: "start", oldVersionId: only.versionId };
}

function isSameTry(record: ReleaseRecord, request: ReleaseRequest): boolean {
  return record.newVersionId === request.versionId && record.retry === request.retry;
}

/** A release that somebody left: gone on with if it is the one asked for, put back otherwise. */
function unfinished(request: ReleaseRequest, active: Deployment, record: ReleaseRecord): StartingPoint {
  const release: Release = {
    id: record.id,
    scriptName: request.scriptName,
    retry: request.retry,
    plan: request.plan,
    newVersionId: record.newVersionId,
    oldVersionId: record.oldVersionId,
    startedAt: record.startedAt,
  };
  const state = stateFrom(record, active);
  const sameVersion = record.newVersionId === request.versionId;
  if (sameVersion && request.findingBefore !== undefined) {
    return { kind: "finishRevert", release, state, finding: request.findingBefore };
  }
  if (sameVersion && fits(request, active, record)) return { kind: "resume", release, state };
  if (record.oldVersionId !== undefined) return { kind: "putBack", release, state };
  // The first version of a Worker has nothing to put back: it simply serves.
  if (sameVersion) return { kind: "serving", deployment: active };
  return { kind: "start", oldVersionId: record.newVersionId };
}

/** Where a release under way stands, by the record of its last deployment. */
function stateFrom({ stage, phase, begun }: ReleaseRecord, { id, createdAt }: Deployment): State {
  const waits = phase === "wait";
  const soakedSince = waits ? (begun.at(-1) ?? createdAt) : createdAt;
  const before = waits ? begun.slice(0, -1) : begun;
  const past = before.map((startedAt, index) => ({
    stage: stage - before.length + index,
    startedAt,
    endedAt: before[index + 1] ?? soakedSince,
  }));
  const inStage = { stage, since: createdAt, deploymentId: id, past };
  return waits ? { phase: "waiting", soakedSince, ...inStage } : { phase: "soaking", ...inStage };
}

/** True when the plan has the stage that is deployed: it may have been changed since. */
function fits({ plan }: ReleaseRequest, active: Deployment, record: ReleaseRecord): boolean {
  return plan.stages[record.stage]?.percent === percentOf(active.split, record.newVersionId);
}
