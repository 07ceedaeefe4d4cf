import type { Deployment } from "../ports";
import { maxMessageBytes, truncate } from "../record/recordText";
import type { Lost } from "../write/overwritten";
import { deployCommand, sharesText, withPeriod } from "./words";

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
    `${author} deployed ${sharesText(split, " and ")} of ${scriptName} in the same moment, and that was overwritten. ` +
    "It is deployed again, as it was."
  );
}

/** What is told when a deployment was overwritten and could not be made again. */
export function lostSentence(scriptName: string, { deployment: { author, split }, trouble }: Lost): string {
  return (
    `${author} deployed ${sharesText(split, " and ")} of ${scriptName} in the same moment, and that was overwritten. It could not be ` +
    `deployed again: ${withPeriod(trouble)} Do so by hand: ${deployCommand(scriptName, split)}`
  );
}
