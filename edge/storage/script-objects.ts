import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "../data/runtime";
import type { Scratch } from "../data/scratch";
import type { Version } from "../scripts/types";
import { hasAlarms } from "./alarms";
import { versionOfObject } from "./assignment";
import type { Surroundings } from "./bindings";
import { Door } from "./door";
import type { Hosted } from "./hosting";
import { objectHost } from "./object-host";
import { flush } from "./flush";
import type { ObjectTrace } from "./object-tail";
import { OnDemand } from "./on-demand";
import { StateProcess } from "./process";
import { Pulse } from "./pulse";
import { resetTrace, sendReset } from "./reset";
import { fateOfSockets, type Followed } from "./sockets";

/** What the objects' processes are made of. */
export interface ObjectSettings {
  readonly runtime: Runtime;
  readonly scratch: Scratch;
  readonly plugin: string;
  readonly around: Surroundings;
  /** The folder of every script's objects. */
  readonly folder: string;
  /** What a script's objects run now. */
  readonly find: (scriptName: string) => Hosted | undefined;
  /** After how much quiet the WebSockets are closed that deployments orphan. Undefined where they orphan none. */
  readonly orphanedSocketsMs: number | undefined;
  /** What the objects of one script may hold together, in megabytes. */
  readonly memoryMb: number;
  /** Hears what objects did that run a version. */
  readonly onTraces: (version: Version, traces: readonly ObjectTrace[]) => void;
}

/**
 * The Durable Objects of one script. All of them live in one process, so none is ever active twice, whichever version
 * asks for it and whichever it is assigned to. When assignments change, all of them begin anew.
 */
export class ScriptObjects {
  readonly door: Door;
  private readonly process: OnDemand;
  /** What the process was started with last. */
  private hosted: Hosted | undefined;
  /** The deployment that the objects followed last. */
  private followed: Followed | undefined;
  private pulse: Pulse | undefined;
  private isClosed = false;

  constructor(
    private readonly settings: ObjectSettings,
    private readonly scriptName: string,
    number: number,
  ) {
    this.process = new OnDemand((onEnd) => this.start(onEnd), flush);
    this.door = new Door(settings.scratch.path(`objects-${String(number)}`), () => this.process.socket());
  }

  /** Objects that wait for an alarm must be there when it rings. */
  async wake(): Promise<void> {
    if ((await hasAlarms(this.folder)) && !this.isClosed) await this.process.socket();
  }

  /** Objects go on with the code of their version, as Cloudflare lets them, when a deployment assigns them anew. */
  async follow(): Promise<void> {
    const now = this.settings.find(this.scriptName);
    this.treatSockets(now?.deployment);
    if (!this.process.isRunning || assignmentOf(now) === assignmentOf(this.hosted)) return;
    const stopped = this.process.stop();
    this.reset();
    await stopped;
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
    this.hosted = hosted;
    this.followed = hosted.deployment;
    await this.prepare(hosted.namespaceIds);
    const workers = objectHost(runtime, plugin, around, hosted, (traces) => {
      this.tell(hosted, traces);
    });
    const { memoryMb } = this.settings;
    const program = { workers, persistence: { durableObjectsPersist: this.folder }, memoryMb };
    const process = await StateProcess.start(runtime, scratch, program, () => {
      this.pulse?.stop();
      onEnd();
    });
    this.pulse = new Pulse(process.socket, () => void this.process.stop());
    return process;
  }

  /** Orphans or closes the WebSockets of the objects when a new deployment does that, even if no object is reset. */
  private treatSockets(now: Followed | undefined): void {
    const { orphanedSocketsMs } = this.settings;
    const fate = fateOfSockets(this.followed, now);
    this.followed = now;
    if (orphanedSocketsMs === undefined) return;
    if (fate === "close") this.door.closeTunnels();
    if (fate === "orphan") this.door.orphanSockets(orphanedSocketsMs);
  }

  /** Those who wait for an object are told that it begins anew, and so is telemetry. */
  private reset(): void {
    const traces = this.door.reset(sendReset).map((request) => resetTrace(request, Date.now()));
    if (this.hosted !== undefined) this.tell(this.hosted, traces);
  }

  private tell(hosted: Hosted, traces: readonly ObjectTrace[]): void {
    for (const trace of traces) this.settings.onTraces(versionOf(hosted, trace.durableObjectId), [trace]);
  }

  /** What a deleted class has stored goes with it. */
  private async prepare(namespaceIds: readonly string[]): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const left = (await readdir(this.folder)).filter((name) => !namespaceIds.includes(name));
    await Promise.all(left.map((name) => rm(join(this.folder, name), { recursive: true, force: true })));
  }
}

/** What decides which version an object runs. */
function assignmentOf(hosted: Hosted | undefined): string {
  return JSON.stringify(hosted?.hostings.map((one) => one && [one.version.id, one.percentage]));
}

function versionOf({ hostings: [older, newer] }: Hosted, objectId: string): Version {
  if (newer === undefined) return older.version;
  const split = [older, newer].map(({ version, percentage }) => ({ versionId: version.id, percentage }));
  return versionOfObject(split, objectId) === newer.version.id ? newer.version : older.version;
}
