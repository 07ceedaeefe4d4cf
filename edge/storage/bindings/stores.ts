import { external } from "../external";
import type { RawBinding } from "../raw";
import { STORE_HEADERS, type StoreKind } from "../stores";

/** Tells the socket of a kind of stores. */
type Find = (kind: StoreKind) => string;

/** The service through which a version reaches one store, and its name. */
function store(
  find: Find,
  kind: StoreKind,
  id: string,
): Pick<RawBinding, "services"> & { to: { name: string } } {
  const name = `store:${kind}:${id}`;
  const headers = { [STORE_HEADERS.kind]: kind, [STORE_HEADERS.id]: id };
  return { to: { name }, services: [external(name, find(kind), { headers })] };
}

/** A KV namespace. */
export function kvBinding(find: Find, name: string, id: string): RawBinding {
  const { to, services } = store(find, "kv", id);
  return { name, binding: { kvNamespace: to }, services };
}

/** An R2 bucket. */
export function r2Binding(find: Find, name: string, id: string): RawBinding {
  const { to, services } = store(find, "r2", id);
  return { name, binding: { r2Bucket: to }, services };
}

/** A D1 database, whose API workerd makes from a service that takes queries. */
export function d1Binding(find: Find, name: string, id: string): RawBinding {
  const { to, services } = store(find, "d1", id);
  const innerBindings = [{ name: "fetcher", service: to }];
  return {
    name,
    binding: { wrapped: { moduleName: "cloudflare-internal:d1-api", innerBindings } },
    services,
  };
}
