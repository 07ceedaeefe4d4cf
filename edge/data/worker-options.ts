import type { MiniflareOptions } from "miniflare";
import type { Modules, Version } from "../scripts/types";
import type { Storage } from "../storage";
import { rawBindingsOf } from "../storage/bindings";
import { rawOptions } from "../storage/raw";
import { codeOf, WORKER } from "./code";
import { processOptions } from "./process-options";
import { newestDate, type Runtime } from "./runtime";
import { TAIL_WORKER, type Trace } from "./tail";
import type { Workerd } from "./workerd";

/** What becomes known of a version's process. */
export interface Outlets {
  readonly onProcess: (workerd: Workerd) => void;
  readonly onTraces: (traces: readonly Trace[]) => void;
}

export const TAIL = "tail";

/** A way in past Miniflare's own, which is slow. */
const DIRECT = { host: "127.0.0.1", port: 0 };

/** How Miniflare is to run a version: alone, with a tail worker beside it, on loopback. */
export function optionsFor(
  runtime: Runtime,
  storage: Storage,
  version: Version,
  modules: Modules,
  outlets: Outlets,
): MiniflareOptions {
  return {
    ...processOptions(outlets.onProcess),
    workers: [userWorker(runtime, storage, version, modules), tailWorker(runtime, outlets.onTraces)],
  };
}

type WorkerOptions = Extract<MiniflareOptions, { workers: unknown[] }>["workers"][number];

function userWorker(runtime: Runtime, storage: Storage, version: Version, modules: Modules): WorkerOptions {
  return {
    ...codeOf(version, modules, newestDate(runtime)),
    unsafeBindings: rawOptions(storage.plugin, rawBindingsOf(version, storage)),
    tails: [TAIL],
    unsafeDirectSockets: [DIRECT],
  };
}

function tailWorker(runtime: Runtime, onTraces: Outlets["onTraces"]): WorkerOptions {
  return {
    name: TAIL,
    modules: true,
    script: TAIL_WORKER,
    compatibilityDate: "2025-07-24",
    // Lets it call the handlers of events other than requests.
    compatibilityFlags: ["service_binding_extra_handlers"],
    unsafeDirectSockets: [DIRECT],
    serviceBindings: {
      VERSION: WORKER,
      EDGE: async (request: { json(): Promise<unknown> }) => {
        onTraces((await request.json()) as Trace[]);
        return new runtime.Response(null, { status: 204 });
      },
    },
  };
}
