import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import type { Miniflare, MiniflareOptions } from "miniflare";
import { processOptions } from "../data/process-options";
import { startMiniflare, type Runtime } from "../data/runtime";
import type { Scratch } from "../data/scratch";

type Shared = Omit<MiniflareOptions, "workers">;

/** The options of a worker, for Miniflare. */
export interface WorkerOptions {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** What a process runs. The first of the workers is the one that its socket leads to. */
export interface Program {
  readonly workers: readonly [WorkerOptions, ...WorkerOptions[]];
  readonly persistence: Shared;
}

/** Miniflare opens a port for the first of its workers, where nobody must find anything. */
const NOBODY: WorkerOptions = {
  name: "nobody",
  modules: true,
  script: "export default { fetch: () => new Response(null, { status: 404 }) };",
};

/** A workerd that holds state for other processes, which reach it through a unix socket. */
export class StateProcess {
  private constructor(
    readonly socket: string,
    private readonly miniflare: Miniflare,
  ) {}

  static async start(
    runtime: Runtime,
    scratch: Scratch,
    program: Program,
    onEnd: () => void,
  ): Promise<StateProcess> {
    // Short, since the path of a unix socket must be.
    const path = scratch.path(randomBytes(6).toString("hex"));
    const miniflare = scratch.lend(() => startMiniflare(runtime, optionsOf(program, path, onEnd)));
    try {
      await miniflare.ready;
    } catch (error) {
      await miniflare.dispose().catch(() => undefined);
      throw error;
    }
    // Miniflare takes the path for a host and adds a port.
    return new StateProcess(`${path}:0`, miniflare);
  }

  /** Ends the process. What it has answered is on disk. */
  async stop(): Promise<void> {
    await this.miniflare.dispose().catch(() => undefined);
    await rm(this.socket, { force: true });
  }
}

function optionsOf(
  { workers: [first, ...others], persistence }: Program,
  path: string,
  onEnd: () => void,
): MiniflareOptions {
  const socket = { host: `unix:${path}`, port: 0 };
  return {
    ...processOptions((workerd) => {
      workerd.onceEnded(onEnd);
    }),
    ...persistence,
    workers: [NOBODY, { ...first, unsafeDirectSockets: [socket] }, ...others],
  };
}
