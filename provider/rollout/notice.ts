import type { Outcome } from "./outcome";
import type { Notice, NoticeKind } from "./ports";
import { stagePercent, type Dependencies, type Release, type ReleaseRequest } from "./release";
import { goesOn, type Step } from "./rollout";

/** Tells others what a step of the loop has brought about. No release ends for want of a notice. */
export function tellOfStep(before: Step, after: Step, { notices, clock }: Dependencies): void {
  try {
    const notice = noticeOf(before, after, clock.now());
    if (notice !== undefined) notices?.tell(notice);
  } catch {
    // Whoever does not hear of it sees it in the deployment.
  }
}

/** Tells others how a release has ended. */
export function tellOfEnding(
  request: ReleaseRequest,
  outcome: Outcome,
  { notices, clock }: Dependencies,
): void {
  const notice = endingNotice(request, outcome, clock.now());
  if (notice !== undefined) notices?.tell(notice);
}

/** What a step of the loop has brought about that others may want to hear of; undefined for nothing. */
export function noticeOf(before: Step, after: Step, at: number): Notice | undefined {
  if (!goesOn(before) || !goesOn(after) || after.state.phase === "starting") return undefined;
  const kind = kindOf(before, after);
  if (kind === undefined) return undefined;
  return noticeIn(after.release, after.state.stage, kind, after.observation.active?.message ?? "", at);
}

function kindOf(before: Step, after: Step): NoticeKind | undefined {
  if (!goesOn(before) || !goesOn(after)) return undefined;
  if (before.state.phase === "starting") return "started";
  if (before.state.stage !== after.state.stage) return "stage";
  return after.state.phase === "waiting" && before.state.phase !== "waiting" ? "waiting" : undefined;
}

/** That a release has something to tell in a stage, which is counted from 0. */
export function noticeIn(
  release: Release,
  stage: number,
  kind: NoticeKind,
  text: string,
  at: number,
): Notice {
  const { id: releaseId, scriptName, newVersionId, oldVersionId, plan } = release;
  const place = { stage: stage + 1, stages: plan.stages.length, percent: stagePercent(release, stage) };
  return { kind, releaseId, scriptName, newVersionId, oldVersionId, place, text, at };
}

/** How a release has ended; undefined where nothing was released. */
export function endingNotice(request: ReleaseRequest, outcome: Outcome, at: number): Notice | undefined {
  const { status: kind, releaseId, oldVersionId, reason: text, stages } = outcome;
  if (kind === "completed" && stages.length === 0) return undefined;
  const { scriptName, versionId: newVersionId } = request;
  return { kind, releaseId, scriptName, newVersionId, oldVersionId, place: undefined, text, at };
}
