import type { IncomingMessage, ServerResponse } from "node:http";
import { sendBadRequest, sendTooLong } from "./pages";

/** Cloudflare's limit. */
const MAX_URL_BYTES = 16 * 1024;

/** Refuses what Cloudflare never hands to a Worker. Returns whether it did. */
export function isRefused(request: IncomingMessage, response: ServerResponse, ray: string): boolean {
  const { url = "", headers } = request;
  if (url.length > MAX_URL_BYTES) {
    sendTooLong(response, ray);
    return true;
  }
  // Whoever reads such a body otherwise than we do sees other requests than we do.
  if ((headers["transfer-encoding"] ?? "chunked").toLowerCase() !== "chunked") {
    sendBadRequest(response, ray, "The only transfer encoding that is understood is chunked.");
    return true;
  }
  return false;
}
