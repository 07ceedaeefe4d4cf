import { randomBytes } from "node:crypto";
import type { AnalyticsOptions } from "./analytics";
import { InvocationCounter } from "./analytics/counter";
import { createApi } from "./api/app";
import { TRANSFER_PATH, transferRoutes, Transfers } from "./api/d1/transfers";
import { checkRateLimit, CLOUDFLARES_LIMIT, type RateLimit } from "./api/rate-limit";
import { Reads } from "./api/reads";
import { AssetSessions } from "./assets/sessions";
import type { EdgeContext } from "./context";
import { CronClock } from "./data/clock";
import { SYSTEM_CLOCK, type Clock } from "./data/time";
import { Collector } from "./data/collector";
import { Dispatcher } from "./data/dispatcher";
import { Front } from "./data/front";
import { Instances } from "./data/instances";
import { withCloudflares, type LimitsGiven } from "./data/limits";
import { Locations } from "./data/locations";
import { reapOrphans } from "./data/processes";
import { RoutingTable } from "./data/routes";
import { Scratch, sweepScratch } from "./data/scratch";
import { loadRuntime, type Runtime } from "./data/runtime";
import { Watchdog } from "./data/watchdog";
import { CONTROL_PATH, controlRoutes } from "./faults/control";
import { Faults, type FaultControl } from "./faults/faults";
import { checkSite, LOOPBACK, reachable, type Site } from "./host";
import { checkRealism, REALISTIC, type Realism } from "./realism";
import { recordNamedStores } from "./scripts/stores";
import { Stubs, warningsOnStubs } from "./scripts/stubs";
import { Broker } from "./queues/broker";
import { deliverBy } from "./queues/deliver";
import { Producers } from "./queues/producers";
import { EdgeServer } from "./server";
import { Storage } from "./storage";
import { Directory } from "./storage/directory";
import { openState, type State } from "./state";
import { StoreClient } from "./stores/client";
import { databaseFile } from "./state/database";
import { openTelemetry, type TelemetryOptions, type TelemetryStore } from "./telemetry";
import { Hosts } from "./zones/hosts";
import { readTokens, type Token, type TokenOption } from "./tokens/token";

export type { Clock, Realism, TelemetryOptions, TokenOption };
export { REALISTIC };
export type { FaultControl, FaultReport } from "./faults/faults";
export { readFaultFile, type FaultGiven } from "./faults/parse";

/** How to start a local edge. */
export interface EdgeOptions {
  /** The port of both planes. Default: a free one. */
  readonly port?: number | undefined;
  /**
   * The IP address to listen at. Default: 127.0.0.1. With another than loopback's, whoever reaches it may call the
   * Workers, and who has a token may run code on this machine.
   */
  readonly host?: string | undefined;
  /**
   * A folder to keep scripts, versions, deployments and telemetry in, for one edge at a time. Default: none, all is
   * gone at the end.
   */
  readonly stateDir?: string | undefined;
  /** The API token to accept, with all permissions. Default, without `tokens`: made once, and kept in `stateDir`. */
  readonly token?: string | undefined;
  /** More API tokens to accept, each with permissions of its own. The first of all is the one that clients are told. */
  readonly tokens?: readonly TokenOption[] | undefined;
  /** How many requests of the API each token may make. Default: 1200 in 300 seconds, as on Cloudflare. */
  readonly rateLimit?: RateLimit | false | undefined;
  /** The id of the one account. Default: made once, and kept in `stateDir`. */
  readonly accountId?: string | undefined;
  /** The account's workers.dev subdomain. Default: `local`. */
  readonly subdomain?: string | undefined;
  /** How much telemetry is kept, how soon and how exactly it is answered with. Default: soon, and exactly. */
  readonly telemetry?: TelemetryOptions | undefined;
  /** Delays and failures of the real Cloudflare. Default: none. `REALISTIC` has those that users report. */
  readonly realism?: Realism | undefined;
  /** How long a version may go unused before its process ends, until it is used again. Default: 10 minutes. */
  readonly unusedMs?: number | undefined;
  /**
   * What a version may use. Default: as Cloudflare's paid plan, 30 s of CPU time a request and 128 MB. The objects of a
   * script together, and all stores of a kind, may hold eight times as much.
   */
  readonly limits?: LimitsGiven | undefined;
  /**
   * Whether Workers reach this machine and its private network by `fetch` and `connect`. Default: false. They reach
   * public addresses only, as on Cloudflare, and each other by their host names.
   */
  readonly privateNetwork?: boolean | undefined;
  /**
   * Whether a Worker may be bound to what the edge does not have. Default: false, such an upload is refused. If true, an
   * empty store stands in for a KV namespace, D1 database or R2 bucket that is not there, and bindings that are not
   * emulated (AI, Vectorize, Browser Rendering, Hyperdrive, Workflows, named entrypoints and others) throw when they are
   * used.
   */
  readonly allowStubs?: boolean | undefined;
  /** Hears of each stub that a Worker has, in a line of its own. Default: nobody does. */
  readonly onNotice?: ((line: string) => void) | undefined;
  /** What tells when schedules are due, and how old a deployment or version is. Default: the system's clock. */
  readonly clock?: Clock | undefined;
}

/** A local edge that runs. */
export interface Edge {
  readonly port: number;
  /** The address of the API, as clients want it. */
  readonly baseUrl: string;
  readonly accountId: string;
  readonly token: string;
  readonly subdomain: string;
  /** Where a Worker answers, once its subdomain is enabled and a version is deployed. */
  workerUrl(scriptName: string): string;
  /** Makes the edge fail on request. */
  readonly faults: FaultControl;
  /** What to export for Cloudflare's clients to talk to this edge. */
  environment(): Record<string, string>;
  /** Ends the edge and every process it has started. */
  close(): Promise<void>;
}

/** Starts an embedded Cloudflare, on loopback unless told otherwise: its API, its Workers in workerd, and their telemetry. */
export async function startEdge(options: EdgeOptions = {}): Promise<Edge> {
  checkSite(siteOf(options));
  if (options.rateLimit) checkRateLimit(options.rateLimit);
  checkRealism(options.realism ?? {});
  const runtime = await loadRuntime();
  const state = openState(options.stateDir);
  try {
    // With the folder in hand: who had it before is ending by now, and what that left behind can be told.
    await Promise.all([reapOrphans(), sweepScratch()]);
    return await startOn(state, runtime, options);
  } catch (error) {
    state.close();
    throw error;
  }
}

async function startOn(state: State, runtime: Runtime, options: EdgeOptions): Promise<Edge> {
  const given = tokensGiven(state, options);
  const tokens = readTokens(given);
  const { stateDir } = options;
  const telemetryFile = stateDir === undefined ? undefined : databaseFile(stateDir, "telemetry.sqlite");
  const accountId = options.accountId ?? state.account.remember("id", () => randomBytes(16).toString("hex"));
  const telemetry = openTelemetry(
    telemetryFile,
    accountId,
    telemetryOptionsOf(options),
    analyticsOptionsOf(options),
  );
  const parts = assemble(runtime, state, telemetry, tokens, { ...options, accountId });
  const { context, front, collector, storage, producers, scratch } = parts;
  const watchdog = new Watchdog(context.instances, options.unusedMs);
  const cron = new CronClock(state, context.routes, parts.dispatcher, options.clock ?? SYSTEM_CLOCK);
  const api = createApi(context);
  api.route(CONTROL_PATH, controlRoutes(context));
  api.route(TRANSFER_PATH, transferRoutes(context.transfers));
  recordNamedStores(state);
  tellOfStubs(context);
  const server = new EdgeServer(api, front, siteOf(options), context.hosts);
  const stop = async (): Promise<void> => {
    await server.close();
    context.faults.close();
    watchdog.stop();
    cron.stop();
    context.broker.close();
    context.routes.close();
    await context.instances.close();
    await storage.close();
    producers.close();
    await scratch.remove();
    collector.close();
    await telemetry.close();
  };
  const close = async (): Promise<void> => {
    await stop();
    state.close();
  };
  try {
    return edgeAt(await server.listen(options.port ?? 0), siteOf(options), context, given[0].token, close);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Tells of the stubs that live versions have from before. */
function tellOfStubs({ state, stubs }: EdgeContext): void {
  for (const { name } of state.scripts.list()) {
    for (const { versionId } of state.deployments.active(name)?.shares ?? []) {
      const version = state.versions.get(name, versionId);
      if (version !== undefined) stubs.tell(name, warningsOnStubs({ state }, version));
    }
  }
}

/** What is given for telemetry takes precedence over what is given for realism. */
function telemetryOptionsOf({ telemetry = {}, realism = {} }: EdgeOptions): TelemetryOptions {
  return {
    ...telemetry,
    ingestDelayMs: telemetry.ingestDelayMs ?? realism.ingestDelayMs,
    seed: telemetry.seed ?? realism.seed,
  };
}

function analyticsOptionsOf({ stateDir, realism }: EdgeOptions): AnalyticsOptions {
  const file = stateDir === undefined ? undefined : databaseFile(stateDir, "analytics.sqlite");
  return { file, delayMs: realism?.analyticsDelayMs, seed: realism?.seed };
}

function siteOf({ host = LOOPBACK, subdomain = "local" }: EdgeOptions): Site {
  return { address: host, subdomain };
}

function tokensGiven(
  state: State,
  { token, tokens = [] }: EdgeOptions,
): readonly [TokenOption, ...TokenOption[]] {
  const [first, ...others] = token === undefined ? tokens : [{ token }, ...tokens];
  if (first !== undefined) return [first, ...others];
  // Hexadecimal: one that begins with a dash would be an option to every command that it is given to.
  return [{ token: state.account.remember("token", () => randomBytes(20).toString("hex")) }];
}

/** What is in many processes of Cloudflare's may hold as much as so many of them, where it shares one here. */
const SHARED = 8;

/** What an edge is made of, and what has to be closed with it. */
interface Parts {
  readonly context: EdgeContext;
  readonly front: Front;
  readonly dispatcher: Dispatcher;
  readonly collector: Collector;
  readonly storage: Storage;
  readonly producers: Producers;
  readonly scratch: Scratch;
}

/** Makes the parts of an edge and ties them together. */
function assemble(
  runtime: Runtime,
  state: State,
  telemetry: TelemetryStore,
  tokens: readonly Token[],
  options: EdgeOptions & { readonly accountId: string },
): Parts {
  const {
    accountId,
    rateLimit = CLOUDFLARES_LIMIT,
    realism = {},
    clock = SYSTEM_CLOCK,
    stateDir,
    limits,
    privateNetwork = false,
  } = options;
  const routes = new RoutingTable(state, new Locations(realism), clock);
  const faults = new Faults();
  const counter = new InvocationCounter(telemetry.analytics, state.scripts);
  const collector = new Collector(faults.lossy(telemetry), routes, counter);
  const scratch = new Scratch();
  const directory = new Directory(state, routes);
  const { orphanedSocketsMs } = realism;
  const { onObjectTraces: onTraces } = collector;
  const { subdomain } = siteOf(options);
  const most = withCloudflares(limits);
  const reach = { subdomain, privateNetwork };
  const hosts = new Hosts(state);
  const broker = new Broker(state, clock);
  const producers = new Producers(scratch, state, broker);
  const storage = new Storage(runtime, scratch, directory, stateDir, reach, hosts.origins, producers.socket, {
    ...{ onTraces, orphanedSocketsMs },
    memoryMb: SHARED * most.memoryMb,
  });
  const instances = new Instances(runtime, scratch, storage, collector, most, state.assets);
  const context: EdgeContext = {
    accountId,
    tokens,
    rateLimit: rateLimit === false ? undefined : rateLimit,
    subdomain,
    realism,
    reads: new Reads(realism, () => clock.now()),
    faults,
    state,
    assetSessions: new AssetSessions(),
    broker,
    hosts,
    storage,
    stubs: new Stubs(options.allowStubs ?? false, options.onNotice ?? (() => undefined)),
    stores: new StoreClient((kind) => storage.store(kind)),
    transfers: new Transfers(),
    routes,
    instances,
    telemetry,
  };
  const dispatcher = new Dispatcher(state, instances);
  const front = new Front(state, routes, instances, collector, dispatcher);
  routes.onReload = (scriptName) => {
    storage.follow(scriptName);
    broker.follow(scriptName);
  };
  storage.open(front);
  broker.open(deliverBy(routes, dispatcher));
  return { context, front, dispatcher, collector, storage, producers, scratch };
}

function edgeAt(
  port: number,
  { address, subdomain }: Site,
  { accountId, faults }: EdgeContext,
  token: string,
  close: () => Promise<void>,
): Edge {
  const baseUrl = `http://${reachable(address)}:${port}/client/v4`;
  return {
    port,
    baseUrl,
    accountId,
    token,
    subdomain,
    faults,
    workerUrl: (scriptName) => `http://${scriptName}.${subdomain}.localhost:${port}/`,
    environment: () => ({
      CLOUDFLARE_BASE_URL: baseUrl,
      CLOUDFLARE_API_BASE_URL: baseUrl,
      CLOUDFLARE_ACCOUNT_ID: accountId,
      CLOUDFLARE_API_TOKEN: token,
    }),
    close,
  };
}
