import type { Binding } from "./types";

/** Kinds of bindings to products that the local edge does not have. */
const ELSEWHERE: readonly string[] = [
  "agent_memory",
  "ai",
  "ai_search",
  "ai_search_namespace",
  "artifacts",
  "browser",
  "dispatch_namespace",
  "flagship",
  "hyperdrive",
  "images",
  "k2",
  "logfwdr",
  "media",
  "messaging",
  "mtls_certificate",
  "pipelines",
  "secrets_store_secret",
  "send_email",
  "stream",
  "vectorize",
  "vpc_network",
  "vpc_service",
  "worker_loader",
  "workflow",
];

/** What of a binding the local edge does not emulate, in words; undefined where it emulates all of it. */
export function unemulatedIn(binding: Binding): string | undefined {
  const { type, entrypoint, props, jurisdiction, dispatch_namespace: dispatch } = binding;
  if (ELSEWHERE.includes(type)) return `bindings of type '${type}'`;
  if (type === "service" && entrypoint != null && entrypoint !== "default")
    return "service bindings to a named entrypoint";
  if (type === "service" && props != null) return "props of a service binding";
  if (type === "r2_bucket" && jurisdiction != null) return "jurisdictions of R2 buckets";
  if (type === "durable_object_namespace" && dispatch != null) return "objects in a dispatch namespace";
  return undefined;
}

/** Whether a binding has a type that Cloudflare knows and the edge has nothing for. */
export function isElsewhere({ type }: Pick<Binding, "type">): boolean {
  return ELSEWHERE.includes(type);
}
