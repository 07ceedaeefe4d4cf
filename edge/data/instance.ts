import { request } from "node:http";
import type { Miniflare } from "miniflare";
import { writeAssets } from "../assets/folder";
import type { Version } from "../scripts/types";
import type { AssetStore } from "../state/assets";
import type { Storage } from "../storage";
import { Guard, type Guarded } from "./guard";
import { Invocations, type Invocation } from "./invocations";
import { limitsOf, type Limits } from "./limits";
import { memoryOf } from "./memory";
import { PrivateSockets } from "./private-sockets";
import { startMiniflare, type Runtime } from "./runtime";
import type { Scratch } from "./scratch";
import { untilReady } from "./startup";
import type { Trace } from "./tail";
import { unreadOf } from "./unread";
import { FreshAgent, UpstreamAgent } from "./upstream";
import { optionsFor, SOCKETS, type Outlets, type Startable } from "./worker-options";
import type { Workerd } from "./workerd";

/** What a version needs around it to run. */
export interface Surroundings {
  readonly runtime: Runtime;
  readonly scratch: Scratch;
  readonly storage: Storage;
  readonly limits: Limits;
  readonly assets: AssetStore;
}

/** What an instance tells the one who started it. */
export interface InstanceEvents {
  readonly onTraces: (instance: Instance, traces: readonly Trace[]) => void;
  readonly onEnd: (instance: Instance) => void;
}

/** Where a worker of a process listens. */
export interface Address {
  readonly socketPath: string;
}

/** One version, running in a workerd process of its own. */
export class Instance implements Guarded {
  readonly address: Address;
  readonly tail: Address;
  readonly agent = new UpstreamAgent();
  readonly freshAgent = new FreshAgent();
  readonly invocations: Invocations;
  readonly guard: Guard;
  private readonly startedAt = performance.now();

  constructor(
    readonly version: Version,
    limits: Limits,
    readonly workerd: Workerd,
    private readonly sockets: PrivateSockets,
    private readonly miniflare: Miniflare,
  ) {
    this.address = { socketPath: sockets.pathOf(SOCKETS.version) };
    this.tail = { socketPath: sockets.pathOf(SOCKETS.tail) };
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

  taken(among: readonly Invocation[]): Invocation[] {
    const unread = unreadOf(among.flatMap(({ connection }) => connection?.socket ?? []));
    return among.filter(({ connection }) => {
      if (connection === undefined) return false;
      return (unread.get(connection.socket) ?? 0) < connection.socket.bytesWritten - connection.written;
    });
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.agent.closeIdle();
    await this.miniflare.dispose();
    await this.sockets.remove();
  }
}

/** Starts a version. Throws Cloudflare's 10021 with workerd's own words when workerd does not take it. */
export async function startInstance(
  { runtime, scratch, storage, limits, assets }: Surroundings,
  startable: Startable,
  events: InstanceEvents,
): Promise<Instance> {
  const wiring = new Wiring(events);
  const sockets = new PrivateSockets(scratch);
  const assetFolder = await assetFolderOf(startable.version, scratch, assets);
  const miniflare = startMiniflare(
    runtime,
    scratch,
    sockets,
    optionsFor(runtime, storage, { ...startable, assetFolder }, sockets, wiring),
  );
  try {
    await untilReady(miniflare, () => wiring.workerd, limits.memoryMb);
    if (wiring.workerd?.isRunning === true) {
      return wiring.attach(new Instance(startable.version, limits, wiring.workerd, sockets, miniflare));
    }
    await miniflare.dispose();
    throw new Error(`The process of version ${startable.version.id} ended as soon as it had started.`);
  } catch (error) {
    await sockets.remove();
    throw error;
  }
}

/** Where the static assets of a version lie; undefined for a version without any. */
async function assetFolderOf(
  { id, assets }: Version,
  scratch: Scratch,
  store: AssetStore,
): Promise<string | undefined> {
  if (assets === undefined) return undefined;
  const folder = scratch.path(`assets-${id}`);
  await writeAssets(folder, store, assets);
  return folder;
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
