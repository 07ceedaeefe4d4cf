import { formatElapsed } from "../../plan/duration";
import { formatPercent } from "../../plan/percent";
import { goesBack, isVerdict, type Cause } from "../cause";
import type { Confirmation } from "../look/confirm";
import type { GaveUp } from "../decide/action";
import type { DeploymentStatus } from "../deploymentStatus";
import type { Deployment } from "../ports";
import { hasAllTraffic, percentOf, stagePercent, type Release } from "../release";
import type { Failed } from "../write/reverted";
import type { State } from "../state";
import { frozenRefusal } from "./freezeText";
import { toldSameRevertedText } from "./sameContentText";
import { watchedServesSentence, watchTodo } from "./watchText";
import { wayBackServesSentence, wayBackTodo } from "./wayBackText";
import { afterAbort } from "./causeText";
import type { Refusal } from "./refusalText";
import { clockText, deployAllCommand, joined, stageText, withPeriod } from "./words";

/** What to do after an ending that put the traffic back. */
export const afterEnd = {
  aborted: afterAbort,
  inconclusive: "That is no verdict on the version. The next `pulumi up` releases it from the first stage.",
};

/** What to do after a revert for `cause`. */
export function todoAfter(cause: Cause, release: Release): string {
  if (isVerdict(cause, release)) return afterEnd.aborted;
  const kept = release.oldVersionId === undefined ? watchTodo(cause) : wayBackTodo;
  const todo = goesBack(cause, release) ? afterEnd.inconclusive : kept;
  const remedy = remedies[cause.kind];
  return remedy === undefined ? todo : `${todo} ${remedy}`;
}

/** What makes the next release end better. */
const remedies: Partial<Record<Cause["kind"], string>> = {
  unsure: "A longer soak or more traffic tells chance from a fault.",
  insufficient: "Give the stage a longer soak, a larger share or a smaller minRequests.",
  wrongShare:
    "Find out which requests keep to one version, by a version key, a cache or an address of its own. If that is meant to " +
    'be so, set whenUnsure to "ask" or "progress".',
  notApproved: "Set a longer approvalTimeout if it takes longer to decide.",
  blind: "Look into why Cloudflare did not answer first: `workers-release doctor` tells what does not work.",
  stuck: "Look into why Cloudflare did not take the split first.",
};

/** Where the traffic is after a revert. */
export function revertedSentence(
  release: Pick<Release, "oldVersionId" | "newVersionId" | "sameContent">,
): string {
  if (release.oldVersionId === undefined) return watchedServesSentence(release);
  const back = `All traffic is back on the old version ${release.oldVersionId}.`;
  return release.sameContent === undefined ? back : `${back} ${toldSameRevertedText}`;
}

/** Where the traffic is after a release that ended for `cause`. */
export function whereSentence(release: Release, cause: Cause): string {
  const isKept = release.oldVersionId !== undefined && !goesBack(cause, release);
  return isKept ? wayBackServesSentence(release) : revertedSentence(release);
}

/** Where the traffic is after a release that others have ended, and what to do. */
export function afterOthersEnding(
  release: Release,
  active: Deployment | undefined,
  ending: keyof typeof afterEnd,
): string {
  const isKept = active !== undefined && hasAllTraffic(active, release.newVersionId);
  const where =
    isKept && release.oldVersionId !== undefined ? wayBackServesSentence(release) : revertedSentence(release);
  return joined([where, isKept && ending === "inconclusive" ? wayBackTodo : afterEnd[ending]]);
}

/** Where the traffic is when somebody has deployed right after a revert. */
export function deployedAfterSentence({ oldVersionId = "" }: Release, after: Deployment): string {
  const since = deployedSinceSentence(after, `something else (${splitText(after)})`);
  return `All traffic was put back on the old version ${oldVersionId}. ${since}`;
}

/** That somebody has deployed meanwhile, and that nobody has touched it. */
export function deployedSinceSentence(
  { author }: Pick<Deployment, "author">,
  what = "something else",
): string {
  return `Since then ${author} has deployed ${what}, which was left as it is.`;
}

/** What the telemetry has shown since a revert; empty where nobody looked. */
export function confirmationSentence(
  { scriptName, newVersionId }: Release,
  confirmation: Confirmation,
): string {
  switch (confirmation.kind) {
    case "confirmed":
      return `Confirmed by the telemetry: the new version has served nothing since ${clockText(confirmation.since)}.`;
    case "stillServing": {
      const { requests, of, since } = confirmation;
      return (
        `NOT CONFIRMED: since ${clockText(since)} version ${newVersionId} has still served ${requests} of ${of} requests. ` +
        `Look at the traffic now: npx wrangler deployments status --name ${scriptName}.`
      );
    }
    case "unseen":
      return `Not confirmed: the telemetry has shown too few requests in the ${formatElapsed(confirmation.forMs)} since.`;
    case "none":
      return "";
  }
}

/** That a revert was written without a look at the deployments. */
export const unreadSentence =
  "Cloudflare did not tell what was deployed, so the traffic was put back without a look at it: check that nobody " +
  "deployed meanwhile.";

/** The loudest sentence of all: traffic is where it should not be. */
export function revertFailedSentence(
  release: Release,
  { percent, forMs, trouble, oldIsGone }: Failed,
): string {
  const { scriptName, newVersionId, oldVersionId = "" } = release;
  const way = oldIsGone
    ? `Cloudflare cannot deploy the old version ${oldVersionId} any more, since too many versions were uploaded after ` +
      "it. Check out its code and deploy it anew now: npx wrangler deploy."
    : `Put it back by hand now: ${deployAllCommand(scriptName, oldVersionId)}. If that is ` +
      "refused as well, check out the old version's code and deploy it anew: npx wrangler deploy.";
  return (
    `COULD NOT REVERT: version ${newVersionId} still gets ${formatPercent(percent)} of the traffic of ${scriptName}. ${way} ` +
    `Cloudflare did not take it for ${formatElapsed(forMs)}: ${withPeriod(trouble)}`
  );
}

/** That a release is complete though its last deployment could not be made. */
export function unrecordedSentence(trouble: string): string {
  return `Only the deployment that records this could not be made: ${withPeriod(trouble)}`;
}

/** The split stays, since the plan wants it so. */
export function heldSentence(release: Release, state: State, active: Deployment | undefined): string {
  // Somebody may have approved the next stage by its split, which is not entered any more.
  const percent = active ? percentOf(active.split, release.newVersionId) : stagePercent(release, state.stage);
  return (
    `Release of ${release.scriptName}: interrupted in ${stageText(release, state.stage)}. As the plan says (onInterrupt: ` +
    `hold), version ${release.newVersionId} keeps ${formatPercent(percent)} of the traffic and nobody watches it. ` +
    "The next `pulumi up` goes on from here."
  );
}

/** Where the traffic of a version is that was to keep it, where Cloudflare does not tell. */
export function unknownSentence({ scriptName, newVersionId }: Release): string {
  return (
    `It is NOT KNOWN whether version ${newVersionId} has the traffic: look at it now: ` +
    `npx wrangler deployments status --name ${scriptName}.`
  );
}

/** That nobody looks after a split any more, and how to end it. */
export function splitRemainsSentence(
  scriptName: string,
  {
    versionId = "",
    oldVersionId,
  }: { readonly versionId?: string | undefined; readonly oldVersionId?: string | undefined },
): string {
  const back =
    oldVersionId === undefined
      ? ""
      : `Back to the old version: ${deployAllCommand(scriptName, oldVersionId)}. `;
  return (
    `the Release is deleted, and the traffic of Worker ${scriptName} stays split as it is: nobody watches it and nothing ` +
    `ends it. ${back}On to the new version: ${deployAllCommand(scriptName, versionId)}. \`npx workers-release status ${scriptName}\` shows the split.`
  );
}

/** What others did that ended the release. */
export function foundByOthers(release: Release, state: State, status: DeploymentStatus): string {
  const where = `Release of ${release.scriptName}: in ${stageText(release, state.stage)}`;
  switch (status.kind) {
    case "ended":
      return status.sentence;
    case "rolledBack":
      return `${where}, ${status.by} put the old version back to 100 %${saidText(status)}.`;
    case "promoted":
      return `${where}, ${status.by} gave version ${release.newVersionId} all traffic${saidText(status)}.`;
    case "superseded":
      return `${where}, ${status.by} deployed something else${saidText(status)}`;
    case "takenOver":
      return `${where}, another run (${status.record.run}) has taken the release over.`;
    default:
      return `${where}, ${"by" in status ? status.by : "somebody else"} deployed something else`;
  }
}

/** What somebody has written to a deployment, such as the reason of a `wrangler rollback`. */
function saidText({ said }: { readonly said?: string }): string {
  return said === undefined ? "" : `, saying "${said}"`;
}

/** That a release has ended since others go on, and what to do. */
export function supersededSentence(
  found: string,
  status: DeploymentStatus,
  active: Deployment | undefined,
): string {
  if (status.kind === "takenOver") return `${found} This run has left the traffic to it and ended.`;
  return (
    `${found} (${splitText(active)}). That was left as it is, and the release ended. ` +
    "When it is sorted out, `pulumi up` starts the release again."
  );
}

function splitText(active: Deployment | undefined): string {
  return (
    active?.split.map((share) => `${formatPercent(share.percent)} ${share.versionId}`).join(", ") ?? "nothing"
  );
}

/** Why a release ended before it moved anything, and what to do. */
export function gaveUp({ scriptName }: Pick<Release, "scriptName">, because: GaveUp): Refusal {
  const found = (what: string): string => `Release of ${scriptName}: ${what}`;
  switch (because.kind) {
    case "interrupted":
      return { found: found("interrupted before it began."), todo: "The next `pulumi up` starts it." };
    case "overtaken":
      return {
        found: found(`${because.by} deployed while it was about to begin. That was left as it is.`),
        todo: "Look at what was deployed; then `pulumi up` starts the release from it.",
      };
    case "frozen":
      return frozenRefusal({ scriptName }, because.until, because.now);
    case "gate": {
      const { isTimeout, answer } = because;
      const what = isTimeout
        ? "the gate of the first stage did not open in time"
        : "the gate of the first stage holds it";
      return {
        found: found(`${what}: ${answer.text === "" ? "it has not answered" : answer.text}.`),
        todo: "`pulumi up` asks it again.",
      };
    }
    case "writesFail":
      return {
        found: found(`the first split was not deployed. ${withPeriod(because.trouble)}`),
        todo: "Run `pulumi up` again.",
      };
  }
}
