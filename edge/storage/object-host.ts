import { WORKER, codeOf } from "../data/code";
import { newestDate, type Runtime } from "../data/runtime";
import type { Binding, DurableObjectClass, Modules, Version } from "../scripts/types";
import { ownerOf, rawBindingsOf, type Surroundings } from "./bindings";
import { OBJECT_HEADERS } from "./object-headers";
import { OBJECT_TAIL, objectTail, type ObjectTrace } from "./object-tail";
import type { WorkerOptions } from "./process";
import { rawOptions } from "./raw";

/** The version whose code a script's objects run. */
export interface Hosted {
  readonly version: Version;
  readonly modules: Modules;
  /** The namespaces that the script has now. */
  readonly namespaceIds: readonly string[];
}

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

/** What the process that has a script's objects runs: the version's code, and the gate to its objects. */
export function objectHost(
  runtime: Runtime,
  plugin: string,
  around: Surroundings,
  hosted: Hosted,
  onTraces: (traces: readonly ObjectTrace[]) => void,
): [WorkerOptions, ...WorkerOptions[]] {
  const { version, modules } = hosted;
  const classes = version.durableObjects.classes.map(classOf);
  const here = (binding: Binding): boolean => leadsHere(version, binding);
  const elsewhere = { ...version, bindings: version.bindings.filter((binding) => !here(binding)) };
  const gate: WorkerOptions = {
    name: "gate",
    modules: true,
    script: GATE,
    compatibilityDate: "2025-07-24",
    durableObjects: Object.fromEntries(classes.map((one) => [one.className, { ...one, scriptName: WORKER }])),
    serviceBindings: { TAIL: OBJECT_TAIL },
  };
  const user: WorkerOptions = {
    ...codeOf(version, modules, newestDate(runtime)),
    durableObjects: Object.fromEntries(
      version.bindings.filter(here).flatMap(({ name, class_name: className }) => {
        const found = classes.find((one) => one.className === className);
        return found ? [[name, found]] : [];
      }),
    ),
    unsafeBindings: rawOptions(plugin, rawBindingsOf(elsewhere, around)),
    tails: [OBJECT_TAIL],
  };
  return [gate, user, objectTail(runtime, onTraces)];
}

/** A class as Miniflare wants it. What is stored belongs to the namespace, whatever the class is called. */
export function classOf({ className, storage, namespaceId }: DurableObjectClass) {
  return { className, useSQLite: storage === "sqlite", unsafeUniqueKey: namespaceId };
}

/** Whether a binding is for objects of the version's own script. */
function leadsHere({ scriptName }: Version, binding: Binding): boolean {
  return binding.type === "durable_object_namespace" && ownerOf(binding, scriptName) === scriptName;
}
