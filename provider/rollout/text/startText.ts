import { formatElapsed } from "../../plan/duration";
import type { Deployment } from "../ports";
import type { OwnUpload } from "../ownUpload";
import type { Release, ReleaseRequest, SameContent } from "../release";
import type { Refusal } from "./refusalText";
import { agoText, joined, stageText } from "./words";

// What is told when a release begins, of the versions and of who has moved the traffic.

/** Why a version is not released that the Worker does not have, and what to do. */
export function missingVersionRefusal(scriptName: string, versionId: string, forMs: number): Refusal {
  return {
    found: `Worker ${scriptName} has no version ${versionId}: Cloudflare was asked for it for ${formatElapsed(forMs)}.`,
    todo:
      "Give versionId what an upload answered with: the `versionId` of a ScriptVersion, the `id` of a WorkerVersion or the " +
      "id that `wrangler versions upload` prints. What the Worker has shows `npx wrangler versions list --name " +
      `${scriptName}\`; check that accountId is its account.`,
  };
}

/** What to write instead of what moves the traffic beside a release. */
const insteadText =
  "If this program did it, by WorkersScript, WorkersDeployment or `deploy: true` of WorkerVersion, take that out: " +
  "Worker with WorkerVersion, or ScriptVersion, uploads versions, and the Release alone deploys them.";

/** How recent a deployment must be to come from the program that releases: longer than any `pulumi up` prepares. */
const recentMs = 600_000;

/** That a release has nothing to compare, and what comes of that. */
export function sameContentWarning(
  same: SameContent,
  versionId: string,
  oldVersionId: string,
  active: Deployment | undefined,
  now: number,
): string {
  const found = `Version ${versionId} has the same content as version ${oldVersionId}, which serves now:`;
  const what =
    same === "all"
      ? `${found} code, bindings and runtime settings are the same, and it has neither secrets nor static assets. So this ` +
        "is no release: it gets all traffic at once, no stage runs and nothing is judged."
      : `${found} code, bindings and runtime settings are the same. Cloudflare does not tell the values of secrets, nor ` +
        "static assets, so it goes through the stages. Where none of these has changed, this is no release: the version is " +
        "compared with itself.";
  if (active === undefined || active.record !== undefined || !isRecent(active, now)) return what;
  return `${what} No release put that one live: ${deployedText(active, now)}. Nothing has judged it. ${insteadText}`;
}

/** That there is nothing to release since the version has all traffic, who gave it that, and what to write instead. */
export function servingSentence(versionId: string, active: Deployment, now: number): string {
  const serves = `Version ${versionId} serves all traffic already`;
  const { record } = active;
  if (record?.phase === "completed") return `${serves}: release ${record.id} has brought it there.`;
  const found = `${serves}: ${deployedText(active, now)}. No stage ran, and nothing was judged.`;
  if (!isRecent(active, now)) return found;
  return active.byUpload ? `${found} Its upload has deployed it. ${insteadText}` : `${found} ${insteadText}`;
}

/** Why no stage runs: the upload of the version gave it all traffic, and no older one can take its place. */
export function ownUploadSentence(
  { scriptName, versionId }: Pick<ReleaseRequest, "scriptName" | "versionId">,
  why: OwnUpload,
  active: Deployment,
  now: number,
): string {
  const what =
    why === "first"
      ? `is the first of Worker ${scriptName}, so its upload gave it all traffic`
      : "brings a Durable Object migration, so its upload gave it all traffic, and Cloudflare deploys no older version any more";
  return `Version ${versionId} ${what}: ${deployedText(active, now)}. No stage runs.`;
}

/** That somebody has deployed since the version was released, which a release of it undoes: by whom, and what they said. */
export function driftSentence(
  { scriptName, newVersionId, oldVersionId = "" }: Release,
  active: Deployment,
  now: number,
): string {
  return (
    `Warning: version ${oldVersionId} serves all traffic of ${scriptName}, not what was released last: ` +
    `${deployedText(active, now)}. The program still asks for version ${newVersionId}, which is released again.`
  );
}

/** That a release skips its first stages, and what that means for its verdicts. */
export function startAtSentence(release: Release, stage: number): string {
  const many = `stages 1 ${stage === 2 ? "and" : "to"} ${stage} are skipped`;
  const skipped = stage === 1 ? "stage 1 is skipped" : many;
  const compared = release.plan.slos.filter(
    ({ maxIncrease, sli }) => maxIncrease !== undefined || sli.kind === "slower",
  );
  const comparisons =
    compared.length === 0
      ? ""
      : `Compared with the old version: ${compared.map(({ name }) => name).join(", ")}. If that one is broken, more is ` +
        "allowed there; a max and a limit hold as always.";
  return joined([
    `Release of ${release.scriptName}: begins in ${stageText(release, stage)}, ${skipped} (startAt).`,
    comparisons,
    `A violation puts the traffic back on version ${release.oldVersionId ?? ""}, broken or not.`,
    "Take startAt out of the program afterwards: it holds for every release.",
  ]);
}

/** Whether a deployment may come from the program that releases. */
function isRecent({ createdAt }: Deployment, now: number): boolean {
  return now - createdAt < recentMs;
}

/** Who made a deployment, when, and what they said. */
function deployedText({ author, createdAt, message, record }: Deployment, now: number): string {
  const said = record === undefined && message !== "" ? `, saying "${message}"` : "";
  return `${author} deployed it ${agoText(createdAt, now)}${said}`;
}
