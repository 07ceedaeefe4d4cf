import type { IncomingMessage } from "node:http";
import { cfOf } from "./cf";
import { CALLED } from "./site";
import { hopHeader, rayHeader, type Arrival, type Hop } from "./ray";

/** Headers of one connection: the next one has its own. The server has answered an `expect` already. */
const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Headers that only Cloudflare may set: what a client sends of them is dropped. */
export const EDGE_OWN: ReadonlySet<string> = new Set([
  "cf-connecting-ip",
  "cf-connecting-ipv6",
  "cf-ipcountry",
  "cf-ray",
  "cf-visitor",
  "cf-worker",
  "x-real-ip",
  "x-forwarded-proto",
  // workerd takes request.cf from this one.
  "mf-cf-blob",
]);

/** Cloudflare's limit for all headers of a request or an answer together. */
export const MAX_HEADER_BYTES = 128 * 1024;

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

/** `rawHeaders` without the names that `drop` says. */
function without(rawHeaders: readonly string[], drop: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (!drop(name.toLowerCase())) kept.push(name, rawHeaders[index + 1] ?? "");
  }
  return kept;
}

/** What Cloudflare adds to a request's headers, beside its ray: names and values in turn. */
export function addedHeaders(clientIp: string): string[] {
  const address = ["cf-connecting-ip", clientIp, "x-real-ip", clientIp];
  return address.concat("x-forwarded-proto", "http", "cf-visitor", '{"scheme":"http"}', "cf-ipcountry", "XX");
}

/** The address of a client. Who calls through a service binding has none. */
export function clientIpOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? "127.0.0.1";
}

/** What the version sees of a client's headers. */
export function forwardedHeaders(request: IncomingMessage, hop: Hop, isUpgrade: boolean): string[] {
  const headers = without(request.rawHeaders, (name) => HOP_BY_HOP.has(name) || EDGE_OWN.has(name));
  headers.push(...addedHeaders(clientIpOf(request)));
  headers.push("cf-ray", hopHeader(hop), "mf-cf-blob", cfOf(request, hop.colo));
  if (isUpgrade) headers.push("connection", "Upgrade", "upgrade", "websocket");
  // Without a length the body goes on in chunks, as it came.
  if (request.headers["transfer-encoding"] !== undefined) headers.push("transfer-encoding", "chunked");
  return headers;
}

/** What the client sees of a version's headers. */
export function answeredHeaders(answer: IncomingMessage, arrival: Arrival): string[] {
  const headers = without(
    answer.rawHeaders,
    (name) => HOP_BY_HOP.has(name) || name === "cf-ray" || name === CALLED,
  );
  headers.push("cf-ray", rayHeader(arrival));
  return headers;
}
