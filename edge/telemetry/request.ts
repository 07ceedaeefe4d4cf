import type { IncomingMessage } from "node:http";
import { cfOf } from "../data/cf";
import { addedHeaders, EDGE_OWN } from "../data/headers";
import type { Colo } from "../data/locations";
import { rayHeader } from "../data/ray";

/**
 * The head of a request is kept as the visitor sent it, since what Cloudflare adds is the same for all, and is shown as
 * the Worker saw it. Its form is the one that costs those least who serve the request: the HTTP version, the location,
 * the address of the client, then the headers, name and value in turn, a line each.
 */
export function headOf(
  { httpVersion, rawHeaders }: Pick<IncomingMessage, "httpVersion" | "rawHeaders">,
  colo: Colo,
  clientIp: string,
): string {
  return `${httpVersion}\n${colo}\n${clientIp}\n${rawHeaders.join("\n")}`;
}

/** The rule of workerd for what a tail worker may see of headers (`TraceItem` in trace.c++). */
const SECRET = /^(set-)?cookie$|auth|jwt|key|secret|token/;

/** A head without the values of headers that may hold a secret, and with small letters in names. */
export function keptHead(head: string): string {
  const [httpVersion, colo, clientIp, ...headers] = head.split("\n");
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = (headers[index] ?? "").toLowerCase();
    if (!EDGE_OWN.has(name)) kept.push(name, SECRET.test(name) ? "REDACTED" : (headers[index + 1] ?? ""));
  }
  return [httpVersion, colo, clientIp, ...kept].join("\n");
}

interface Head {
  readonly httpVersion: string;
  readonly colo: Colo;
  readonly clientIp: string;
  readonly headers: Record<string, string>;
}

function parsed(kept: string): Head {
  const [httpVersion = "", colo = "", clientIp = "", ...headers] = kept.split("\n");
  return { httpVersion, colo, clientIp, headers: byName(headers) };
}

/** Headers of the same name are one. */
function byName(lines: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [name = "", value = ""] = lines.slice(index, index + 2);
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}

/** The headers that the Worker saw. A request that comes from no visitor's has no ray. */
export function headersOf(kept: string, rayId: string | undefined): Record<string, string> {
  const { headers, clientIp, colo } = parsed(kept);
  const ray = rayId === undefined ? {} : { "cf-ray": rayHeader({ ray: rayId, colo }) };
  return { ...headers, ...byName(addedHeaders(clientIp)), ...ray };
}

/** The `request.cf` that the Worker saw, as JSON. */
export function cfJsonOf(kept: string): string {
  const head = parsed(kept);
  return cfOf(head, head.colo);
}

/**
 * The parameters of a URL, those that are numbers as numbers; undefined when it has none. Of a name that comes more
 * than once the last value is taken; what Cloudflare does there is not known.
 */
export function searchOf(url: string): Record<string, string | number> | undefined {
  const parameters = [...new URLSearchParams(url.split("?").slice(1).join("?"))];
  if (parameters.length === 0) return undefined;
  return Object.fromEntries(
    parameters.map(([name, value]) => [name, isNumber(value) ? Number(value) : value]),
  );
}

/** A text that reads the same when it has been a number: a long id would lose digits. */
function isNumber(text: string): boolean {
  return Number.isFinite(Number(text)) && String(Number(text)) === text;
}
