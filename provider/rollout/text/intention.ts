import { formatPercent } from "../../plan/percent";
import type { Deployment } from "../ports";
import type { ReleaseRecord } from "../record/record";
import { percentOf } from "../release";
import { agoText, dateText, placeText } from "./words";
import type { DeploymentRequest } from "../write/write";

/** Where a version comes from. */
export interface VersionOrigin {
  /** In milliseconds since the epoch. */
  readonly uploadedAt: number;
  /** Who uploaded it and with what. */
  readonly author: string;
}

/**
 * What an order is going to do, for the person who gives it: from where to where the traffic goes, who uploaded the
 * versions and who deployed them.
 *
 * @param origins of the versions, by id; undefined where it is not known
 */
export function intentionText(
  scriptName: string,
  active: Deployment,
  { split, record }: DeploymentRequest,
  origins: ReadonlyMap<string, VersionOrigin | undefined>,
  now: number,
): string {
  const line = (role: string, versionId: string): string => {
    const shares = `${formatPercent(percentOf(active.split, versionId))} → ${formatPercent(percentOf(split, versionId))}`;
    return `  ${role}       ${shares} to version ${versionId}, ${originText(origins.get(versionId))}`;
  };
  const { id, oldVersionId, newVersionId } = record;
  return [
    `Release ${id} of ${scriptName}${active.record ? ` is in stage ${placeOf(active.record, active)}` : ""}.`,
    ...(oldVersionId === undefined ? [] : [line("old", oldVersionId)]),
    line("new", newVersionId),
    `  deployed  ${agoText(active.createdAt, now)}, by ${active.author}`,
  ].join("\n");
}

function placeOf({ stage, stages, newVersionId }: ReleaseRecord, { split }: Deployment): string {
  return placeText(stage, stages, percentOf(split, newVersionId));
}

function originText(origin: VersionOrigin | undefined): string {
  if (origin === undefined) return "uploaded by an unknown person";
  return `uploaded ${dateText(origin.uploadedAt)} by ${origin.author}`;
}
