import type { Release } from "../release";

// A version with the content of the one that serves: whatever is found is true of both.

/** What is told when the traffic has been switched, also the message of its deployment. */
export function switchedSentence({ scriptName, newVersionId, oldVersionId = "" }: Release): string {
  return (
    `Switch of ${scriptName}: version ${newVersionId} serves all traffic. It has the same content as version ` +
    `${oldVersionId}, so no stage ran and nothing was judged.`
  );
}

/** What is to be known of a release that is complete, where Cloudflare tells no difference. */
export const toldSameCompletedText =
  "As far as Cloudflare tells, its content is that of the old version: unless a secret or a static asset has changed, " +
  "nothing was judged by it.";

/** The same after a revert. */
export const toldSameRevertedText =
  "As far as Cloudflare tells, it has the same content as the new one (not told: the values of secrets, static assets).";
