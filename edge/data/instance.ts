import { request } from "node:http";
import type { Miniflare } from "miniflare";
import type { Modules, Version } from "../scripts/types";
import type { Storage } from "../storage";
import { WORKER } from "./code";
import { Guard, type Guarded } from "./guard";
import { Invocations, type Invocation } from "./invocations";
import { limitsOf, type Limits } from "./limits";
import { memoryOf } from "./memory";
import { startMiniflare, type Runtime } from "./runtime";
import type { Scratch } from "./scratch";
import { untilReady } from "./startup";
import type { Trace } from "./tail";
import { unreadBy } from "./unread";
import { FreshAgent, UpstreamAgent } from "./upstream";
import { optionsFor, TAIL, type Outlets } from "./worker-options";
import type { Workerd } from "./workerd";

/** A version and what it runs, which is read only when the version has to be started. */
export interface Startable {
  readonly version: Version;
  readonly modules: Modules;
}

/** What a version needs around it to run. */
export interface Surroundings {
  readonly runtime: Runtime;
  readonly scratch: Scratch;
  readonly storage: Storage;
  readonly limits: Limits;
}

/** What an instance tells the one who started it. */
export interface InstanceEvents {
  readonly onTraces: (instance: Instance, traces: readonly Trace[]) => void;
  readonly onEnd: (instance: Instance) => void;
}

/** Where a worker of a process listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One version, running in a workerd process of its own. */
export class Instance implements Guarded {
  readonly agent = new UpstreamAgent();
  readonly freshAgent = new FreshAgent();
  readonly invocations: Invocations;
  readonly guard: Guard;
  private readonly startedAt = performance.now();

  constructor(
    readonly version: Version,
    readonly address: Address,
    readonly tail: Address,
    limits: Limits,
    readonly workerd: Workerd,
    private readonly miniflare: Miniflare,
  ) {
    this.invocations = new Invocations(workerd.cpu);
    this.guard = new Guard(this, limitsOf(version, limits));
  }

  get cpu(): Workerd["cpu"] {
    return this.workerd.cpu;
  }

  get ageMs(): number {
    return performance.now() - this.startedAt;
  }

  /** Whether it has nothing to do, as far as can be seen from here. */
  get isIdle(): boolean {
    return this.invocations.areAllFinished;
  }

  memoryMb(): number | undefined {
    return memoryOf(this.workerd.pid);
  }

  ping(): Promise<void> {
    return new Promise((resolve) => {
      const ping = request({ ...this.tail, agent: this.freshAgent }, (answer) => answer.resume());
      ping.once("response", resolve);
      ping.once("error", resolve);
      ping.end();
    });
  }

  hasTaken({ connection }: Invocation): boolean {
    if (connection === undefined) return false;
    const unread = unreadBy(connection.socket.remotePort ?? 0).get(connection.socket.localPort ?? 0) ?? 0;
    return unread < connection.socket.bytesWritten - connection.written;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.agent.closeIdle();
    await this.miniflare.dispose();
  }
}

/** Starts a version. Throws Cloudflare's 10021 with workerd's own words when workerd does not take it. */
export async function startInstance(
  { runtime, scratch, storage, limits }: Surroundings,
  { version, modules }: Startable,
  events: InstanceEvents,
): Promise<Instance> {
  const wiring = new Wiring(events);
  const miniflare = scratch.lend(() =>
    startMiniflare(runtime, optionsFor(runtime, storage, version, modules, wiring)),
  );
  await untilReady(miniflare, () => wiring.workerd);
  const [own, tail] = await Promise.all([addressOf(miniflare, WORKER), addressOf(miniflare, TAIL)]);
  if (wiring.workerd?.isRunning === true) {
    return wiring.attach(new Instance(version, own, tail, limits, wiring.workerd, miniflare));
  }
  await miniflare.dispose();
  throw new Error(`The process of version ${version.id} ended as soon as it had started.`);
}

async function addressOf(miniflare: Miniflare, worker: string): Promise<Address> {
  const { hostname, port } = await miniflare.unsafeGetDirectURL(worker);
  return { host: hostname, port: Number(port) };
}

/** Ties a process to its instance, which is there only once the process answers. */
class Wiring implements Outlets {
  workerd: Workerd | undefined;
  private instance: Instance | undefined;

  constructor(private readonly events: InstanceEvents) {}

  attach(instance: Instance): Instance {
    this.instance = instance;
    instance.workerd.onceEnded(() => {
      this.events.onEnd(instance);
    });
    return instance;
  }

  readonly onProcess = (workerd: Workerd): void => {
    this.workerd = workerd;
  };

  readonly onTraces = (traces: readonly Trace[]): void => {
    if (this.instance) this.events.onTraces(this.instance, traces);
  };
}
