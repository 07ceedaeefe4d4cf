import { isDeepStrictEqual } from "node:util";
import { CODES } from "../api/codes";
import { ApiError, noSuchVersion, noVersions } from "../api/error";
import { secretsChangedSince } from "../scripts/secrets";
import type { DurableObjects, Version } from "../scripts/types";
import type { Deployment, Share } from "./types";

/** Only so many of the versions uploaded last can be deployed. */
export const DEPLOYABLE = 100;

/** What a script is when one of its versions is to be deployed. */
export interface Standing {
  /** Newest first. */
  readonly versions: readonly Version[];
  readonly active: Deployment | undefined;
  readonly durableObjects: DurableObjects;
}

/** Refuses a deployment whose versions Cloudflare would not deploy; `force` lets changed secrets pass. */
export function checkDeployable(shares: readonly Share[], standing: Standing, force: boolean): void {
  if (standing.versions.length === 0) throw noVersions();
  const versions = shares.map(({ versionId }) => deployable(versionId, standing.versions));
  for (const version of versions) checkDurableObjects(version, standing);
  if (!force) for (const version of versions) checkSecrets(version, standing);
}

function deployable(id: string, versions: readonly Version[]): Version {
  const place = versions.findIndex((version) => version.id === id);
  const version = versions[place];
  if (version === undefined) throw noSuchVersion(id);
  if (place < DEPLOYABLE) return version;
  throw new ApiError(
    400,
    CODES.unparsableBody,
    `Version ${id} is too old to be deployed: only the last ${DEPLOYABLE} versions uploaded can be, which ` +
      "GET …/versions?deployable=true lists. Upload its code again.",
  );
}

/** Objects and code of before a migration do not fit those of after it, and a migration is never undone. */
function checkDurableObjects(version: Version, { durableObjects }: Standing): void {
  if (isDeepStrictEqual(version.durableObjects, durableObjects)) return;
  throw new ApiError(
    400,
    CODES.migrationInVersion,
    `Version ${version.id} cannot be deployed: a Durable Object migration has been applied since it was uploaded ` +
      `(migration tag '${version.durableObjects.tag ?? ""}' then, '${durableObjects.tag ?? ""}' now). ` +
      "Upload its code again as a new version.",
  );
}

/** A version that is live now is not rolled back to, so what it lacks is not missed now. */
function checkSecrets(version: Version, { versions: [latest], active }: Standing): void {
  if (latest === undefined || active?.shares.some(({ versionId }) => versionId === version.id)) return;
  const changed = secretsChangedSince(version, latest);
  if (changed.length === 0) return;
  throw new ApiError(
    400,
    CODES.secretsChanged,
    "A secret has changed since this version was active. If you are sure this is ok, add a ?force=true query " +
      // Wrangler reads the names from the end of this message.
      `parameter to allow the rollback. The following secrets have changed: ${changed.join(", ")}`,
  );
}
