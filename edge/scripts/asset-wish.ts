import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import type { AssetSessions } from "../assets/sessions";
import type { VersionAssets } from "../assets/types";
import type { UploadMetadata } from "./metadata";
import type { Version } from "./types";

/** The static assets of a version that is uploaded: those of an upload session, those of the version before, or none. */
export function assetsWished(
  sessions: AssetSessions,
  scriptName: string,
  { assets, keep_assets: keep }: UploadMetadata,
  latest: Version | undefined,
): VersionAssets | undefined {
  const config = assets?.config;
  if (assets?.jwt != null) {
    const session = sessions.completedBy(assets.jwt);
    if (session?.scriptName !== scriptName) throw noSession();
    return { files: session.files, config: config ?? {} };
  }
  if (keep !== true || latest?.assets === undefined) return undefined;
  return config ? { ...latest.assets, config } : latest.assets;
}

function noSession(): ApiError {
  return new ApiError(
    400,
    CODES.invalidScript,
    "metadata.assets.jwt is not the completion token of an upload session of this script, or it has expired: upload the " +
      "static assets again.",
  );
}
