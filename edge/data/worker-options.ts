import type { MiniflareOptions } from "miniflare";
import type { Modules, Version } from "../scripts/types";
import { runnableDate } from "../scripts/compatibility";
import type { Storage } from "../storage";
import { rawBindingsOf } from "../storage/bindings";
import { OUTBOUND } from "../storage/outbound";
import { rawOptions } from "../storage/raw";
import { codeOf, WORKER } from "./code";
import type { PrivateSockets } from "./private-sockets";
import { processOptions } from "./process-options";
import { newestDate, type Runtime } from "./runtime";
import { assetBindings, siteWorker } from "./site";
import { TAIL_WORKER, type Trace } from "./tail";
import type { Workerd } from "./workerd";

/** A version and what it runs, which is read only when the version has to be started. */
export interface Startable {
  readonly version: Version;
  readonly modules: Modules;
}

/** A version as it is about to start: its static assets, if it has any, lie in a folder. */
export interface Prepared extends Startable {
  readonly assetFolder: string | undefined;
}

/** What becomes known of a version's process. */
export interface Outlets {
  readonly onProcess: (workerd: Workerd) => void;
  readonly onTraces: (traces: readonly Trace[]) => void;
}

const TAIL = "tail";

/** The sockets of both: ways in past Miniflare's own, which is slow. */
export const SOCKETS = { version: "v", tail: "t" } as const;

/** How Miniflare is to run a version: alone, with a tail worker beside it. */
export function optionsFor(
  runtime: Runtime,
  storage: Storage,
  prepared: Prepared,
  sockets: PrivateSockets,
  outlets: Outlets,
): MiniflareOptions {
  return {
    ...processOptions(sockets, outlets.onProcess),
    workers: [
      userWorker(runtime, storage, prepared, sockets),
      ...siteWorkers(runtime, prepared, sockets),
      tailWorker(runtime, outlets.onTraces, sockets),
      storage.outbound,
    ],
  };
}

type WorkerOptions = Extract<MiniflareOptions, { workers: unknown[] }>["workers"][number];

function userWorker(
  runtime: Runtime,
  storage: Storage,
  { version, modules, assetFolder }: Prepared,
  sockets: PrivateSockets,
): WorkerOptions {
  const raw = [
    ...rawBindingsOf(version, storage),
    ...(assetFolder === undefined ? [] : assetBindings(version)),
  ];
  return {
    ...codeOf(version, modules, newestDate(runtime)),
    unsafeBindings: rawOptions(storage.plugin, raw),
    tails: [TAIL],
    outboundService: OUTBOUND,
    // Requests of a version with static assets come in before it.
    ...(assetFolder === undefined && { unsafeDirectSockets: [sockets.direct(SOCKETS.version)] }),
  };
}

function siteWorkers(
  runtime: Runtime,
  { version, assetFolder }: Prepared,
  sockets: PrivateSockets,
): ReturnType<typeof siteWorker>[] {
  if (assetFolder === undefined || version.assets === undefined) return [];
  const date = runnableDate(version.compatibilityDate, newestDate(runtime));
  return [siteWorker(assetFolder, version.assets.config, version, date, sockets.direct(SOCKETS.version))];
}

function tailWorker(runtime: Runtime, onTraces: Outlets["onTraces"], sockets: PrivateSockets): WorkerOptions {
  return {
    name: TAIL,
    modules: true,
    script: TAIL_WORKER,
    compatibilityDate: "2025-07-24",
    // Lets it call the handlers of events other than requests.
    compatibilityFlags: ["service_binding_extra_handlers"],
    unsafeDirectSockets: [sockets.direct(SOCKETS.tail)],
    serviceBindings: {
      VERSION: WORKER,
      EDGE: async (request: { json(): Promise<unknown> }) => {
        onTraces((await request.json()) as Trace[]);
        return new runtime.Response(null, { status: 204 });
      },
    },
  };
}
