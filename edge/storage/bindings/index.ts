import { databaseId } from "../../scripts/binding-kinds";
import { unemulatedIn } from "../../scripts/unemulated-bindings";
import type { Binding, Version } from "../../scripts/types";
import type { WorkerOptions } from "../process";
import type { RawBinding } from "../raw";
import type { StoreKind } from "../stores";
import { objectsBinding, type ObjectClass } from "./objects";
import { keyBinding } from "./key";
import { queueBinding } from "./queue";
import { serviceBinding } from "./service";
import { d1Binding, kvBinding, r2Binding } from "./stores";
import { datasetBinding, rateLimitBinding, stubBinding, type RateLimited } from "./wrapped";

/** Where a version finds what its bindings lead to: unix around. */
export interface Surroundings {
  /** The worker that its requests go out through. */
  readonly outbound: WorkerOptions;
  store(kind: StoreKind): string;
  service(name: string): string;
  readonly rateLimits: string;
  readonly queues: string;
  objects(version: Version, scriptName: string, className: string): ObjectClass;
}

/** The bindings of a version that are no plain values. */
export function rawBindingsOf(version: Version, around: Surroundings): RawBinding[] {
  return version.bindings.flatMap((binding) => rawBinding(binding, version, around) ?? []);
}

function rawBinding(binding: Binding, version: Version, around: Surroundings): RawBinding | undefined {
  const { name } = binding;
  const missing = unemulatedIn(binding);
  if (missing !== undefined) return stubBinding(name, missing);
  const find = (kind: StoreKind): string => around.store(kind);
  switch (binding.type) {
    case "kv_namespace":
      return kvBinding(find, name, text(binding, "namespace_id"));
    case "d1":
      return d1Binding(find, name, databaseId(binding));
    case "r2_bucket":
      return r2Binding(find, name, text(binding, "bucket_name"));
    case "durable_object_namespace": {
      const owner = ownerOf(binding, version.scriptName);
      return objectsBinding(name, around.objects(version, owner, text(binding, "class_name")));
    }
    case "service": {
      const service = text(binding, "service");
      return serviceBinding(around.service(service), name, service);
    }
    case "queue":
      return queueBinding(name, around.queues, text(binding, "queue_name"));
    case "analytics_engine":
      return datasetBinding(name);
    case "ratelimit":
      return rateLimitBinding(name, around.rateLimits, rateLimited(binding));
    case "secret_key":
      return keyBinding(binding);
    default:
      return undefined;
  }
}

function rateLimited(binding: Binding): RateLimited {
  const { limit, period } = binding["simple"] as Pick<RateLimited, "limit" | "period">;
  return { namespaceId: text(binding, "namespace_id"), limit, period };
}

/** The script that has the objects' class. */
export function ownerOf(binding: Binding, scriptName: string): string {
  return typeof binding["script_name"] === "string" ? binding["script_name"] : scriptName;
}

/** A field that the upload was checked for. */
function text(binding: Binding, field: string): string {
  return String(binding[field]);
}
