import type { Modules, Version } from "../scripts/types";
import type { Storage } from "../storage";
import { startInstance, type Instance, type InstanceEvents } from "./instance";
import { newestDate, type Runtime } from "./runtime";
import type { Scratch } from "./scratch";

/** A version and what it runs, which is read only when the version has to be started. */
export interface Startable {
  readonly version: Version;
  readonly modules: Modules;
}

/** The running versions: a process each, started when first needed, started again after a crash. */
export class Instances {
  private readonly starting = new Map<string, Promise<Instance>>();
  private readonly running = new Map<string, Instance>();
  /** Those whose process ended by itself, while what is left of them is cleared away. */
  private readonly clearing = new Set<Promise<void>>();
  private isClosed = false;

  constructor(
    private readonly runtime: Runtime,
    private readonly scratch: Scratch,
    private readonly storage: Storage,
    private readonly events: InstanceEvents,
  ) {}

  /** The newest compatibility date that versions can run with. */
  get newestCompatibilityDate(): string {
    return newestDate(this.runtime);
  }

  /** The version's instance, if it runs already: what nearly every request takes. */
  ready(versionId: string): Instance | undefined {
    return this.running.get(versionId);
  }

  /** The version's instance, started if it does not run. */
  async get(versionId: string, load: () => Startable): Promise<Instance> {
    if (this.isClosed) throw new Error("The local edge is closing.");
    return this.starting.get(versionId) ?? this.start(versionId, load());
  }

  /** Ends the versions' processes, those that are starting too. */
  async stop(versionIds: readonly string[]): Promise<void> {
    await Promise.all(versionIds.map((id) => this.stopOne(id)));
  }

  /** Ends every process. None is started any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([this.stop([...this.starting.keys()]), ...this.clearing]);
  }

  private start(versionId: string, { version, modules }: Startable): Promise<Instance> {
    const starting = startInstance(this.runtime, this.scratch, this.storage, version, modules, {
      onTraces: this.events.onTraces,
      onEnd: (instance) => {
        this.ended(instance);
      },
    });
    this.starting.set(versionId, starting);
    starting.then(
      (instance) => {
        if (this.starting.get(versionId) === starting) this.running.set(versionId, instance);
      },
      () => this.starting.delete(versionId),
    );
    return starting;
  }

  private async stopOne(versionId: string): Promise<void> {
    const starting = this.starting.get(versionId);
    this.forget(versionId);
    const instance = await starting?.catch(() => undefined);
    await instance?.stop();
  }

  /** A process ended by itself. The next request starts another one. */
  private ended(instance: Instance): void {
    if (this.running.get(instance.version.id) !== instance) return;
    this.forget(instance.version.id);
    this.events.onEnd(instance);
    // Left alone, Miniflare would start it again, needed or not.
    const clearing = instance.stop().catch(() => undefined);
    this.clearing.add(clearing);
    void clearing.then(() => this.clearing.delete(clearing));
  }

  private forget(versionId: string): void {
    this.starting.delete(versionId);
    this.running.delete(versionId);
  }
}
