import type { Miniflare } from "miniflare";
import type { Modules, Version } from "../scripts/types";
import { Invocations } from "./invocations";
import { startMiniflare, type Runtime } from "./runtime";
import type { Storage } from "../storage";
import { WORKER } from "./code";
import type { Scratch } from "./scratch";
import { untilReady } from "./startup";
import type { Trace } from "./tail";
import { UpstreamAgent } from "./upstream";
import { optionsFor, type Outlets } from "./worker-options";
import type { Workerd } from "./workerd";

/** What an instance tells the one who started it. */
export interface InstanceEvents {
  readonly onTraces: (instance: Instance, traces: readonly Trace[]) => void;
  readonly onEnd: (instance: Instance) => void;
}

/** One version, running in a workerd process of its own. */
export class Instance {
  readonly agent = new UpstreamAgent();
  readonly invocations: Invocations;

  constructor(
    readonly version: Version,
    readonly address: { readonly host: string; readonly port: number },
    readonly workerd: Workerd,
    private readonly miniflare: Miniflare,
  ) {
    this.invocations = new Invocations(workerd.cpu);
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.agent.destroy();
    await this.miniflare.dispose();
  }
}

/** Starts a version. Throws Cloudflare's 10021 with workerd's own words when workerd does not take it. */
export async function startInstance(
  runtime: Runtime,
  scratch: Scratch,
  storage: Storage,
  version: Version,
  modules: Modules,
  events: InstanceEvents,
): Promise<Instance> {
  const wiring = new Wiring(events);
  const miniflare = scratch.lend(() =>
    startMiniflare(runtime, optionsFor(runtime, storage, version, modules, wiring)),
  );
  await untilReady(miniflare, () => wiring.workerd);
  const { hostname, port } = await miniflare.unsafeGetDirectURL(WORKER);
  const address = { host: hostname, port: Number(port) };
  if (wiring.workerd?.isRunning === true) {
    return wiring.attach(new Instance(version, address, wiring.workerd, miniflare));
  }
  await miniflare.dispose();
  throw new Error(`The process of version ${version.id} ended as soon as it had started.`);
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
