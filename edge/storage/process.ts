import type { Miniflare, MiniflareOptions } from "miniflare";
import { endAbove } from "../data/memory";
import { PrivateSockets } from "../data/private-sockets";
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
  /** What it may hold beyond what it needs itself, in megabytes. Then it is ended. */
  readonly memoryMb: number;
}

/** The socket of the first worker. */
const WAY_IN = "w";

/** Miniflare opens a socket of its own for the first of its workers. */
const NOBODY: WorkerOptions = {
  name: "nobody",
  modules: true,
  script: "export default { fetch: () => new Response(null, { status: 404 }) };",
};

/** A workerd that holds state for other processes, which reach it through a unix socket. */
export class StateProcess {
  private constructor(
    private readonly sockets: PrivateSockets,
    private readonly miniflare: Miniflare,
  ) {}

  static async start(
    runtime: Runtime,
    scratch: Scratch,
    program: Program,
    onEnd: () => void,
  ): Promise<StateProcess> {
    const sockets = new PrivateSockets(scratch);
    const miniflare = startMiniflare(runtime, scratch, sockets, optionsOf(program, sockets, onEnd));
    const process = new StateProcess(sockets, miniflare);
    try {
      await miniflare.ready;
    } catch (error) {
      await process.stop();
      throw error;
    }
    return process;
  }

  get socket(): string {
    return this.sockets.pathOf(WAY_IN);
  }

  /** Ends the process. What it has answered is on disk. */
  async stop(): Promise<void> {
    await this.miniflare.dispose().catch(() => undefined);
    await this.sockets.remove();
  }
}

function optionsOf(
  { workers: [first, ...others], persistence, memoryMb }: Program,
  sockets: PrivateSockets,
  onEnd: () => void,
): MiniflareOptions {
  return {
    ...processOptions(sockets, (workerd) => {
      workerd.onceEnded(onEnd);
      endAbove(memoryMb, workerd);
    }),
    ...persistence,
    workers: [NOBODY, { ...first, unsafeDirectSockets: [sockets.direct(WAY_IN)] }, ...others],
  };
}
