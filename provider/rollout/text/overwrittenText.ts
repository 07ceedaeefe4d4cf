import { formatPercent } from "../../plan/percent";
import type { Deployment } from "../ports";
import { maxMessageBytes, truncate } from "../record/recordText";
import type { Lost } from "../write/overwritten";
import { withPeriod } from "./words";

/** The message of a deployment that is made again since a write of ours had overwritten it. A release's says what it said. */
export function againSentence({ author, message, record }: Deployment): string {
  if (record !== undefined) return message;
  const said = message === "" ? "." : `: ${message}`;
  return truncate(
    `Deployed again for ${author}, overwritten in the same moment by a release${said}`,
    maxMessageBytes,
  );
}

/** What is told when a deployment was overwritten and made again. */
export function madeAgainSentence(scriptName: string, { author, split }: Deployment): string {
  return (
    `${author} deployed ${splitText(split)} of ${scriptName} in the same moment, and that was overwritten. ` +
    "It is deployed again, as it was."
  );
}

/** What is told when a deployment was overwritten and could not be made again. */
export function lostSentence(scriptName: string, { deployment: { author, split }, trouble }: Lost): string {
  const shares = split.map(({ versionId, percent }) => `${versionId}@${percent}%`).join(" ");
  return (
    `${author} deployed ${splitText(split)} of ${scriptName} in the same moment, and that was overwritten. It could not be ` +
    `deployed again: ${withPeriod(trouble)} Do so by hand: npx wrangler versions deploy ${shares} --name ${scriptName} --yes`
  );
}

function splitText(split: Deployment["split"]): string {
  return split.map(({ versionId, percent }) => `${formatPercent(percent)} to ${versionId}`).join(" and ");
}
