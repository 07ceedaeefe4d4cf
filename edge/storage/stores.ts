import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { CODES } from "../api/codes";
import type { Runtime } from "../data/runtime";
import type { Scratch } from "../data/scratch";
import { Door } from "./door";
import { OnDemand } from "./on-demand";
import { StateProcess, type Program } from "./process";
import { Pulse } from "./pulse";
import { rawOptions } from "./raw";

/** The kinds of stores, as the workers of a version's bindings ask for them. */
export type StoreKind = "kv" | "d1" | "r2";

/** How a request says which store it is for. */
export const STORE_HEADERS = { kind: "x-edge-store-kind", id: "x-edge-store-id" } as const;

/** Miniflare's own objects that are a store each, and its option for workers that have one. */
const STORES = {
  kv: { option: "kvNamespaces", serviceName: "kv:ns", className: "KVNamespaceObject" },
  d1: { option: "d1Databases", serviceName: "d1:db", className: "D1DatabaseObject" },
  r2: { option: "r2Buckets", serviceName: "r2:bucket", className: "R2BucketObject" },
} as const satisfies Record<StoreKind, { option: string; serviceName: string; className: string }>;

/** Hands each request to the store it is for. A store is there as soon as it is asked for. The edge asks for none. */
const GATE = `
export default {
  fetch(request, env) {
    const store = env[request.headers.get("${STORE_HEADERS.kind}")];
    if (store === undefined) return new Response(null, { status: 404 });
    const name = request.headers.get("${STORE_HEADERS.id}");
    return store.get(store.idFromName(name)).fetch(request, { cf: { miniflare: { name } } });
  },
};
`;

/** What the processes of stores are made of. */
export interface StoreSettings {
  readonly runtime: Runtime;
  readonly scratch: Scratch;
  readonly plugin: string;
  /** The folder of everything that is stored. */
  readonly folder: string;
  /** What one process may hold. */
  readonly memoryMb: number;
  /** Whether the account has a store, which may have been deleted while Workers are bound to it. */
  readonly exists: (kind: StoreKind, id: string) => boolean;
}

/** Answers for a store that was deleted, in what each kind of binding takes for a failure. */
function sendGone(response: ServerResponse, kind: StoreKind, id: string): void {
  const message = `${{ kv: "KV namespace", d1: "D1 database", r2: "R2 bucket" }[kind]} ${id} does not exist (deleted?)`;
  response.writeHead(410, message, {
    "content-type": "application/json",
    "cf-r2-error": JSON.stringify({ version: 1, v4code: CODES.noBucket, message }),
  });
  response.end(JSON.stringify({ success: false, error: message }));
}

/**
 * The KV namespaces, D1 databases and R2 buckets of the account. One process has all of a kind, so no two ever open the
 * same file, and each is one object there, which does one thing at a time. A D1 query that does not end holds up no
 * other kind.
 */
export class Stores {
  private readonly kinds: Readonly<Record<StoreKind, KindOfStore>>;

  constructor(settings: StoreSettings) {
    const kind = (name: StoreKind): KindOfStore => new KindOfStore(settings, name);
    this.kinds = { kv: kind("kv"), d1: kind("d1"), r2: kind("r2") };
  }

  /** Where the stores of a kind answer. */
  socket(kind: StoreKind): string {
    return this.kinds[kind].door.path;
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.kinds).map((kind) => kind.close()));
  }
}

/** The one process of a kind of stores. */
class KindOfStore {
  readonly door: Door;
  private readonly process: OnDemand;
  private pulse: Pulse | undefined;

  constructor(
    private readonly settings: StoreSettings,
    private readonly kind: StoreKind,
  ) {
    this.process = new OnDemand((onEnd) => this.start(onEnd));
    this.door = new Door(
      settings.scratch.path(`store-${kind}`),
      () => this.process.socket(),
      (request, response) => this.isRefused(request, response),
    );
  }

  async close(): Promise<void> {
    this.door.close();
    await this.process.stop();
  }

  private isRefused({ headers }: IncomingMessage, response: ServerResponse): boolean {
    const id = String(headers[STORE_HEADERS.id]);
    if (this.settings.exists(this.kind, id)) return false;
    sendGone(response, this.kind, id);
    return true;
  }

  private async start(onEnd: () => void): Promise<StateProcess> {
    const { runtime, scratch } = this.settings;
    const process = await StateProcess.start(runtime, scratch, programOf(this.settings, this.kind), () => {
      this.pulse?.stop();
      onEnd();
    });
    this.pulse = new Pulse(process.socket, () => void this.process.stop());
    return process;
  }
}

function programOf({ plugin, folder, memoryMb }: StoreSettings, kind: StoreKind): Program {
  const { option, ...object } = STORES[kind];
  const gate = {
    name: "gate",
    modules: true,
    script: GATE,
    compatibilityDate: "2025-07-24",
    // Miniflare sets up a kind of store only when a worker has one.
    [option]: ["unused"],
    unsafeBindings: rawOptions(plugin, [
      { name: kind, binding: { durableObjectNamespace: object }, services: [] },
    ]),
  };
  return { workers: [gate], persistence: { defaultPersistRoot: join(folder, "stores") }, memoryMb };
}
