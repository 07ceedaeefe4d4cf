import type { Service } from "miniflare";

/** The host under which a socket that Miniflare opens takes calls of methods. Its name is Miniflare's. */
const METHODS_HOST = "miniflare-unsafe-internal-capnp-connect";

/** Where Miniflare's workers expect `request.cf`. */
const CF_HEADER = "MF-CF-Blob";

/** A service that is somewhere else: behind a unix socket. */
export function external(
  name: string,
  socket: string,
  headers: Readonly<Record<string, string>> = {},
): Service {
  const injectRequestHeaders = Object.entries(headers).map(([header, value]) => ({ name: header, value }));
  const http = { injectRequestHeaders, cfBlobHeader: CF_HEADER, capnpConnectHost: METHODS_HOST };
  return { name, external: { address: `unix:${socket}`, http } };
}
