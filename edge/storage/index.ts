import { join } from "node:path";
import type { Runtime } from "../data/runtime";
import type { Scratch } from "../data/scratch";
import type { Version } from "../scripts/types";
import { makePrivateFolder } from "../state/private-file";
import type { Origins } from "../zones/hosts";
import type { Surroundings } from "./bindings";
import type { ObjectClass } from "./bindings/objects";
import { Calls, type Answerer } from "./calls";
import type { Directory } from "./directory";
import type { Hosted } from "./hosting";
import { Objects } from "./objects";
import { outboundWorker, type Reach } from "./outbound";
import type { WorkerOptions } from "./process";
import { RateLimits } from "./rate-limits";
import type { ObjectSettings } from "./script-objects";
import { writePlugin } from "./raw";
import { Stores, type StoreKind } from "./stores";

/** All that outlives a version: its KV, D1, R2 and Durable Objects, and the other Workers that it calls. */
export class Storage implements Surroundings {
  readonly plugin: string;
  readonly outbound: WorkerOptions;
  private readonly stores: Stores;
  private readonly objectProcesses: Objects;
  private readonly calls: Calls;
  private readonly counter: RateLimits;

  constructor(
    runtime: Runtime,
    scratch: Scratch,
    private readonly directory: Directory,
    stateDir: string | undefined,
    reach: Reach,
    origins: Origins,
    /** Where Workers send messages to queues. */
    readonly queues: string,
    own: Pick<ObjectSettings, "onTraces" | "orphanedSocketsMs" | "memoryMb">,
  ) {
    const folder = join(stateDir ?? scratch.path("state"), "storage");
    // What workerd writes there is readable for all: the folder is not.
    makePrivateFolder(folder);
    const plugin = writePlugin(scratch);
    const find = (scriptName: string): Hosted | undefined => directory.host(scriptName);
    this.plugin = plugin;
    const { memoryMb } = own;
    const exists = (kind: StoreKind, id: string): boolean => directory.hasStore(kind, id);
    this.stores = new Stores({ runtime, scratch, plugin, folder, memoryMb, exists });
    this.counter = new RateLimits(scratch);
    const objects = { around: this, folder: join(folder, "objects"), find, ...own };
    this.objectProcesses = new Objects({ runtime, scratch, plugin, ...objects });
    this.calls = new Calls(scratch, reach.subdomain, origins);
    this.outbound = outboundWorker(plugin, this.calls.visits, reach);
  }

  store(kind: StoreKind): string {
    return this.stores.socket(kind);
  }

  get rateLimits(): string {
    return this.counter.socket;
  }

  service(name: string): string {
    return this.calls.socket(name);
  }

  objects(version: Version, scriptName: string, className: string): ObjectClass {
    const namespaceId = this.directory.namespaceId(version, scriptName, className);
    return { scriptName, className, namespaceId, socket: this.objectProcesses.socket(scriptName) };
  }

  /** Begins: calls of services are answered by `answerer`, and objects whose alarms were set before wait for them. */
  open(answerer: Answerer): void {
    this.calls.open(answerer);
    void this.objectProcesses.resume((name) => this.directory.exists(name)).catch(() => undefined);
  }

  /** To be called when a script, or its deployment, has changed. */
  readonly follow = (scriptName: string): void => {
    const exists = this.directory.exists(scriptName);
    void this.objectProcesses.follow(scriptName, exists).catch(() => undefined);
  };

  /** Lets a script's objects follow it to its new name. */
  move(from: string, to: string): Promise<void> {
    return this.objectProcesses.move(from, to);
  }

  async close(): Promise<void> {
    this.calls.close();
    this.counter.close();
    await Promise.all([this.stores.close(), this.objectProcesses.close()]);
  }
}
