import { lookup as systemLookup, type LookupOptions } from "node:dns";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";

/** The `user-agent` of all probes, by which the telemetry can tell them from requests of visitors. */
export const probeAgent = "pulumi-workers-release";

/** What a probe got for an answer. */
export interface ProbeAnswer {
  readonly status: number;
  /** Cloudflare's id of the request, as its telemetry has it; undefined when something else has answered. */
  readonly rayId: string | undefined;
  /** The value of a header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** Sends one request and waits for the head of its answer. Throws when there is none in time. */
export async function sendProbe(
  url: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<ProbeAnswer> {
  const send = new URL(url).protocol === "https:" ? httpsRequest : httpRequest;
  // A connection of its own: one that another version has kept open would not show what a new client meets.
  const options = { headers, agent: false, lookup, signal: AbortSignal.timeout(timeoutMs) };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    send(url, options, resolve).on("error", reject).end();
  });
  // What it says does not matter, and a body cut short is no failure of the version.
  answer.on("error", () => undefined).destroy();
  return {
    status: answer.statusCode ?? 0,
    rayId: valueOf(answer, "cf-ray")?.split("-", 1)[0],
    header: (name) => valueOf(answer, name),
  };
}

function valueOf(answer: IncomingMessage, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** Names below `localhost` are this machine's by RFC 6761, which not every system's resolver knows. */
export const lookup: LookupFunction = (hostname: string, options: LookupOptions, callback) => {
  if (hostname.endsWith(".localhost")) systemLookup("localhost", options, callback);
  else systemLookup(hostname, options, callback);
};
