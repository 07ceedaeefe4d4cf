import { randomUUID } from "node:crypto";
import { Agent } from "node:http";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Miniflare, MiniflareOptions } from "miniflare";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import { environmentOf } from "../scripts/bindings";
import { runnableDate } from "../scripts/compatibility";
import type { Modules, Version } from "../scripts/types";
import { openCpuClock, type CpuClock } from "./cpu";
import { Invocations } from "./invocations";
import { markOf, pidOf } from "./processes";
import { newestDate, type Runtime } from "./runtime";
import { TAIL_WORKER, type Trace } from "./tail";

/**
 * workerd closes a connection that was idle for 5 seconds. Letting go of it before that, no request is ever sent into
 * a connection that is being closed.
 */
const IDLE_CONNECTION_MS = 3_000;

/** Cloudflare allows a script's top level 1 second of CPU; a busy machine gets more wall time before we say so. */
const STARTUP_LIMIT_MS = 15_000;

/** What an instance tells the one who started it. */
export interface InstanceEvents {
  readonly onTraces: (instance: Instance, traces: readonly Trace[]) => void;
  readonly onEnd: (instance: Instance) => void;
}

/** One version, running in a workerd process of its own. */
export class Instance {
  readonly agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS });

  constructor(
    readonly version: Version,
    readonly address: { readonly host: string; readonly port: number },
    readonly invocations: Invocations,
    private readonly miniflare: Miniflare,
    private readonly clock: CpuClock,
  ) {}

  /** Ends the process. */
  async stop(): Promise<void> {
    this.agent.destroy();
    this.clock.close();
    await this.miniflare.dispose();
  }
}

/** Starts a version. Throws Cloudflare's 10021 with workerd's own words when workerd does not take it. */
export async function startInstance(
  runtime: Runtime,
  version: Version,
  modules: Modules,
  events: InstanceEvents,
): Promise<Instance> {
  const wiring = new Wiring(events);
  const miniflare = new runtime.Miniflare(optionsFor(runtime, version, modules, wiring));
  await untilReady(miniflare);
  const clock = openCpuClock(await pidOf(wiring.mark));
  const { hostname, port } = await miniflare.unsafeGetDirectURL(WORKER);
  const address = { host: hostname, port: Number(port) };
  const instance = new Instance(version, address, new Invocations(clock), miniflare, clock);
  wiring.attach(instance);
  return instance;
}

/** Ties a process to its instance, which is there only once the process answers. */
class Wiring {
  readonly mark = randomUUID();
  private instance: Instance | undefined;
  private hasEnded = false;

  constructor(private readonly events: InstanceEvents) {}

  attach(instance: Instance): void {
    this.instance = instance;
    if (this.hasEnded) this.events.onEnd(instance);
  }

  readonly onTraces = (traces: readonly Trace[]): void => {
    if (this.instance) this.events.onTraces(this.instance, traces);
  };

  readonly onEnd = (): void => {
    this.hasEnded = true;
    if (this.instance) this.events.onEnd(this.instance);
  };
}

const WORKER = "version";
const TAIL = "tail";

function optionsFor(runtime: Runtime, version: Version, modules: Modules, wiring: Wiring): MiniflareOptions {
  return {
    host: "127.0.0.1",
    port: 0,
    cf: false,
    logRequests: false,
    unsafeRuntimeEnv: markOf(wiring.mark),
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      watchOutput(stdout, stderr, wiring.onEnd);
    },
    workers: [userWorker(runtime, version, modules), tailWorker(runtime, wiring.onTraces)],
  };
}

type WorkerOptions = Extract<MiniflareOptions, { workers: unknown[] }>["workers"][number];

function userWorker(runtime: Runtime, version: Version, modules: Modules): WorkerOptions {
  return {
    name: WORKER,
    modulesRoot: "/",
    modules: mainFirst(modules, version.mainModule).map(({ name, type, content }) => ({
      type,
      path: `/${name}`,
      contents: Buffer.from(content),
    })),
    compatibilityDate: runnableDate(version.compatibilityDate, newestDate(runtime)),
    compatibilityFlags: [...version.compatibilityFlags],
    bindings: environmentOf(version),
    tails: [TAIL],
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

function tailWorker(runtime: Runtime, onTraces: Wiring["onTraces"]): WorkerOptions {
  return {
    name: TAIL,
    modules: true,
    script: TAIL_WORKER,
    compatibilityDate: "2025-07-24",
    serviceBindings: {
      EDGE: async (request: { json(): Promise<unknown> }) => {
        onTraces((await request.json()) as Trace[]);
        return new runtime.Response(null, { status: 204 });
      },
    },
  };
}

/** workerd starts with the first module it is given. */
function mainFirst(modules: Modules, mainModule: string): Modules {
  return modules.toSorted((a, b) => Number(b.name === mainModule) - Number(a.name === mainModule));
}

/** A console line comes as telemetry too, so the output itself goes nowhere. Its end is the end of the process. */
function watchOutput(stdout: Readable, stderr: Readable, onEnd: () => void): void {
  stdout.resume();
  stderr.resume();
  stdout.once("close", onEnd);
}

async function untilReady(miniflare: Miniflare): Promise<void> {
  const limit = new AbortController();
  try {
    await Promise.race([miniflare.ready, startupLimit(limit.signal)]);
  } catch (error) {
    await miniflare.dispose().catch(() => undefined);
    throw refusal(error);
  } finally {
    limit.abort();
  }
}

async function startupLimit(signal: AbortSignal): Promise<void> {
  await sleep(STARTUP_LIMIT_MS, undefined, { signal });
  throw new ApiError(400, CODES.invalidScript, "Script startup exceeded CPU time limit.");
}

/** workerd's words about a script begin with the name that only we gave it. */
const OUR_NAME = new RegExp(`^(?:service )?core:user:${WORKER}: `);

function refusal(error: unknown): unknown {
  const [, words] = /Runtime stderr:\n([\s\S]+)$/.exec(error instanceof Error ? error.message : "") ?? [];
  if (words === undefined) return error;
  return new ApiError(400, CODES.invalidScript, words.trim().replace(OUR_NAME, ""));
}
