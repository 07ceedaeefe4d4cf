/** Whom a request is for. */
export type Plane =
  | { readonly kind: "control" }
  | { readonly kind: "data"; readonly scriptName: string }
  | { readonly kind: "none" };

const CONTROL_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Tells by the `Host` of a request whom it is for. Any other host than the edge's own is refused: a name that a
 * stranger's page makes resolve to this machine must not reach it.
 */
export function planeOf(host: string | undefined, subdomain: string): Plane {
  const name = (host ?? "").toLowerCase().replace(/:\d+$/, "");
  if (CONTROL_HOSTS.has(name)) return { kind: "control" };
  const suffix = `.${subdomain}.localhost`;
  const scriptName = name.endsWith(suffix) ? name.slice(0, -suffix.length) : "";
  return scriptName === "" ? { kind: "none" } : { kind: "data", scriptName };
}
