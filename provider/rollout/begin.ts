import { revertFor } from "./act";
import { AbortedBefore, CannotStart } from "./cannotStart";
import { gaveUp } from "./text/endingText";
import { alreadyServing } from "./outcome";
import { nothingObserved } from "./look/observation";
import { isStale, PortError, staleDeployments, unlessFault, type Deployment } from "./ports";
import { percentOf, type Dependencies, type Release, type ReleaseRequest } from "./release";
import { startingPoint, type Left, type StartingPoint } from "./startingPoint";
import type { Rollout, Step } from "./rollout";
import type { Starting } from "./state";
import { foreignSplitRefusal, othersReleaseRefusal, resumedSentence } from "./text/text";
import { checkVersionExists, hasSameContent } from "./versionsAtStart";
import { patiently } from "./patiently";
import { startChecks } from "./startChecks";
import { startAtSentence } from "./text/startText";
import { wayBackSentence } from "./text/wayBackText";
import { wayBackFor } from "./wayBack";

/**
 * Begins a release: finds out where the Worker stands. What an earlier run left is safe first: it is watched, or put
 * back, before anything else is asked. A release that starts moves traffic only when its health can be watched.
 *
 * @param begunAt when this run began, in milliseconds since the epoch
 * @param known the active deployment, where this run knows it already
 * @throws CannotStart when nothing may be moved
 * @throws PortError when Cloudflare does not answer or refuses
 */
export async function begin(
  request: ReleaseRequest,
  begunAt: number,
  known: Deployment | undefined,
  dependencies: Dependencies,
): Promise<Step> {
  const active = await activeAtFirst(known, dependencies);
  const point = startingPoint(request, active, begunAt);
  switch (point.kind) {
    case "abortedBefore":
      throw new AbortedBefore(request.versionId, point.finding);
    case "othersRelease":
      throw new CannotStart(othersReleaseRefusal(request.scriptName, point.deployment, point.record));
    case "foreignSplit":
      throw new CannotStart(foreignSplitRefusal(request, point.deployment));
    case "serving":
      return serving(request, point.deployment, dependencies);
    case "finishRevert":
      return revertFor(
        { kind: "unfinished", finding: point.finding },
        left(point, active, dependencies),
        dependencies,
      );
    case "resume":
      dependencies.progress.event(resumedSentence(point.release, point.state));
      return left(point, active, dependencies);
    case "putBack":
      return putBackFirst(point, active, dependencies);
    default:
      return start(request, point, active, dependencies);
  }
}

/** An empty list may lag behind a Worker's deployments, and no old version would mean all traffic at once. */
const emptyReadings = 4;
/** A list may lag behind our own write for longer than anybody has seen. */
const staleReadings = 15;
const pauseMs = 2000;

async function activeAtFirst(
  known: Deployment | undefined,
  dependencies: Dependencies,
): Promise<Deployment | undefined> {
  const { deployments, clock, interruption } = dependencies;
  for (let reading = 1; ; reading += 1) {
    const active = await patiently(() => deployments.active("start"), dependencies);
    if (active !== undefined && !isStale(known, active)) return active;
    if (known === undefined && reading === emptyReadings) return undefined;
    if (reading === staleReadings) throw new PortError("unavailable", staleDeployments);
    await clock.sleep(pauseMs, interruption);
  }
}

/** What a release that starts is begun by. */
type Starts = Extract<StartingPoint, { kind: "first" | "start" | "adopt" | "wayBack" }>;

/** A release that starts. Only a way back moves traffic before it is known that its health can be watched. */
async function start(
  request: ReleaseRequest,
  point: Starts,
  before: Deployment | undefined,
  dependencies: Dependencies,
): Promise<Step> {
  const { plan, releaseId: id, scriptName, owner, retry, versionId: newVersionId } = request;
  const oldVersionId = point.kind === "first" ? undefined : point.oldVersionId;
  const ready = startChecks(request, oldVersionId, dependencies);
  const listing = recentDeployments(before, dependencies);
  await checkVersionExists(request, dependencies);
  const isSameContent = await hasSameContent(request, oldVersionId, before, dependencies);
  const recent = await listing;
  const isWayBack = !isSameContent && (await goesBackAtOnce(request, point, recent, dependencies));
  if (!isWayBack && (await ready()) === "interrupted") {
    return { notStarted: gaveUp({ scriptName }, { kind: "interrupted" }) };
  }
  const previous = previousOf(before, recent);
  const startedAt = dependencies.clock.now();
  const release: Release = {
    ...{ id, run: id, owner, scriptName, retry, plan, newVersionId, oldVersionId, startedAt },
    ...(previous !== undefined && { previous }),
    ...(isSameContent && { isSameContent }),
    ...(isWayBack && { isWayBack }),
  };
  const stage = isWayBack ? plan.stages.length - 1 : firstStage(request, point);
  if (point.kind === "start" && !isWayBack && stage > 0) {
    dependencies.progress.event(startAtSentence(release, stage));
  }
  const state: Starting = {
    phase: "starting",
    ...{ stage, since: startedAt, before },
    ...{ past: [], failure: undefined, lostAt: undefined },
  };
  return { release, state, observation: nothingObserved(release, before, startedAt, !isWayBack) };
}

/** The newest deployments, newest first; none where they are not told, or tell of another one that is active. */
async function recentDeployments(
  active: Deployment | undefined,
  { past }: Dependencies,
): Promise<readonly Deployment[]> {
  const recent = (await past?.recent("start").catch(unlessFault([]))) ?? [];
  return recent[0]?.id === active?.id ? recent : [];
}

/** The last deployment of the last release of the Worker; undefined where none is found. */
function previousOf(active: Deployment | undefined, recent: readonly Deployment[]): string | undefined {
  if (active === undefined || active.record !== undefined) return active?.id;
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
function left({ release, state }: Left, active: Deployment | undefined, { clock }: Dependencies): Rollout {
  return { release, state, observation: nothingObserved(release, active, clock.now(), false) };
}

/** Puts back what was left, then begins the release asked for. */
async function putBackFirst(
  point: Left,
  active: Deployment | undefined,
  dependencies: Dependencies,
): Promise<Step> {
  const percent = active ? percentOf(active.split, point.release.newVersionId) : 0;
  const rollout = left(point, active, dependencies);
  const step = await revertFor({ kind: "leftOver", percent }, rollout, dependencies);
  if (!("outcome" in step) || step.outcome.status === "revertFailed") return step;
  const { outcome, active: known, isUntouched } = step;
  // Where somebody else has deployed meanwhile, what they did is where it begins.
  if (isUntouched) return { beginAgain: true, known };
  return outcome.status === "superseded" ? step : { beginAgain: true, putBack: outcome, known };
}

function serving(request: ReleaseRequest, active: Deployment, { clock, progress }: Dependencies): Step {
  const outcome = alreadyServing(request, active, clock.now());
  // What a release has brought there is no surprise.
  progress.event(active.record === undefined ? `Warning: ${outcome.reason}` : outcome.reason);
  return { outcome };
}
