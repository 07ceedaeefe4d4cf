import { join } from "node:path";
import type { Runtime } from "../data/runtime";
import type { Scratch } from "../data/scratch";
import { Door } from "./door";
import { OnDemand } from "./on-demand";
import { StateProcess, type Program } from "./process";
import { rawOptions } from "./raw";

/** The kinds of stores, as the workers of a version's bindings ask for them. */
export type StoreKind = "kv" | "d1" | "r2";

/** How a request says which store it is for. */
export const STORE_HEADERS = { kind: "x-edge-store-kind", id: "x-edge-store-id" } as const;

/** Miniflare's own objects that are a store each: all that are open are in this one process. */
const STORES = [
  { name: "kv", serviceName: "kv:ns", className: "KVNamespaceObject" },
  { name: "d1", serviceName: "d1:db", className: "D1DatabaseObject" },
  { name: "r2", serviceName: "r2:bucket", className: "R2BucketObject" },
] as const satisfies readonly { name: StoreKind; serviceName: string; className: string }[];

/** Hands each request to the store it is for. A store is there as soon as it is asked for. */
const GATE = `
export default {
  fetch(request, env) {
    const store = env[request.headers.get("${STORE_HEADERS.kind}")];
    const name = request.headers.get("${STORE_HEADERS.id}");
    return store.get(store.idFromName(name)).fetch(request, { cf: { miniflare: { name } } });
  },
};
`;

/**
 * The KV namespaces, D1 databases and R2 buckets of the account. One process has them all, so no two ever open the
 * same file, and each is one object there, which does one thing at a time.
 */
export class Stores {
  private readonly process: OnDemand;
  private readonly door: Door;

  constructor(runtime: Runtime, scratch: Scratch, plugin: string, folder: string) {
    const program = programOf(plugin, folder);
    this.process = new OnDemand((onEnd) => StateProcess.start(runtime, scratch, program, onEnd));
    this.door = new Door(scratch.path("stores"), () => this.process.socket());
  }

  /** Where the stores answer. */
  get socket(): string {
    return this.door.path;
  }

  async close(): Promise<void> {
    this.door.close();
    await this.process.stop();
  }
}

function programOf(plugin: string, folder: string): Program {
  const gate = {
    name: "gate",
    modules: true,
    script: GATE,
    compatibilityDate: "2025-07-24",
    // Miniflare sets up a kind of store only when a worker has one.
    kvNamespaces: ["unused-kv"],
    d1Databases: ["unused-d1"],
    r2Buckets: ["unused-r2"],
    unsafeBindings: rawOptions(
      plugin,
      STORES.map(({ name, ...object }) => ({
        name,
        binding: { durableObjectNamespace: object },
        services: [],
      })),
    ),
  };
  return { workers: [gate], persistence: { defaultPersistRoot: join(folder, "stores") } };
}
