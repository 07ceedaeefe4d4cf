import type { Deployment } from "./ports";
import { soleVersion } from "./outcome";
import type { ReleaseRecord } from "./record/record";

/** A version that had all traffic before. */
export interface ServedBefore {
  readonly versionId: string;
  /** How many releases ago: 1 for the version that the one that serves now has replaced. */
  readonly releasesAgo: number;
}

/** What the deployments of a Worker tell of its versions. */
export interface Past {
  /** The versions that had all traffic and may have it again at once, the last one first, without the one that serves now. */
  readonly good: readonly ServedBefore[];
  /** Those that were aborted, or left by a way back: they go through the stages. */
  readonly bad: readonly string[];
}

/**
 * Reads out of the deployments that Cloudflare lists which versions served before. A release tells it of the version that
 * it began from and of the one that it has completed; a deployment without a record by having given one version all
 * traffic. One whose record is not proven tells nothing: it may be the last stage of a release that was aborted.
 *
 * @param recent the newest deployments, newest first
 */
export function pastOf(recent: readonly Deployment[]): Past {
  const reigns: string[] = [];
  const bad = new Set<string>();
  const cleared = new Set<string | undefined>();
  for (const deployment of recent) {
    for (const versionId of leftAsBad(deployment.record)) {
      // What it has shown since is newer.
      if (!cleared.has(versionId)) bad.add(versionId);
    }
    cleared.add(clearedBy(deployment));
    for (const versionId of inReign(deployment)) {
      if (reigns.at(-1) !== versionId) reigns.push(versionId);
    }
  }
  const served = [...new Set(reigns)].filter((versionId) => versionId !== reigns[0]);
  const isBad = (versionId: string): boolean => bad.has(versionId) || wasLeft(versionId, reigns);
  return {
    good: served
      .filter((versionId) => !isBad(versionId))
      .map((versionId) => ({ versionId, releasesAgo: reigns.indexOf(versionId) })),
    bad: [...new Set([...bad, ...served.filter(isBad)])],
  };
}

/** The versions that had all traffic by a deployment, the last one first. */
function inReign(deployment: Deployment): readonly string[] {
  const { record } = deployment;
  const kept = record && stays(record) ? record.newVersionId : clearedBy(deployment);
  return [kept, record?.oldVersionId].filter((versionId) => versionId !== undefined);
}

/** The version that a deployment shows to be fine, or that somebody takes for it. */
function clearedBy({ record, isUnproven, split }: Deployment): string | undefined {
  if (record?.phase === "completed") return record.newVersionId;
  return record === undefined && !isUnproven ? soleVersion(split) : undefined;
}

/** The versions that a deployment shows to be known as bad. */
function leftAsBad(record: ReleaseRecord | undefined): readonly string[] {
  if (record === undefined) return [];
  const found = record.phase === "aborted" || stays(record) ? [record.newVersionId] : [];
  return record.isWayBack && record.oldVersionId !== undefined ? [...found, record.oldVersionId] : found;
}

/** True where a way back did not end well, and its version kept the traffic. */
function stays({ phase, isWayBack }: ReleaseRecord): boolean {
  return phase === "inconclusive" && isWayBack === true;
}

/** Whether a version was given up for one that had served before it. */
function wasLeft(versionId: string, reigns: readonly string[]): boolean {
  const last = reigns.indexOf(versionId);
  const successor = reigns[last - 1];
  return successor !== undefined && reigns.slice(last + 1).includes(successor);
}
