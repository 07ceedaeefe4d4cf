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
