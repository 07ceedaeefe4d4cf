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

/** The refusal for a script that is not there, or not any more. */
export function noSuchScript(): ApiError {
  return new ApiError(404, CODES.scriptNotFound, "This Worker does not exist on your account.");
}
