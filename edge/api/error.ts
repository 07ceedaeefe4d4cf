import { CODES } from "./codes";

/** A refusal the API answers with, as Cloudflare's envelope spells it: an HTTP status, an error code, and a message. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** The refusal for a version that is not there. */
export function noSuchVersion(id: string): ApiError {
  return new ApiError(404, CODES.versionNotFound, `Version ${id} does not exist for this Worker.`);
}

/** The refusal for what needs a version, of a script that has none. */
export function noVersions(): ApiError {
  return new ApiError(
    404,
    CODES.noVersions,
    "This Worker has no versions. Upload one with `wrangler deploy`, PUT …/scripts/{name} or POST …/versions.",
  );
}

/** The refusal for a script that is not there, or not any more. */
export function noSuchScript(): ApiError {
  return new ApiError(404, CODES.scriptNotFound, "This Worker does not exist on your account.");
}
