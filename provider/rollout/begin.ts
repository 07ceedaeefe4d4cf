import { revertFor, type Rollout, type Step } from "./act";
import type { Cause } from "./cause";
import type { Outcome } from "./outcome";
import { PortError, type Deployment, type Split } from "./ports";
import { recordOf, writeMessage } from "./record";
import {
  percentOf,
  splitAt,
  stagePercent,
  type Dependencies,
  type Release,
  type ReleaseRequest,
} from "./release";
import { afterAbort, stageSentence, stageText } from "./sentences";
import { nothingObserved, telemetrySlis } from "./observe";
import { startingPoint, type StartingPoint } from "./startingPoint";
import type { State } from "./state";

/** A request that must not be carried out. Nothing was touched. `message` says why, and what to do. */
export class CannotStart extends Error {
  override readonly name = "CannotStart";
}

/** The version was found bad before and nobody has asked for another try. Nothing was touched. */
export class AbortedBefore extends CannotStart {
  constructor(
    versionId: string,
    /** What was found wrong then. */
    readonly finding: string,
  ) {
    super(`Version ${versionId} was aborted before, and no traffic was moved: ${finding} ${afterAbort}`);
  }
}

/**
 * Begins a release: finds out where the Worker stands, and moves traffic only when it is certain that the health can
 * be watched.
 *
 * @throws CannotStart when the traffic is split by somebody else or the telemetry cannot be watched
 * @throws PortError when Cloudflare does not answer or refuses
 */
export async function begin(request: ReleaseRequest, dependencies: Dependencies): Promise<Step> {
  const active = await dependencies.deployments.active();
  const point = startingPoint(request, active);
  if (point.kind === "abortedBefore") throw new AbortedBefore(request.versionId, point.finding);
  if (point.kind === "serving") {
    const outcome = alreadyServing(request, point.deployment, dependencies.clock.now());
    dependencies.progress.event(outcome.reason);
    return { outcome };
  }
  if (point.kind === "foreignSplit") throw new CannotStart(foreignSplitSentence(request, point.deployment));
  // What is known to be bad goes back first, whether or not its health can be seen.
  if (point.kind === "finishRevert") {
    const cause: Cause = { kind: "unfinished", finding: point.finding };
    return { outcome: await revertFor(cause, leftBy(point, active, dependencies), dependencies) };
  }
  await requireObservability(request, dependencies);
  if (point.kind === "resume") return resumed(point, active, dependencies);
  if (point.kind === "putBack") return putBackFirst(request, point, active, dependencies);
  return firstStage(request, point.kind === "start" ? point.oldVersionId : undefined, active, dependencies);
}

async function requireObservability(
  { plan }: ReleaseRequest,
  { telemetry, progress }: Dependencies,
): Promise<void> {
  const { blindBecause, warnings } = await telemetry.readiness(telemetrySlis(plan));
  if (blindBecause !== undefined) throw new CannotStart(`${blindBecause} No traffic was moved.`);
  for (const warning of warnings) progress.event(`Warning: ${warning}`);
}

/** The first split of a release. */
async function firstStage(
  request: ReleaseRequest,
  oldVersionId: string | undefined,
  active: Deployment | undefined,
  dependencies: Dependencies,
): Promise<Rollout> {
  const { plan, scriptName, retry, versionId: newVersionId } = request;
  const startedAt = dependencies.clock.now();
  const release: Release = {
    id: request.releaseId,
    scriptName,
    retry,
    plan,
    newVersionId,
    oldVersionId,
    startedAt,
  };
  // Without an old version there is nobody else to serve: everything goes to the first version, and is watched.
  const stage = oldVersionId === undefined ? plan.stages.length - 1 : 0;
  const sentence =
    oldVersionId === undefined
      ? `First version of ${scriptName}: it gets all traffic at once, and there is nothing to revert to. Watching it.`
      : stageSentence(release, stage, undefined);
  const split = splitAt(release, stagePercent(release, stage));
  const message = writeMessage(sentence, recordOf(release, stage, "soak"));
  const deployment = await createFirst(split, message, active, dependencies);
  dependencies.progress.event(sentence);
  const state: State = {
    phase: "soaking",
    stage,
    since: dependencies.clock.now(),
    deploymentId: deployment.id,
    past: [],
  };
  return {
    release,
    state,
    observation: nothingObserved(release, deployment, dependencies.clock.now()),
    failure: undefined,
  };
}

/** How long the first write is tried. A version that was just uploaded can take seconds to be deployable. */
const firstWriteMs = 30_000;
const pauseMs = 2000;

/** Makes the first deployment. When its answer is lost, a look tells whether it happened, before another is made. */
async function createFirst(
  split: Split,
  message: string,
  before: Deployment | undefined,
  dependencies: Dependencies,
): Promise<Deployment> {
  const { clock, deployments, progress } = dependencies;
  const deadline = clock.now() + firstWriteMs;
  for (;;) {
    try {
      return await deployments.create(split, message);
    } catch (error) {
      if (!(error instanceof PortError) || error.failure !== "unavailable") throw error;
      const active = await lookUntil(deadline, error, dependencies);
      if (active?.message === message) return active;
      if (active?.id !== before?.id || clock.now() >= deadline) throw error;
      progress.status(`Not begun yet, trying again: ${error.message}`);
      await clock.sleep(pauseMs);
    }
  }
}

/** Reads the active deployment after a write whose fate is unknown; again and again until `deadline`. */
async function lookUntil(
  deadline: number,
  unknown: PortError,
  dependencies: Dependencies,
): Promise<Deployment | undefined> {
  for (;;) {
    try {
      return await dependencies.deployments.active();
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      if (dependencies.clock.now() >= deadline) {
        throw new CannotStart(
          `${unknown.message} It is not known whether the first split was deployed; the next \`pulumi up\` finds out and ` +
            "goes on from there.",
        );
      }
      await dependencies.clock.sleep(pauseMs);
    }
  }
}

type Unfinished = Extract<StartingPoint, { kind: "finishRevert" | "resume" | "putBack" }>;

function resumed(left: Unfinished, active: Deployment | undefined, dependencies: Dependencies): Rollout {
  const { release, state } = left;
  const phase = state.phase === "waiting" ? "it waits for an approval" : "it soaks";
  dependencies.progress.event(
    `Going on with release ${release.id} in ${stageText(release, state.stage)}: ${phase}.`,
  );
  return leftBy(left, active, dependencies);
}

/** The rollout of a release that somebody left. */
function leftBy(
  { release, state }: Unfinished,
  active: Deployment | undefined,
  dependencies: Dependencies,
): Rollout {
  return {
    release,
    state,
    observation: nothingObserved(release, active, dependencies.clock.now()),
    failure: undefined,
  };
}

/** Puts back what an interrupted release left, then begins the one asked for. */
async function putBackFirst(
  request: ReleaseRequest,
  left: Unfinished,
  active: Deployment | undefined,
  dependencies: Dependencies,
): Promise<Step> {
  const rollout = leftBy(left, active, dependencies);
  const percent = active ? percentOf(active.split, left.release.newVersionId) : 0;
  const outcome = await revertFor({ kind: "leftOver", percent }, rollout, dependencies);
  if (outcome.status === "revertFailed") return { outcome };
  return begin(request, dependencies);
}

function foreignSplitSentence({ scriptName }: ReleaseRequest, { split, author }: Deployment): string {
  const shares = split.map((share) => `${share.percent} % to ${share.versionId}`).join(", ");
  return (
    `The traffic of Worker ${scriptName} is split already (${shares}), by ${author}: a release starts from one version ` +
    "that has all traffic. Finish that deployment or roll it back, then run `pulumi up` again. No traffic was moved."
  );
}

/** How recent an upload must be to be the one that should not have deployed: longer than any `pulumi up` prepares. */
const recentMs = 600_000;

function alreadyServing(request: ReleaseRequest, active: Deployment, now: number): Outcome {
  const byUpload = active.byUpload && now - active.createdAt < recentMs;
  const hint = byUpload
    ? ": its upload has just deployed it. The first upload of a Worker always does; upload later versions with " +
      "WorkerVersion, ScriptVersion or `wrangler versions upload`, since WorkersScript and `wrangler deploy` deploy at once"
    : "";
  const at = new Date(now).toISOString();
  return {
    status: "completed",
    finding: undefined,
    reason: `Version ${request.versionId} serves all traffic already${hint}.`,
    releaseId: request.releaseId,
    oldVersionId: undefined,
    deployedVersionId: request.versionId,
    deploymentId: active.id,
    startedAt: at,
    endedAt: at,
    stages: [],
  };
}
