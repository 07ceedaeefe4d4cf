import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "../data/runtime";
import type { Scratch } from "../data/scratch";
import { hasAlarms } from "./alarms";
import type { Surroundings } from "./bindings";
import { Door } from "./door";
import { objectHost, type Hosted } from "./object-host";
import { OnDemand } from "./on-demand";
import { StateProcess } from "./process";
import { Pulse } from "./pulse";

/** What the objects' processes are made of. */
export interface ObjectSettings {
  readonly runtime: Runtime;
  readonly scratch: Scratch;
  readonly plugin: string;
  readonly around: Surroundings;
  /** The folder of every script's objects. */
  readonly folder: string;
  /** The version whose code a script's objects run now. */
  readonly find: (scriptName: string) => Hosted | undefined;
}

/**
 * The Durable Objects of one script. All of them live in one process, so none is ever active twice, whichever version
 * asks for it.
 */
class ScriptObjects {
  readonly door: Door;
  private readonly process: OnDemand;
  private runs: string | undefined;
  private pulse: Pulse | undefined;
  private isClosed = false;

  constructor(
    private readonly settings: ObjectSettings,
    private readonly scriptName: string,
    number: number,
  ) {
    this.process = new OnDemand((onEnd) => this.start(onEnd));
    this.door = new Door(settings.scratch.path(`objects-${String(number)}`), () => this.process.socket());
  }

  /** Objects that wait for an alarm must be there when it rings. */
  async wake(): Promise<void> {
    if ((await hasAlarms(this.folder)) && !this.isClosed) await this.process.socket();
  }

  /** Objects go on with new code, as Cloudflare lets them, when another version is to run them. */
  async follow(): Promise<void> {
    if (!this.process.isRunning || this.settings.find(this.scriptName)?.version.id === this.runs) return;
    await this.process.stop();
    await this.wake();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.door.close();
    await this.process.stop();
  }

  /** Ends the objects with all that they have stored. */
  async remove(): Promise<void> {
    await this.process.stop(() => rm(this.folder, { recursive: true, force: true }));
  }

  private get folder(): string {
    return join(this.settings.folder, this.scriptName);
  }

  private async start(onEnd: () => void): Promise<StateProcess> {
    const { runtime, scratch, plugin, around, find } = this.settings;
    const hosted = find(this.scriptName);
    if (hosted === undefined) throw new Error(`No version of ${this.scriptName} is deployed.`);
    this.runs = hosted.version.id;
    await this.prepare(hosted.namespaceIds);
    const workers = objectHost(runtime, plugin, around, hosted);
    const program = { workers, persistence: { durableObjectsPersist: this.folder } };
    const process = await StateProcess.start(runtime, scratch, program, () => {
      this.pulse?.stop();
      onEnd();
    });
    this.pulse = new Pulse(process.socket, () => void this.process.stop());
    return process;
  }

  /** What a deleted class has stored goes with it. */
  private async prepare(namespaceIds: readonly string[]): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const left = (await readdir(this.folder)).filter((name) => !namespaceIds.includes(name));
    await Promise.all(left.map((name) => rm(join(this.folder, name), { recursive: true, force: true })));
  }
}

/** The Durable Objects of every script. */
export class Objects {
  private readonly scripts = new Map<string, ScriptObjects>();
  private made = 0;

  constructor(private readonly settings: ObjectSettings) {}

  /** Where a script's objects answer. */
  socket(scriptName: string): string {
    return this.of(scriptName).door.path;
  }

  /** To be called when a script, or its deployment, has changed. */
  async follow(scriptName: string, exists: boolean): Promise<void> {
    if (exists) await this.scripts.get(scriptName)?.follow();
    else await this.scripts.get(scriptName)?.remove();
  }

  /** Takes up what was stored before: alarms are waited for, and what belongs to no script any more goes. */
  async resume(exists: (scriptName: string) => boolean): Promise<void> {
    if (!existsSync(this.settings.folder)) return;
    const names = await readdir(this.settings.folder);
    await Promise.all(names.map((name) => (exists(name) ? this.of(name).wake() : this.of(name).remove())));
  }

  async close(): Promise<void> {
    await Promise.all([...this.scripts.values()].map((objects) => objects.close()));
  }

  private of(scriptName: string): ScriptObjects {
    const known = this.scripts.get(scriptName);
    if (known) return known;
    const objects = new ScriptObjects(this.settings, scriptName, this.made++);
    this.scripts.set(scriptName, objects);
    return objects;
  }
}
