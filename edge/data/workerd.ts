import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { setTimeout as sleep } from "node:timers/promises";
import type { Readable } from "node:stream";
import { openCpuClock, type CpuClock } from "./cpu";
import { discardOutput } from "./output";
import { isPrivate, openPorts } from "./private-sockets";

/** The operating system's process that runs a version. */
export class Workerd {
  readonly cpu: CpuClock;
  private readonly ended: Promise<void>;
  private hasEnded = false;
  private isKilled = false;

  constructor(private readonly child: ChildProcess) {
    this.cpu = openCpuClock(child.pid);
    this.ended = new Promise((resolve) => {
      child.once("exit", () => {
        this.hasEnded = true;
        this.cpu.close();
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isRunning(): boolean {
    return !this.hasEnded && !this.isKilled;
  }

  onceEnded(listener: () => void): void {
    this.child.once("exit", listener);
  }

  /** Waits until it has ended, but not for long. */
  async endWithin(milliseconds: number): Promise<void> {
    await Promise.race([this.ended, sleep(milliseconds, undefined, { ref: false })]);
  }

  /** Ends it at once: one that hangs does not hear any other signal. */
  kill(): void {
    this.isKilled = true;
    this.child.kill("SIGKILL");
  }
}

let isWatching = false;
let spawned: ChildProcess | undefined;

/** To be called before Miniflare starts its first process, so that {@link takeSpawned} knows of it. */
export function watchSpawns(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe("child_process", (message) => {
    spawned = (message as { process: ChildProcess }).process;
  });
}

/**
 * The process that was spawned last. Miniflare shows nobody its own, but calls back right after it has spawned one,
 * before anything else can have.
 */
export function takeSpawned(output: readonly Readable[]): Workerd {
  if (spawned === undefined) throw new Error("Miniflare called back without having started a process.");
  const child = spawned;
  spawned = undefined;
  discardOutput(child, output);
  if (isPrivate(child.spawnargs)) return new Workerd(child);
  child.kill("SIGKILL");
  throw openPorts();
}
