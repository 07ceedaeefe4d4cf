import type { Deployment } from "../ports";
import { isUnderWay, type ReleaseRecord } from "./record";

/** No release takes longer: its plan may say 59 days at most. In milliseconds. */
export const longestReleaseMs = 60 * 86_400_000;
/** The release's clock and Cloudflare's may differ by so much, in milliseconds. */
const clockSkewMs = 60_000;

/**
 * Whether a record can be true of the deployment it stands in. The split is the fact, and the record only explains it:
 * a release under way has its old and its new version in traffic and no other, one that was put back the old version
 * alone, one that is complete the new one alone.
 */
export function isBelievable(
  record: ReleaseRecord,
  { split, createdAt }: Pick<Deployment, "split" | "createdAt">,
): boolean {
  const took = createdAt - record.startedAt;
  return took >= -clockSkewMs && took <= longestReleaseMs && explains(record, split);
}

function explains(record: ReleaseRecord, split: Deployment["split"]): boolean {
  const { oldVersionId, newVersionId } = record;
  const serving = split.filter(({ percent }) => percent > 0).map(({ versionId }) => versionId);
  const isAlone = (versionId: string): boolean => serving.length === 1 && serving[0] === versionId;
  if (isUnderWay(record)) {
    // A version at 0 % is named as well, or left out: it makes no difference.
    return split.every(({ versionId }) => versionId === newVersionId || versionId === oldVersionId);
  }
  // A way back that did not end well has left its version all traffic.
  if (record.isWayBack && record.phase === "inconclusive") return isAlone(newVersionId);
  return isAlone(record.phase === "completed" ? newVersionId : (oldVersionId ?? newVersionId));
}
