import { createRequire } from "node:module";
import { Command, InvalidArgumentError } from "commander";

interface Options {
  readonly port: number;
  readonly host?: string;
  readonly state?: string;
  readonly token?: readonly TokenGiven[];
  readonly rateLimit?: RateLimit | false;
  readonly ingestDelay?: readonly [from: number, to: number];
  readonly subdomain: string;
  readonly cpuLimit?: number;
  readonly memoryLimit?: number;
}

interface RateLimit {
  readonly requests: number;
  readonly seconds: number;
}

/** `workers-release edge` */
export function edgeCommand(): Command {
  return new Command("edge")
    .description(
      "Runs a local Cloudflare to rehearse releases on, until it is stopped with Ctrl-C or SIGTERM.",
    )
    .option("--port <number>", "the port to listen on; 0 for a free one", port, 8787)
    .option("--host <address>", "the IP address to listen at (default: 127.0.0.1, for this machine only)")
    .option("--state <folder>", "keeps Workers, deployments and telemetry there (default: gone at the end)")
    .option(
      "--token <token[:permissions]>",
      "an API token to accept; may be given more than once (default: a random one, kept in the state)",
      addToken,
    )
    .option(
      "--rate-limit <requests/seconds>",
      "how many requests of the API each token may make; off for any number (default: 1200/300)",
      rateLimit,
    )
    .option(
      "--ingest-delay <seconds[-seconds]>",
      "how long telemetry takes to be found by queries; from-to for each invocation its own (default: 0)",
      ingestDelay,
    )
    .option("--subdomain <name>", "the account's workers.dev subdomain", "local")
    .option(
      "--cpu-limit <ms>",
      "CPU time of a request, for versions uploaded without one (default: 30000)",
      whole,
    )
    .option("--memory-limit <megabytes>", "memory of a version (default: 128)", whole)
    .addHelpText("after", whatItIs)
    .action(runEdge);
}

const whatItIs = `
As soon as it answers it prints what to export for Cloudflare's clients, one
NAME=value a line. A Worker answers at http://<script>.<subdomain>.localhost:<port>/
once its subdomain is enabled. A state folder is for one edge at a time; what was
answered with success is in it also when the edge is killed.

A token is followed by its permissions, as in ci:workers_scripts:write,account:read.
One without any has all of them. The first token is the one that is printed.

It emulates what Cloudflare's SDK and wrangler ask for Workers: scripts, versions,
deployments, secrets, settings, cron schedules, the workers.dev subdomain, the
newer "workers" routes, permissions of tokens, the rate limit of the API, and the
telemetry of Workers Observability. Each version runs in a workerd of its own, with
HTTP and WebSockets, bindings to text, secrets, JSON, version metadata, KV, D1, R2,
Durable Objects and other Workers, and, on Linux, limits of CPU time and memory.

Schedules call the Workers that are live, in UTC, while the edge runs. By hand:
  <worker>/cdn-cgi/handler/scheduled?cron=*+*+*+*+*&time=<ms since 1970>
  <worker>/cdn-cgi/handler/queue?queue=<name>   (POST [{"body": …}, …])
answer with the outcome; &format=json says more.

It does not emulate other bindings and products (queues beyond that call, Workflows,
AI, static assets, routes, custom domains, previews), tail sessions, or the delays
of a network of many places: a deployment is everywhere at once. What it does not
emulate it refuses by name.`;

/** A token, with the permissions it is to have; without any it has all. */
interface TokenGiven {
  readonly token: string;
  readonly scopes?: readonly string[];
}

function addToken(text: string, before: readonly TokenGiven[] = []): readonly TokenGiven[] {
  const [, token = "", scopes] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  return [...before, { token, ...(scopes !== undefined && { scopes: scopes.split(",") }) }];
}

function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number, 1 or more.");
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65535) return number;
  throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
}

function rateLimit(text: string): RateLimit | false {
  if (text === "off") return false;
  const [, requests, seconds] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
  if (requests !== undefined) return { requests: Number(requests), seconds: Number(seconds) };
  throw new InvalidArgumentError("A rate limit is requests/seconds, such as 1200/300, or off.");
}

/** In milliseconds. */
function ingestDelay(text: string): readonly [from: number, to: number] {
  const [, from, to = from] = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  const [least, most] = [Number(from) * 1000, Number(to) * 1000];
  if (least <= most) return [Math.round(least), Math.round(most)];
  throw new InvalidArgumentError("An ingest delay is seconds, such as 5, or from-to, such as 2-30.");
}

async function runEdge(options: Options): Promise<void> {
  const { state, token: tokens, ingestDelay, ...same } = options;
  const stopped = toldToStop();
  // Loaded only here, since who never asks for an edge need not have what it is made of.
  const { startEdge } = createRequire(__filename)("../../edge") as typeof import("../../edge");
  const telemetry = { ingestDelayMs: ingestDelay };
  const limits = { cpuMs: options.cpuLimit, memoryMb: options.memoryLimit };
  const edge = await startEdge({ ...same, stateDir: state, tokens, telemetry, limits });
  if (same.host !== undefined && !isLoopback(same.host)) console.error(warningOf(same.host));
  for (const [name, value] of Object.entries(edge.environment())) console.log(`${name}=${value}`);
  await stopped;
  await edge.close();
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** Nobody should have to find out what it means to let others in. */
function warningOf(address: string): string {
  return (
    `Warning: the local edge listens at ${address}. Whoever reaches that address can call its Workers; who has a ` +
    "token, which is sent unencrypted, can run code on this machine."
  );
}

function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        resolve();
      });
    }
  });
}
