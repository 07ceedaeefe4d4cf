import { unlessFault, type Deployments, type Urgency } from "../ports";
import type { Release } from "../release";

/** Cloudflare deploys none but the versions uploaded last, 100 of them. */
const windowSize = 100;
/** A colleague's branch or a busy pipeline uploads as many in a day. */
const fewLeft = 20;

/** After how many more uploads a version can no longer be deployed that has `newer` newer ones. */
export function uploadsUntilGone(newer: number): number {
  return windowSize - newer;
}

/**
 * After how many more uploads the old version can no longer be deployed, and the traffic not be put back; 0 when it is so
 * now, undefined where there is no old version or Cloudflare does not say.
 */
export async function uploadsLeft(
  { oldVersionId }: Pick<Release, "oldVersionId">,
  deployments: Deployments,
  urgency: Urgency = "look",
): Promise<number | undefined> {
  if (oldVersionId === undefined) return undefined;
  const versions = await deployments.deployable(urgency).catch(unlessFault(undefined));
  if (versions === undefined) return undefined;
  const newer = versions.indexOf(oldVersionId);
  return newer === -1 ? 0 : Math.max(0, uploadsUntilGone(newer));
}

/** What is wrong with a release whose old version is about to leave the window; undefined where it is far from that. */
export function windowWarning(
  { oldVersionId = "", scriptName }: Pick<Release, "oldVersionId" | "scriptName">,
  left: number | undefined,
): string | undefined {
  if (left === undefined || left > fewLeft) return undefined;
  const what = `version ${oldVersionId} of ${scriptName}, to which a revert goes`;
  if (left === 0) {
    return (
      `Cloudflare cannot deploy ${what}: only the ${windowSize} versions uploaded last can be, and it is older. ` +
      "Upload its code once more and deploy that version at 100 %; a release can start from it."
    );
  }
  return (
    `After ${left} more ${left === 1 ? "upload" : "uploads"} Cloudflare can no longer deploy ${what}: only the ${windowSize} versions uploaded last can be. ` +
    "Hold other uploads of this Worker back until the release is over."
  );
}
