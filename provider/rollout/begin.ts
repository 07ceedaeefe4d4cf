import { revertFor } from "./revertFor";
import { AbortedBefore, CannotStart } from "./cannotStart";
import { gaveUp } from "./text/endingText";
import { alreadyServing } from "./outcome";
import { nothingObserved } from "./look/observation";
import { ownUploadOf } from "./ownUpload";
import { isStale, PortError, staleDeployments, type Deployment } from "./ports";
import { hasAllTraffic, percentOf, type Dependencies, type Release, type ReleaseRequest } from "./release";
import { startingPoint, type Beginning, type Left, type StartingPoint } from "./startingPoint";
import type { Rollout, Step } from "./rollout";
import type { Starting } from "./state";
import { foreignSplitRefusal, othersReleaseRefusal } from "./text/refusalText";
import { resumedSentence } from "./text/stageSentences";
import { checkVersionExists, sameContentOf } from "./versionsAtStart";
import { patiently } from "./patiently";
import { startChecks } from "./startChecks";
import { driftSentence, ownUploadSentence, startAtSentence } from "./text/startText";
import { wayBackSentence } from "./text/wayBackText";
import { wayBackFor } from "./wayBack";

/**
 * Begins a release: finds out where the Worker stands. What an earlier run left is safe first: it is watched, or put
 * back, before anything else is asked. A release that starts moves traffic only when its health can be watched.
 *
 * @throws CannotStart when nothing may be moved
 * @throws PortError when Cloudflare does not answer or refuses
 */
export async function begin(
  request: ReleaseRequest,
  beginning: Beginning,
  dependencies: Dependencies,
): Promise<Step> {
  const recent = await deployedAtFirst(beginning.known, dependencies);
  const [active] = recent;
  const point = startingPoint(request, active, beginning);
  switch (point.kind) {
    case "abortedBefore":
      throw new AbortedBefore(request.versionId, point.finding);
    case "othersRelease":
      throw new CannotStart(
        othersReleaseRefusal(request.scriptName, point.deployment, point.record),
        point.deployment,
      );
    case "foreignSplit":
      throw new CannotStart(foreignSplitRefusal(request, point.deployment), point.deployment);
    case "serving":
      return serving(request, point.deployment, recent, dependencies);
    case "finishRevert":
      return revertFor(
        { kind: "unfinished", finding: point.finding },
        left(point, dependencies),
        dependencies,
      );
    case "resume":
      dependencies.progress.event(resumedSentence(point.release, point.state));
      return left(point, dependencies);
    case "putBack":
      return putBackFirst(point, dependencies);
    default:
      return start(request, point, recent, dependencies);
  }
}

/** An empty list may lag behind a Worker's deployments, and no old version would mean all traffic at once. */
const emptyReadings = 4;
/** A list may lag behind our own write for longer than anybody has seen. */
const staleReadings = 15;
const pauseMs = 2000;

/** What is deployed, and what was before: the newest deployments, newest first, the first of which is active. */
async function deployedAtFirst(
  known: Deployment | undefined,
  dependencies: Dependencies,
): Promise<readonly Deployment[]> {
  const { clock, interruption } = dependencies;
  for (let reading = 1; ; reading += 1) {
    const recent = await patiently(() => recentDeployments(dependencies), dependencies);
    const [active] = recent;
    if (active !== undefined && !isStale(known, active)) return recent;
    if (known === undefined && reading === emptyReadings) return [];
    if (reading === staleReadings) throw new PortError("unavailable", staleDeployments);
    await clock.sleep(pauseMs, interruption);
  }
}

/** Where nobody tells what was deployed before, the active deployment alone. */
async function recentDeployments({ past, deployments }: Dependencies): Promise<readonly Deployment[]> {
  if (past !== undefined) return past.recent("start");
  const active = await deployments.active("start");
  return active === undefined ? [] : [active];
}

/** What a release that starts is begun by. */
type Starts = Extract<StartingPoint, { kind: "first" | "start" | "adopt" | "wayBack" }>;

/** A release that starts. Only a way back moves traffic before it is known that its health can be watched. */
async function start(
  request: ReleaseRequest,
  point: Starts,
  recent: readonly Deployment[],
  dependencies: Dependencies,
): Promise<Step> {
  const [before] = recent;
  const { plan, releaseId: id, scriptName, owner, retry, versionId: newVersionId } = request;
  const oldVersionId = point.kind === "first" ? undefined : point.oldVersionId;
  const isServing = before !== undefined && hasAllTraffic(before, newVersionId);
  const ready = startChecks(request, { oldVersionId, isServing }, dependencies);
  await checkVersionExists(request, dependencies);
  const sameContent = await sameContentOf(request, oldVersionId, before, dependencies);
  const isWayBack = sameContent === undefined && (await goesBackAtOnce(request, point, recent, dependencies));
  if (!isWayBack && (await ready()) === "interrupted") {
    return { notStarted: gaveUp({ scriptName }, { kind: "interrupted" }) };
  }
  const previous = previousOf(recent);
  const startedAt = dependencies.clock.now();
  const release: Release = {
    ...{ id, run: id, owner, scriptName, retry, plan, newVersionId, oldVersionId, startedAt },
    ...(previous !== undefined && { previous }),
    ...(sameContent && { sameContent }),
    ...(isWayBack && { isWayBack }),
  };
  const goesAtOnce = isWayBack || sameContent === "all";
  const stage = goesAtOnce ? plan.stages.length - 1 : firstStage(request, point);
  if (point.kind === "start") tellOfStart(request, release, before, goesAtOnce ? 0 : stage, dependencies);
  const state: Starting = {
    phase: "starting",
    ...{ stage, since: startedAt, before },
    ...{ past: [], failure: undefined, lostAt: undefined },
  };
  return { release, state, observation: nothingObserved(release, before, startedAt, !isWayBack) };
}

/** Tells what a person may not expect: that somebody has deployed since the last release, and that stages are skipped. */
function tellOfStart(
  request: ReleaseRequest,
  release: Release,
  before: Deployment | undefined,
  skipped: number,
  { clock, progress }: Dependencies,
): void {
  if (request.isSameAsLast && before !== undefined && before.record === undefined) {
    progress.event(driftSentence(release, before, clock.now()));
  }
  if (skipped > 0) progress.event(startAtSentence(release, skipped));
}

/** The last deployment of the last release of the Worker; undefined where none is found. */
function previousOf(recent: readonly Deployment[]): string | undefined {
  return recent.find(({ record }) => record !== undefined)?.id;
}

/** Whether the new version served before and gets all traffic at once, which is told. */
async function goesBackAtOnce(
  request: ReleaseRequest,
  point: Starts,
  recent: readonly Deployment[],
  { contents, progress }: Dependencies,
): Promise<boolean> {
  if (point.kind === "wayBack") return true;
  const way = point.kind === "start" ? await wayBackFor(request, recent, contents) : undefined;
  if (way !== undefined) progress.event(wayBackSentence(request, way));
  return way !== undefined;
}

/** Without an old version there is nobody else to serve: everything goes to the first version, and is watched. */
function firstStage({ plan, startAt = 0 }: ReleaseRequest, point: StartingPoint): number {
  if (point.kind === "first") return plan.stages.length - 1;
  return point.kind === "adopt" ? point.stage : plan.stages.findIndex(({ percent }) => percent >= startAt);
}

/** A release that somebody left, as it stands. */
function left({ deployment, release, state }: Left, { clock }: Dependencies): Rollout {
  return { release, state, observation: nothingObserved(release, deployment, clock.now(), false) };
}

/** Puts back what was left, then begins the release asked for. */
async function putBackFirst(point: Left, dependencies: Dependencies): Promise<Step> {
  const percent = percentOf(point.deployment.split, point.release.newVersionId);
  const rollout = left(point, dependencies);
  const step = await revertFor({ kind: "leftOver", percent }, rollout, dependencies);
  if (!("outcome" in step) || step.outcome.status === "revertFailed") return step;
  const { outcome, active: known, isUntouched } = step;
  // Where somebody else has deployed meanwhile, what they did is where it begins.
  if (isUntouched) return { beginAgain: true, known };
  return outcome.status === "superseded" ? step : { beginAgain: true, putBack: outcome, known };
}

/**
 * The version has all traffic. Where its upload gave it that and could not but do so, it is watched, as no stage has run;
 * else there is nothing to do.
 */
async function serving(
  request: ReleaseRequest,
  active: Deployment,
  recent: readonly Deployment[],
  dependencies: Dependencies,
): Promise<Step> {
  const { clock, progress } = dependencies;
  const why = await ownUploadOf(request, recent, dependencies);
  if (why !== undefined) {
    progress.event(ownUploadSentence(request, why, active, clock.now()));
    return start(request, { kind: "first" }, recent, dependencies);
  }
  const outcome = alreadyServing(request, active, clock.now());
  // What a release has brought there is no surprise.
  progress.event(active.record === undefined ? `Warning: ${outcome.reason}` : outcome.reason);
  return { outcome };
}
