import type { AssetStore } from "../state/assets";
import type { Storage } from "../storage";
import { startInstance, type Instance, type InstanceEvents } from "./instance";
import type { Limits } from "./limits";
import { newestDate, type Runtime } from "./runtime";
import type { Scratch } from "./scratch";
import { Starts } from "./starts";
import type { Startable } from "./worker-options";

/** The running versions: a process each, started when first needed, started again after a crash. */
export class Instances {
  private readonly starting = new Map<string, Promise<Instance>>();
  private readonly running = new Map<string, Instance>();
  /** Those that get no new requests, and end with the last one they have. */
  private readonly leaving = new Set<Instance>();
  /** Those that have ended, while what is left of them is cleared away. */
  private readonly clearing = new Set<Promise<void>>();
  private readonly starts = new Starts();
  private isClosed = false;

  constructor(
    private readonly runtime: Runtime,
    private readonly scratch: Scratch,
    private readonly storage: Storage,
    private readonly events: InstanceEvents,
    private readonly limits: Limits,
    private readonly assets: AssetStore,
  ) {}

  /** The newest compatibility date that versions can run with. */
  get newestCompatibilityDate(): string {
    return newestDate(this.runtime);
  }

  /** Every version's process, those that are leaving too. */
  get all(): Instance[] {
    return [...this.running.values(), ...this.leaving].filter(({ workerd }) => workerd.isRunning);
  }

  /** The version's instance, if it runs already: what nearly every request takes. */
  ready(versionId: string): Instance | undefined {
    const instance = this.running.get(versionId);
    return instance?.workerd.isRunning === true ? instance : undefined;
  }

  /** The version's instance, started if it does not run. */
  async get(versionId: string, load: () => Startable): Promise<Instance> {
    if (this.isClosed) throw new Error("The local edge is closing.");
    return this.starting.get(versionId) ?? this.start(versionId, load());
  }

  /** Lets an instance end once it has answered what it has; the next request starts another. */
  replace(instance: Instance): void {
    if (this.running.get(instance.version.id) !== instance) return;
    this.forget(instance.version.id);
    this.leaving.add(instance);
    this.dismissIdle();
  }

  /** Ends the instances that have not been asked for anything for so long. */
  endUnused(sinceMs: number): void {
    for (const instance of this.running.values()) {
      if (instance.isIdle && instance.invocations.unusedMs > sinceMs) this.replace(instance);
    }
  }

  /** Ends an instance at once, in the middle of what it does; the next request starts another. */
  end(instance: Instance): void {
    this.replace(instance);
    instance.workerd.kill();
  }

  /** Clears away the instances that were leaving and have nothing left to do. */
  dismissIdle(): void {
    for (const instance of this.leaving) {
      if (!instance.isIdle) continue;
      this.leaving.delete(instance);
      this.clear(instance.stop());
    }
  }

  /** Ends the versions' processes, those that are starting too. */
  async stop(versionIds: readonly string[]): Promise<void> {
    const leaving = [...this.leaving].filter(({ version }) => versionIds.includes(version.id));
    for (const instance of leaving) this.leaving.delete(instance);
    await Promise.all([
      ...versionIds.map((id) => this.stopOne(id)),
      ...leaving.map((instance) => instance.stop()),
    ]);
  }

  /** Ends every process. None is started any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    const left = [...this.leaving].map(({ version }) => version.id);
    await this.stop([...new Set([...this.starting.keys(), ...left])]);
    await Promise.all(this.clearing);
  }

  private start(versionId: string, startable: Startable): Promise<Instance> {
    const starting = this.starts.take(versionId, () => this.startNow(startable));
    this.starting.set(versionId, starting);
    starting.then(
      (instance) => {
        if (this.starting.get(versionId) === starting) this.running.set(versionId, instance);
      },
      () => {
        if (this.starting.get(versionId) === starting) this.starting.delete(versionId);
      },
    );
    return starting;
  }

  private startNow({ version, modules }: Startable): Promise<Instance> {
    const { runtime, scratch, storage, limits, assets } = this;
    return startInstance(
      { runtime, scratch, storage, limits, assets },
      { version, modules },
      {
        onTraces: this.events.onTraces,
        onEnd: (instance) => {
          this.ended(instance);
        },
      },
    );
  }

  private async stopOne(versionId: string): Promise<void> {
    const starting = this.starting.get(versionId);
    this.forget(versionId);
    const instance = await starting?.catch(() => undefined);
    await instance?.stop();
  }

  /** A process has ended, and nobody has called for it here. The next request starts another one. */
  private ended(instance: Instance): void {
    const { id } = instance.version;
    const isRunning = this.running.get(id) === instance;
    if (isRunning) this.forget(id);
    if (!isRunning && !this.leaving.delete(instance)) return;
    this.starts.ended(id, instance.ageMs);
    // Left alone, Miniflare would start it again, needed or not.
    this.clear(Promise.all([instance.stop(), this.tell(instance)]));
  }

  /** Tells of an instance that has ended, once its requests know it too: some of them go to another one. */
  private async tell(instance: Instance): Promise<void> {
    await instance.invocations.untilNoneRuns();
    this.events.onEnd(instance);
  }

  private clear(work: Promise<unknown>): void {
    const clearing = work.then(
      () => undefined,
      () => undefined,
    );
    this.clearing.add(clearing);
    void clearing.then(() => this.clearing.delete(clearing));
  }

  private forget(versionId: string): void {
    this.starting.delete(versionId);
    this.running.delete(versionId);
  }
}
