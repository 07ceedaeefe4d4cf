import type { Service } from "miniflare";

/** The host under which a socket that Miniflare opens takes calls of methods. Its name is Miniflare's. */
const METHODS_HOST = "miniflare-unsafe-internal-capnp-connect";

/** Where Miniflare's workers expect `request.cf`. */
const CF_HEADER = "MF-CF-Blob";

/** How a service that is somewhere else is asked. */
interface Ways {
  /** What every request has beside its own headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether its methods can be called, or only requests be sent to it. */
  readonly hasMethods?: boolean;
}

/** A service that is somewhere else: behind a unix socket. */
export function external(
  name: string,
  socket: string,
  { headers = {}, hasMethods = false }: Ways = {},
): Service {
  const injectRequestHeaders = Object.entries(headers).map(([header, value]) => ({ name: header, value }));
  const http = {
    injectRequestHeaders,
    cfBlobHeader: CF_HEADER,
    ...(hasMethods && { capnpConnectHost: METHODS_HOST }),
  };
  return { name, external: { address: `unix:${socket}`, http } };
}
