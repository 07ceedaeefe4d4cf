import { kVoid, type Extension, type Service, type Worker_Binding } from "miniflare";
import { EXTENSION } from "./bindings/wrapped";

/** What Miniflare hands to a plugin of one worker's bindings. */
interface Entry {
  readonly name: string;
  readonly options: { readonly binding: object; readonly services: readonly Service[] };
}

/** Lets a worker have bindings, and the services behind them, in workerd's own words. Loaded by Miniflare itself. */
const raw = {
  options: { parse: (value: unknown) => value },
  getBindings: (entries: readonly Entry[] = []): Worker_Binding[] =>
    entries.map(({ name, options }) => ({ ...options.binding, name })),
  getNodeBindings: () => ({}),
  getServices: ({ options = [] }: { options?: readonly Entry[] }): Service[] =>
    options.flatMap(({ options: { services } }) => services.map(withStorage)),
  getExtensions: (): Extension[] => [EXTENSION],
};

/** A worker with object classes must say where their storage is; this word for it cannot be given as JSON. */
function withStorage(service: Service): Service {
  if (!("worker" in service) || !service.worker.durableObjectNamespaces) return service;
  return { ...service, worker: { ...service.worker, durableObjectStorage: { inMemory: kVoid } } };
}

export const plugins = { raw };
