import type { Deployment } from "../ports";
import type { ReleaseRecord } from "../record/record";
import type { ReleaseRequest } from "../release";
import { dateText, sharesText } from "./words";

/** Why a request is not carried out, in sentences. */
export interface Refusal {
  readonly found: string;
  /** What to do; empty where `found` says it. */
  readonly todo: string;
}

/** Why nothing is released over a split of somebody else, and what to do. */
export function foreignSplitRefusal(
  { scriptName, versionId, takeOver }: ReleaseRequest,
  { id, split, author }: Deployment,
): Refusal {
  const isSplitOfNew = split.some((share) => share.versionId === versionId);
  const effect = isSplitOfNew
    ? "the release then goes on from its share"
    : "the version with the larger share then gets all traffic back, and the release starts from it";
  const way =
    takeOver === id
      ? "Both versions have the same share, so it cannot be told which one is old: give one of them all traffic."
      : `Finish that deployment or roll it back. Or take it over with the input takeOver: "${id}"; ${effect}.`;
  return {
    found:
      `The traffic of Worker ${scriptName} is split already (${sharesText(split, ", ")}), by ${author}: a release starts from one version ` +
      "that has all traffic.",
    todo: way,
  };
}

/** Why nothing is released while somebody else drives a release, and what to do. */
export function othersReleaseRefusal(scriptName: string, active: Deployment, record: ReleaseRecord): Refusal {
  return {
    found:
      `A release of Worker ${scriptName} is under way that another stack or program drives: ${record.id}, owner ` +
      `${record.owner}, begun ${dateText(record.startedAt)}, last deployed ${dateText(active.createdAt)} by ` +
      `${active.author}.`,
    todo:
      `Wait until it has ended, or end it: workers-release abort ${scriptName}. ` +
      `If nobody drives it any more, take it over with the input takeOver: "${active.id}".`,
  };
}
