import { hasUnknown } from "../plan/faults";
import { planSchema } from "../plan/schema";
import { afterAbort } from "../rollout/text/causeText";
import { wayBackOutlook } from "../rollout/text/wayBackText";
import type { ReleaseState } from "./releaseInputs";
import { same } from "./validation";

// What a change of the inputs means to a release, given what its state remembers.

type Properties = Record<string, unknown>;

/**
 * The inputs that make it a release of another Worker. One that is not known yet is not among them: it is the same as a
 * rule, and the engine refuses a replacement of what is protected before anybody can know.
 */
export function replacing(before: ReleaseState, news: Properties): string[] {
  const isOther = (key: "accountId" | "scriptName"): boolean =>
    before[key] !== news[key] && !hasUnknown(news[key]);
  return (["accountId", "scriptName"] as const).filter(isOther);
}

/** True where it is not known before the update whether the release is one of another Worker. */
export function mayReplace(news: Properties): boolean {
  return hasUnknown(news["accountId"]) || hasUnknown(news["scriptName"]);
}

/** True where the release has something to do or to refuse. */
export function hasToAct(before: ReleaseState, news: Properties): boolean {
  return needsRelease(before, news) && !(staysAborted(before, news) && news["whenAborted"] === "warn");
}

/** True where something else has changed than what is released: it is recorded, and holds from the next release on. */
export function onlyRecords(before: ReleaseState, news: Properties): boolean {
  return !same(before.plan, news["plan"]) || before.whenAborted !== (news["whenAborted"] ?? "fail");
}

/** True for a version that was aborted and that nobody wants to be tried again. */
function staysAborted(before: ReleaseState, news: Properties): boolean {
  const { versionId, status, deployedVersionId, oldVersionId } = before;
  if (versionId !== news["versionId"] || before.retry !== (news["retry"] ?? "")) return false;
  // Who gave it all traffic since has decided otherwise; the first version of a Worker has it all the same.
  return status === "aborted" && (deployedVersionId !== versionId || oldVersionId === undefined);
}

/** True when traffic has to move; a change of the plan alone is only recorded. */
export function needsRelease(before: ReleaseState, news: Properties): boolean {
  return (
    before.status !== "completed" ||
    before.deployedVersionId !== before.versionId ||
    before.versionId !== news["versionId"] ||
    before.retry !== (news["retry"] ?? "")
  );
}

/** True where the same is asked for as before. */
function isUnchanged({ versionId, retry }: ReleaseState, news: Properties): boolean {
  return versionId === news["versionId"] && retry === (news["retry"] ?? "");
}

/**
 * True for a version that keeps all traffic although its watch did not end well: the first of its Worker, or one that was
 * gone back to.
 */
function isWatchedAgain({ status, deployedVersionId, versionId }: ReleaseState): boolean {
  return status === "inconclusive" && deployedVersionId === versionId;
}

/** True for a bad version that still has traffic. */
function isOnlyReverted({ status, isVerdict }: ReleaseState): boolean {
  return status === "revertFailed" && isVerdict;
}

/** True where the version goes through the stages of the plan. */
export function releases(before: ReleaseState, news: Properties): boolean {
  if (!needsRelease(before, news)) return false;
  if (!isUnchanged(before, news)) return !isBackToLast(before, news);
  return !staysAborted(before, news) && !isWatchedAgain(before) && !isOnlyReverted(before);
}

/** What cannot be seen from the inputs: why a release comes although none of them has changed. */
export function outlook(before: ReleaseState, news: Properties): string | undefined {
  const { versionId = "", status, deployedVersionId } = before;
  if (isBackToLast(before, news)) return wayBackOutlook(String(news["versionId"]));
  if (!isUnchanged(before, news)) return undefined;
  if (staysAborted(before, news)) {
    const finding = before.finding ?? before.reason;
    return news["whenAborted"] === "warn"
      ? abortedWarning(versionId, finding)
      : `Version ${versionId} was aborted: ${finding} \`pulumi up\` will fail and move no traffic until versionId or retry changes.`;
  }
  if (isWatchedAgain(before)) {
    return (
      `Version ${versionId} got all traffic at once and has it still. Its watch did not end well: \`pulumi up\` watches it again, ` +
      "through the last soak, and moves no traffic."
    );
  }
  if (isOnlyReverted(before)) {
    return `Version ${versionId} was found bad and could not be reverted: \`pulumi up\` puts the traffic back and then fails.`;
  }
  if (status !== "completed")
    return `The last release of version ${versionId} ended as ${status ?? "unknown"}: it will be released again.`;
  if (deployedVersionId === versionId) {
    return onlyRecords(before, news)
      ? "Nothing to release: what changes is recorded and holds from the next release on. No traffic moves."
      : undefined;
  }
  const now =
    deployedVersionId === undefined
      ? "The traffic is split"
      : `Version ${deployedVersionId} serves all traffic`;
  return `${now}, not what was released: version ${versionId} will be released again, in stages.`;
}

/** True where the version is asked for that the last release has replaced. */
function isBackToLast(
  { status, oldVersionId, deployedVersionId, versionId }: ReleaseState,
  news: Properties,
): boolean {
  const isBack =
    oldVersionId !== undefined && oldVersionId === news["versionId"] && oldVersionId !== versionId;
  return isBack && status === "completed" && deployedVersionId === versionId && rollbackWindowOf(news) > 0;
}

function rollbackWindowOf({ plan }: Properties): number {
  return planSchema.safeParse(plan).data?.rollbackWindow ?? 0;
}

/** What is told of a version that stays aborted where that stops nobody. */
export function abortedWarning(versionId: string, finding: string): string {
  return (
    `Warning: version ${versionId} was aborted and is not released; everything else of the update goes on (whenAborted: ` +
    `warn). ${finding} ${afterAbort}`
  );
}
