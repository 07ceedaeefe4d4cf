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

/** The refusal for a version that is not there, whether it is to be read or deployed. */
export function noSuchVersion(id: string): ApiError {
  return new ApiError(
    404,
    CODES.notFound,
    `workers.api.error.version_not_found: version ${id} does not exist for this Worker. GET …/versions lists those that do.`,
  );
}

/** The refusal for a version that is there, and not known everywhere yet: to be tried again. */
export function versionNotReady(id: string): ApiError {
  return new ApiError(404, CODES.versionNotReady, `Version ${id} is not ready yet. Try again in a moment.`);
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
  return new ApiError(404, CODES.notFound, "This Worker does not exist on your account.");
}
