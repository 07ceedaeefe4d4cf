import { WORKER, codeOf } from "../data/code";
import { newestDate, type Runtime } from "../data/runtime";
import { environmentOf } from "../scripts/bindings";
import type { Binding, DurableObjectClass, Version } from "../scripts/types";
import { assignedCode, placedName } from "./assigned-code";
import { ownerOf, rawBindingsOf, type Surroundings } from "./bindings";
import type { Hosted, Hosting } from "./hosting";
import { OBJECT_HEADERS } from "./object-headers";
import { OBJECT_TAIL, objectTail, type ObjectTrace } from "./object-tail";
import { OUTBOUND } from "./outbound";
import type { WorkerOptions } from "./process";
import { rawOptions } from "./raw";

/** Hands requests and method calls to the objects they are for. */
const GATE = `
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const headers = new Headers(request.headers);
    const take = (name) => {
      const value = headers.get(name) ?? undefined;
      headers.delete(name);
      return value;
    };
    // The edge asks whether anybody is here, or wants to be told what objects did until now.
    if (!headers.has("${OBJECT_HEADERS.id}")) return this.env.TAIL.fetch(request);
    const className = take("${OBJECT_HEADERS.className}");
    const id = take("${OBJECT_HEADERS.id}");
    const name = take("${OBJECT_HEADERS.name}");
    const url = take("${OBJECT_HEADERS.url}");
    const stub = stubOf(this.env[className], id, name && decodeURIComponent(name));
    const own = new Request(url, new Request(request, { headers, cf: request.cf }));
    return stub.fetch(own).catch(thrown);
  }

  object(className, id, name) {
    return methodsOf(stubOf(this.env[className], id, name));
  }
}

// An exception does not get through HTTP by itself.
function thrown({ name, message, remote, retryable, overloaded }) {
  const error = encodeURIComponent(JSON.stringify({ name, message, remote, retryable, overloaded }));
  return new Response(null, { status: 500, headers: { "${OBJECT_HEADERS.thrown}": error } });
}

function stubOf(objects, id, name) {
  return objects.get(name === undefined ? objects.idFromString(id) : objects.idFromName(name));
}

// A stub itself cannot leave its process. What can is something that has the same methods, which workerd looks for on
// the prototype.
function methodsOf(stub) {
  class Methods extends RpcTarget {}
  const get = (own, key) => Reflect.get(Reflect.has(own, key) ? own : stub, key);
  return Object.setPrototypeOf(new Methods(), new Proxy(Methods.prototype, { get }));
}
`;

/** What the process that has a script's objects runs: the code of their versions, and the gate to the objects. */
export function objectHost(
  runtime: Runtime,
  plugin: string,
  around: Surroundings,
  { hostings }: Hosted,
  onTraces: (traces: readonly ObjectTrace[]) => void,
): [WorkerOptions, ...WorkerOptions[]] {
  const [only, newer] = hostings;
  const classes = only.version.durableObjects.classes.map(classOf);
  const gate: WorkerOptions = {
    name: "gate",
    modules: true,
    script: GATE,
    compatibilityDate: "2025-07-24",
    durableObjects: Object.fromEntries(classes.map((one) => [one.className, { ...one, scriptName: WORKER }])),
    serviceBindings: { TAIL: OBJECT_TAIL },
  };
  const names = classes.map(({ className }) => className);
  const newest = newestDate(runtime);
  const user: WorkerOptions = {
    ...(newer ? assignedCode([only, newer], names, newest) : codeOf(only.version, only.modules, newest)),
    ...environment(plugin, around, newer ? [only, newer] : [only]),
    tails: [OBJECT_TAIL],
    outboundService: OUTBOUND,
  };
  return [gate, user, objectTail(runtime, onTraces), around.outbound];
}

/** What the code finds in its `env`: that of the only version as it is, that of two each under names of its own. */
function environment(plugin: string, around: Surroundings, hostings: readonly Hosting[]) {
  const parts = hostings.map(({ version }, place) => {
    const rename = (name: string): string => (hostings.length === 1 ? name : placedName(place, name));
    return environmentIn(version, around, rename);
  });
  return {
    bindings: Object.assign({}, ...parts.map(({ bindings }) => bindings)) as object,
    durableObjects: Object.assign({}, ...parts.map(({ durableObjects }) => durableObjects)) as object,
    unsafeBindings: rawOptions(
      plugin,
      parts.flatMap(({ raw }) => raw),
    ),
  };
}

function environmentIn(version: Version, around: Surroundings, rename: (name: string) => string) {
  const here = (binding: Binding): boolean => leadsHere(version, binding);
  const elsewhere = { ...version, bindings: version.bindings.filter((binding) => !here(binding)) };
  const renamed = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
    Object.fromEntries(entries.map(([name, value]) => [rename(name), value]));
  const own = version.bindings.filter(here).flatMap(({ name, class_name: className }) => {
    const found = version.durableObjects.classes.find((one) => one.className === className);
    return found ? [[name, classOf(found)] as const] : [];
  });
  return {
    bindings: renamed(Object.entries(environmentOf(version))),
    durableObjects: renamed(own),
    raw: rawBindingsOf(elsewhere, around).map((one) => ({ ...one, name: rename(one.name) })),
  };
}

/** A class as Miniflare wants it. What is stored belongs to the namespace, whatever the class is called. */
export function classOf({ className, storage, namespaceId }: DurableObjectClass) {
  return { className, useSQLite: storage === "sqlite", unsafeUniqueKey: namespaceId };
}

/** Whether a binding is for objects of the version's own script. */
function leadsHere({ scriptName }: Version, binding: Binding): boolean {
  return binding.type === "durable_object_namespace" && ownerOf(binding, scriptName) === scriptName;
}
