import { noCounts } from "../../health/series";
import { formatDuration, formatElapsed } from "../../plan/duration";
import type { Plan } from "../../plan/plan";
import type { Cause } from "../cause";
import type { Release, ReleaseRequest } from "../release";
import type { WayBack } from "../wayBack";
import { countsText } from "./sloText";
import { deployAllCommand } from "./words";

// A version that served before gets all traffic at once. The version that it replaces was left on purpose.

/** What is told before a way back: why the version skips the stages. */
export function wayBackSentence(
  { versionId, plan }: Pick<ReleaseRequest, "versionId" | "plan">,
  { versionId: served, releasesAgo, isItself }: WayBack,
): string {
  const ago = releasesAgo === 1 ? "until the last release" : `until ${releasesAgo} releases ago`;
  const which = isItself
    ? `Version ${versionId} served this Worker ${ago}`
    : `Version ${versionId} has the content of version ${served}, which served this Worker ${ago} (code, bindings and ` +
      "runtime settings; Cloudflare does not tell the values of secrets)";
  const soak = formatDuration(plan.stages.at(-1)?.soakMs ?? 0);
  return `${which}: it goes to 100 % at once and is watched for ${soak} (rollbackWindow: ${plan.rollbackWindow}).`;
}

/** What a preview says of a version that the last release has replaced. */
export function wayBackOutlook(versionId: string): string {
  return (
    `Version ${versionId} served before the last release: \`pulumi up\` gives it 100 % at once and watches it there ` +
    "(rollbackWindow), unless Cloudflare's deployments show that it was aborted, or left like that, since."
  );
}

/** What a preview says of a version that is not known yet. */
export function maybeWayBackText({ rollbackWindow }: Pick<Plan, "rollbackWindow">): string {
  const window =
    rollbackWindow === 1 ? "before the last release" : `within the last ${rollbackWindow} releases`;
  return `If it has the content of a version that served ${window} (a revert), it goes to 100 % at once (rollbackWindow).`;
}

/** What is told when a way back is deployed, also the message of its deployment. */
export function wayBackStageSentence(
  { scriptName, newVersionId, oldVersionId = "" }: Release,
  soakMs: number,
): string {
  return (
    `Way back of ${scriptName}: version ${newVersionId}, which served before, gets all traffic at once from version ` +
    `${oldVersionId}. It is watched for ${formatDuration(soakMs)}.`
  );
}

/** What is told when the watch is over and nothing was found wrong, also the message of the deployment that records it. */
export function wayBackCompletedSentence(
  { scriptName, newVersionId, startedAt }: Release,
  now: number,
): string {
  const watched = formatElapsed(now - startedAt);
  return `Way back of ${scriptName} complete: version ${newVersionId} serves all traffic again, watched for ${watched}.`;
}

/** What is told when the watch ends before its time and the version keeps the traffic. */
export function wayBackEndingSentence({ scriptName }: Release): string {
  return `Way back of ${scriptName}: the watch ends, and the version keeps all traffic.`;
}

/** Where the traffic is then. */
export function wayBackServesSentence({
  scriptName,
  newVersionId,
  oldVersionId = "",
}: Pick<Release, "scriptName" | "newVersionId" | "oldVersionId">): string {
  return (
    `Version ${newVersionId} keeps all traffic: version ${oldVersionId} was left on purpose, and only a person puts it ` +
    `back: ${deployAllCommand(scriptName, oldVersionId)}.`
  );
}

/** What to do then. */
export const wayBackTodo = "The next `pulumi up` watches an unchanged version again, through the last soak.";

/** What is known of the version that was left, beside a violation. */
export function leftText(
  { oldVersionId = "" }: Release,
  { left = noCounts }: Cause & { kind: "violated" },
): string {
  const shown = left.valid === 0 ? "has shown nothing to compare that with" : `had ${countsText(left)}`;
  return `; version ${oldVersionId}, which was left, ${shown} in the hour before`;
}
