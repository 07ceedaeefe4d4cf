import type { IncomingMessage, ServerResponse } from "node:http";
import { sendBadRequest, sendTooLong } from "./pages";
import type { Arrival } from "./ray";

/** Cloudflare's limit. */
const MAX_URL_BYTES = 16 * 1024;

/** Refuses what Cloudflare never hands to a Worker. Returns whether it did. */
export function isRefused(request: IncomingMessage, response: ServerResponse, arrival: Arrival): boolean {
  const { url = "", headers } = request;
  if (url.length > MAX_URL_BYTES) {
    sendTooLong(response, arrival);
    return true;
  }
  // Whoever reads such a body otherwise than we do sees other requests than we do.
  if ((headers["transfer-encoding"] ?? "chunked").toLowerCase() !== "chunked") {
    sendBadRequest(response, arrival, "The only transfer encoding that is understood is chunked.");
    return true;
  }
  return false;
}
