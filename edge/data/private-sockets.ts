import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo, ListenOptions } from "node:net";
import type { Runtime } from "./runtime";
import type { Scratch } from "./scratch";

/** The variable by which a workerd that is about to start is known to be ours. It says where its sockets go. */
const VARIABLE = "PULUMI_WORKERS_RELEASE_SOCKETS";

/** How Miniflare asks its own server for a function that a worker is bound to: `<worker>/#<binding>`. */
const FUNCTION_HEADER = "mf-custom-fetch-service";
const FUNCTION = /^\d+\/#/;

/**
 * The sockets of one Miniflare and its workerd. Miniflare opens them on TCP, where every user of the machine and every
 * web page can reach them, and they ask nobody for a token. Here they are Unix sockets in a folder that only the edge's
 * user may enter.
 */
export class PrivateSockets {
  private readonly path: string;
  private readonly opened = new Set<string>();
  private isServerTaken = false;

  constructor(scratch: Pick<Scratch, "path">) {
    // Short, since the path of a Unix socket must be.
    this.path = scratch.path(randomBytes(6).toString("hex"));
  }

  /** The environment variable that a workerd is started with. */
  get environment(): Record<string, string> {
    return { [VARIABLE]: this.path };
  }

  /** The socket of Miniflare's own server, which its workerd asks. */
  get server(): string {
    return serverAt(this.path);
  }

  /** An option of Miniflare that opens a socket to a worker. Miniflare takes the path for a host and adds the port. */
  direct(name: string): { readonly host: string; readonly port: number } {
    return { host: `unix:${this.path}${name}`, port: 0 };
  }

  /** Where the socket that {@link direct} opens is. */
  pathOf(name: string): string {
    const path = `${this.path}${name}:0`;
    this.opened.add(path);
    return path;
  }

  /** Whether this is the first to ask: that is Miniflare's own server. */
  takeServer(): boolean {
    const isFirst = !this.isServerTaken;
    this.isServerTaken = true;
    return isFirst;
  }

  async remove(): Promise<void> {
    const paths = [entryAt(this.path), this.server, ...this.opened];
    await Promise.all(paths.map((path) => rm(path, { force: true })));
  }
}

const starting = new AsyncLocalStorage<PrivateSockets>();
const prepared = new WeakSet<Runtime>();
let isWatching = false;

/** Runs `start`, which makes a Miniflare. All that it opens is among `sockets`, or it does not start. */
export function withPrivateSockets<T>(runtime: Runtime, sockets: PrivateSockets, start: () => T): T {
  if (!isWatching) subscribe("tracing:net.server.listen:asyncStart", onListen);
  isWatching = true;
  if (!prepared.has(runtime)) prepare(runtime);
  prepared.add(runtime);
  return starting.run(sockets, start);
}

/** An argument that has workerd listen at an address, or ask one. */
const ADDRESS = /^--(?:socket-addr|external-addr|inspector-addr|debug-port)=/;

/** Whether a workerd with these arguments listens, and asks, at Unix sockets only. */
export function isPrivate(workerdArguments: readonly string[]): boolean {
  return workerdArguments.every((argument) => !ADDRESS.test(argument) || argument.includes("=unix:"));
}

/** The release of Miniflare with which this has been tried. */
const TRIED = "4.20260730.0";

/** What to throw where that cannot be had. */
export function openPorts(): Error {
  return new Error(
    "The local edge has not started a Worker: with this release of miniflare, or of Node, it would open ports that " +
      `everybody on this machine can reach. Install miniflare@${TRIED}, and use Node 22.17 or 24, with which it does not.`,
  );
}

/** Node tells of a server that is about to listen, and takes from these options where. */
function onListen(message: unknown): void {
  const sockets = starting.getStore();
  const { server, options } = message as { server: Server; options: ListenOptions };
  if (sockets === undefined || options.path !== undefined || !sockets.takeServer()) return;
  delete options.port;
  delete options.host;
  options.path = sockets.server;
  answerFunctionsOnly(server);
  // Miniflare wants to know the port, for an address that nobody uses.
  server.address = (): AddressInfo => ({ address: "127.0.0.1", family: "IPv4", port: 0 });
}

/** Miniflare's server can also write files, start browsers and tell what is stored. Of that the edge needs nothing. */
function answerFunctionsOnly(server: Server): void {
  const listeners = server.listeners("request") as ((...event: unknown[]) => void)[];
  server.removeAllListeners("request").removeAllListeners("upgrade");
  server.on("request", (request: IncomingMessage, response) => {
    const asked = request.headers[FUNCTION_HEADER];
    if (typeof asked === "string" && FUNCTION.test(asked))
      for (const listener of listeners) listener(request, response);
    else response.writeHead(404).end();
  });
}

/** Miniflare has no option for the addresses with which it starts a workerd. */
function prepare({ Runtime }: Runtime): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { updateConfig } = Runtime.prototype;
  Runtime.prototype.updateConfig = function (config, options, ...rest) {
    const path = options.runtimeEnv?.[VARIABLE];
    if (path === undefined) return updateConfig.call(this, config, options, ...rest);
    if (!existsSync(serverAt(path))) throw openPorts();
    const addresses = { entryAddress: `unix:${entryAt(path)}`, loopbackAddress: `unix:${serverAt(path)}` };
    return updateConfig.call(this, config, { ...options, ...addresses }, ...rest);
  };
}

function entryAt(path: string): string {
  return `${path}e`;
}

function serverAt(path: string): string {
  return `${path}s`;
}
