import type { IncomingMessage, ServerResponse } from "node:http";
import { OBJECT_HEADERS } from "./object-headers";
import type { ObjectTrace } from "./object-tail";

/** Cloudflare's words to who waits for an object that begins anew with other code. */
const MESSAGE = "Durable Object reset because its code was updated.";

/** Tells a caller that the object it waits for was reset: the call throws. */
export function sendReset(response: ServerResponse): void {
  const error = { name: "Error", message: MESSAGE, remote: true, durableObjectReset: true };
  const thrown = encodeURIComponent(JSON.stringify(error));
  response.writeHead(500, { [OBJECT_HEADERS.thrown]: thrown }).end();
}

/** What an object did that was reset in the middle of a request, as workerd would tell it. */
export function resetTrace({ method = "GET", headers }: IncomingMessage, nowMs: number): ObjectTrace {
  const header = (name: string): string => String(headers[name] ?? "");
  const cfRay = headers["cf-ray"];
  const ownHeaders: Record<string, string> = typeof cfRay === "string" ? { "cf-ray": cfRay } : {};
  const request = { method, url: header(OBJECT_HEADERS.url), headers: ownHeaders };
  return {
    ...{ seenAt: nowMs, eventTimestamp: nowMs, outcome: "exception", logs: [], truncated: false },
    exceptions: [{ timestamp: nowMs, name: "Error", message: MESSAGE }],
    entrypoint: header(OBJECT_HEADERS.className),
    durableObjectId: header(OBJECT_HEADERS.id),
    event: { request },
  };
}
