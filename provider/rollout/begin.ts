import { frozenUntil } from "../plan/freeze";
import { revertFor } from "./act";
import { AbortedBefore, CannotStart } from "./cannotStart";
import { gaveUp } from "./text/endingText";
import { alreadyServing } from "./outcome";
import { nothingObserved } from "./look/observation";
import { telemetrySlis } from "./look/series";
import { isStale, PortError, staleDeployments, unlessFault, type Deployment, type Readiness } from "./ports";
import { percentOf, type Dependencies, type Release, type ReleaseRequest } from "./release";
import { startingPoint, type Left, type StartingPoint } from "./startingPoint";
import type { Rollout, Step } from "./rollout";
import type { Starting } from "./state";
import { frozenRefusal } from "./text/freezeText";
import { foreignSplitRefusal, othersReleaseRefusal, resumedSentence } from "./text/text";
import { checkVersionExists, hasSameContent } from "./versionsAtStart";
import { patiently } from "./patiently";
import { unlessAborted } from "./unlessAborted";
import { uploadsLeft, windowWarning } from "./look/window";

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

/** A release that starts: nothing is moved before it is known that its health can be watched. */
async function start(
  request: ReleaseRequest,
  point: Extract<StartingPoint, { kind: "first" | "start" | "adopt" }>,
  before: Deployment | undefined,
  dependencies: Dependencies,
): Promise<Step> {
  const { plan, releaseId: id, scriptName, owner, retry, versionId: newVersionId } = request;
  const oldVersionId = point.kind === "first" ? undefined : point.oldVersionId;
  checkFreeze(request, dependencies);
  await checkVersionExists(request, dependencies);
  const ready = await readiness(request, dependencies);
  if (ready === undefined) {
    return { notStarted: gaveUp({ scriptName }, { kind: "interrupted" }) };
  }
  if (ready.blindBecause !== undefined) throw new CannotStart({ found: ready.blindBecause, todo: "" });
  for (const warning of ready.warnings) dependencies.progress.event(`Warning: ${warning}`);
  const isSameContent =
    oldVersionId !== undefined && (await hasSameContent(request, oldVersionId, before, dependencies));
  const previous = await previousOf(before, dependencies);
  const startedAt = dependencies.clock.now();
  const release: Release = {
    ...{ id, run: id, owner, scriptName, retry, plan, newVersionId, oldVersionId, startedAt },
    ...(previous !== undefined && { previous }),
    ...(isSameContent && { isSameContent }),
  };
  await checkWindow(release, dependencies);
  const state: Starting = {
    phase: "starting",
    ...{
      stage: firstStage(request, point),
      since: startedAt,
      before,
      past: [],
      failure: undefined,
      lostAt: undefined,
    },
  };
  return { release, state, observation: nothingObserved(release, before, startedAt, true) };
}

/** A release that starts in a freeze would only wait, with the stack locked. */
function checkFreeze(request: ReleaseRequest, { clock }: Dependencies): void {
  const now = clock.now();
  const until = frozenUntil(request.plan.freezes, now);
  if (until !== undefined) throw new CannotStart(frozenRefusal(request, until, now));
}

/** The last deployment of the last release of the Worker; undefined where none is found. */
async function previousOf(
  active: Deployment | undefined,
  { past }: Dependencies,
): Promise<string | undefined> {
  if (active === undefined || active.record !== undefined) return active?.id;
  const recent = await past?.recent("start").catch(unlessFault(undefined));
  return recent?.find(({ record }) => record !== undefined)?.id;
}

/** A release whose way back is closed does not start. */
async function checkWindow(release: Release, { deployments, progress }: Dependencies): Promise<void> {
  const left = await uploadsLeft(release, deployments, "start");
  const warning = windowWarning(release, left);
  if (warning === undefined) return;
  if (left === 0) throw new CannotStart({ found: warning, todo: "" });
  progress.event(`Warning: ${warning}`);
}

/** Undefined when the release is interrupted meanwhile: the checks can take minutes where the API is slow. */
function readiness({ plan }: ReleaseRequest, dependencies: Dependencies): Promise<Readiness | undefined> {
  const { telemetry, interruption } = dependencies;
  const ready = patiently(() => telemetry.readiness(telemetrySlis(plan), "start"), dependencies);
  return unlessAborted(ready, interruption);
}

/** Without an old version there is nobody else to serve: everything goes to the first version, and is watched. */
function firstStage({ plan }: ReleaseRequest, point: StartingPoint): number {
  if (point.kind === "first") return plan.stages.length - 1;
  return point.kind === "adopt" ? point.stage : 0;
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
