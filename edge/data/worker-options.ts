import type { Readable } from "node:stream";
import type { MiniflareOptions } from "miniflare";
import { environmentOf } from "../scripts/bindings";
import { runnableDate } from "../scripts/compatibility";
import type { Modules, Version } from "../scripts/types";
import { mark } from "./processes";
import { newestDate, type Runtime } from "./runtime";
import { TAIL_WORKER, type Trace } from "./tail";
import { takeSpawned, type Workerd } from "./workerd";

/** What becomes known of a version's process. */
export interface Outlets {
  readonly onProcess: (workerd: Workerd) => void;
  readonly onTraces: (traces: readonly Trace[]) => void;
}

/** The name a version goes by in its own process, where it is the only one. */
export const WORKER = "version";
const TAIL = "tail";

/** How Miniflare is to run a version: alone, with a tail worker beside it, on loopback. */
export function optionsFor(
  runtime: Runtime,
  version: Version,
  modules: Modules,
  outlets: Outlets,
): MiniflareOptions {
  return {
    host: "127.0.0.1",
    port: 0,
    cf: false,
    logRequests: false,
    unsafeRuntimeEnv: mark(),
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      // A console line comes as telemetry too, so the output itself goes nowhere.
      stdout.resume();
      stderr.resume();
      outlets.onProcess(takeSpawned());
    },
    workers: [userWorker(runtime, version, modules), tailWorker(runtime, outlets.onTraces)],
  };
}

type WorkerOptions = Extract<MiniflareOptions, { workers: unknown[] }>["workers"][number];

function userWorker(runtime: Runtime, version: Version, modules: Modules): WorkerOptions {
  return {
    name: WORKER,
    modulesRoot: "/",
    modules: mainFirst(modules, version.mainModule).map(({ name, type, content }) => ({
      type,
      path: `/${name}`,
      contents: Buffer.from(content),
    })),
    compatibilityDate: runnableDate(version.compatibilityDate, newestDate(runtime)),
    compatibilityFlags: [...version.compatibilityFlags],
    bindings: environmentOf(version),
    tails: [TAIL],
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

function tailWorker(runtime: Runtime, onTraces: Outlets["onTraces"]): WorkerOptions {
  return {
    name: TAIL,
    modules: true,
    script: TAIL_WORKER,
    compatibilityDate: "2025-07-24",
    serviceBindings: {
      EDGE: async (request: { json(): Promise<unknown> }) => {
        onTraces((await request.json()) as Trace[]);
        return new runtime.Response(null, { status: 204 });
      },
    },
  };
}

/** workerd starts with the first module it is given. */
function mainFirst(modules: Modules, mainModule: string): Modules {
  return modules.toSorted((a, b) => Number(b.name === mainModule) - Number(a.name === mainModule));
}
