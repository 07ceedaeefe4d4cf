import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Command, InvalidArgumentError } from "commander";
import { harmless } from "../shown";
import { whatItIs } from "./edgeHelp";
import { describeRealism, realismOf, withRealism, type RealismOptions } from "./realism";

interface Options extends RealismOptions {
  readonly port: number;
  readonly host?: string;
  readonly state?: string;
  readonly token?: readonly TokenGiven[];
  readonly rateLimit?: RateLimit | false;
  readonly subdomain: string;
  readonly cpuLimit?: number;
  readonly memoryLimit?: number;
  readonly privateNetwork?: boolean;
  readonly faults?: string;
  readonly allowStubs?: boolean;
}

interface RateLimit {
  readonly requests: number;
  readonly seconds: number;
}

/** The environment variable with tokens, as `--token` has them, separated by spaces or lines. */
const TOKENS = "WORKERS_RELEASE_EDGE_TOKENS";

/** `workers-release edge` */
export function edgeCommand(): Command {
  const command = new Command("edge")
    .description(
      "Runs a local Cloudflare to rehearse releases on, until it is stopped with Ctrl-C or SIGTERM.",
    )
    .option("--port <number>", "the port to listen on; 0 for a free one", port, 8787)
    .option("--host <address>", "the IP address to listen at (default: 127.0.0.1, for this machine only)")
    .option("--state <folder>", "keeps Workers, deployments and telemetry there (default: gone at the end)")
    .option(
      "--token <token[:permissions]>",
      "an API token to accept; may be given more than once, and shows in the list of processes " +
        `(default: those in ${TOKENS}, or else a random one, kept in the state)`,
      addToken,
    )
    .option(
      "--rate-limit <requests/seconds>",
      "how many requests of the API each token may make; off for any number (default: 1200/300)",
      rateLimit,
    )
    .option("--subdomain <name>", "the account's workers.dev subdomain", "local")
    .option(
      "--cpu-limit <ms>",
      "CPU time of a request, for versions uploaded without one (default: 30000)",
      whole,
    )
    .option("--memory-limit <megabytes>", "memory of a version (default: 128)", whole)
    .option(
      "--private-network",
      "lets Workers reach this machine and its private network (default: public addresses, and each other by host name)",
    );
  command.option(
    "--allow-stubs",
    "accepts bindings to what it does not have: empty KV, D1 and R2 for those it does not know, and stubs that throw " +
      "when used for what it does not emulate (default: refuses the upload)",
  );
  return withRealism(command)
    .option("--faults <file>", "makes it fail as that file says (default: it fails in no way)")
    .addHelpText("after", whatItIs)
    .action(runEdge);
}

/** A token, with the permissions it is to have; without any it has all. */
interface TokenGiven {
  readonly token: string;
  readonly scopes?: readonly string[];
}

/** The tokens that the environment has, which other users of the machine cannot see. */
function tokensInEnvironment(text = ""): readonly TokenGiven[] | undefined {
  const given = text.split(/\s+/).filter((token) => token !== "");
  return given.length === 0 ? undefined : given.flatMap((token) => addToken(token));
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

async function runEdge(options: Options): Promise<void> {
  const { port, host, subdomain, rateLimit, privateNetwork, allowStubs, state: stateDir } = options;
  const tokens = options.token ?? tokensInEnvironment(process.env[TOKENS]);
  const stopped = toldToStop();
  // Loaded only here, since who never asks for an edge need not have what it is made of.
  const { startEdge, readFaultFile } = createRequire(__filename)("../../edge") as typeof import("../../edge");
  const plan =
    options.faults === undefined ? undefined : readFaultFile(options.faults, readFaults(options.faults));
  const limits = { cpuMs: options.cpuLimit, memoryMb: options.memoryLimit };
  const realism = realismOf(options);
  const given = {
    port,
    host,
    subdomain,
    rateLimit,
    privateNetwork,
    allowStubs,
    stateDir,
    tokens,
    limits,
    realism,
  };
  if (allowStubs === true) console.error(STUBS_ALLOWED);
  const onNotice = (line: string): void => {
    // It quotes names that others have chosen.
    console.error(harmless(line));
  };
  const edge = await startEdge({ ...given, onNotice });
  if (host !== undefined && !isLoopback(host)) console.error(warningOf(host));
  const realistic = describeRealism(realism);
  if (realistic !== undefined) console.error(realistic);
  if (plan !== undefined) {
    edge.faults.set(plan.faults, plan.seed);
    console.error(activeFaults(plan.faults.length, new URL(edge.baseUrl).origin));
  }
  for (const [name, value] of Object.entries(edge.environment())) console.log(`${name}=${value}`);
  await stopped;
  await edge.close();
}

function readFaults(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`The faults in ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** What a Worker does with a stub says nothing of what it will do on Cloudflare. */
const STUBS_ALLOWED =
  "Stubs are allowed: a binding to a KV namespace, D1 database or R2 bucket that this edge does not have gets an empty " +
  "one, and what it does not emulate throws when it is used. Each is named here when a version has it.";

/** Nobody should have to wonder why the edge fails. */
function activeFaults(count: number, address: string): string {
  return (
    `Faults are active: the edge fails on purpose, as the ${count} of --faults say. They end with it, or with ` +
    `DELETE ${address}/__edge/faults.`
  );
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
