import { external } from "./external";
import type { WorkerOptions } from "./process";
import { rawOptions } from "./raw";

/** The worker that a version's requests go out through, by its name in the version's process. */
export const OUTBOUND = "outbound";

/** What Workers may reach by `fetch` and `connect`. */
export interface Reach {
  /** The subdomain of the account: Workers are below it. */
  readonly subdomain: string;
  /** Whether they reach this machine and private networks too. On Cloudflare there are none to reach. */
  readonly privateNetwork: boolean;
}

/** The host that tells which custom domains there are. No name on the network ends so. */
export const HOSTS_HOST = "hosts.edge.invalid";

/** How old the list of custom domains may be. */
const HOSTS_MS = 1_000;

/**
 * Other Workers of the edge are not on the network at all, so that no private address is needed for them. A custom
 * domain of theirs is not asked for on the network either, where it would be production that answers.
 */
const SCRIPT = `
let hosts = [];
let listedAt = 0;

async function isOfTheEdge(hostname, env) {
  if (hostname.endsWith(env.SUFFIX)) return true;
  if (Date.now() - listedAt >= ${HOSTS_MS}) {
    hosts = await (await env.EDGE.fetch("http://${HOSTS_HOST}/")).json();
    listedAt = Date.now();
  }
  return hosts.includes(hostname);
}

export default {
  async fetch(request, env) {
    const { hostname } = new URL(request.url);
    return (await isOfTheEdge(hostname, env)) ? env.EDGE.fetch(request) : fetch(request);
  },
};
`;

/** The worker that requests go out through, for Miniflare. At `visits` the edge answers for its Workers. */
export function outboundWorker(
  plugin: string,
  visits: string,
  { subdomain, privateNetwork }: Reach,
): WorkerOptions {
  const edge = {
    name: "EDGE",
    binding: { service: { name: "visits" } },
    services: [external("visits", visits)],
  };
  return {
    name: OUTBOUND,
    modules: true,
    script: SCRIPT,
    compatibilityDate: "2025-07-24",
    // What is no request, but a connection, goes to the network as it is.
    compatibilityFlags: ["connect_pass_through"],
    bindings: { SUFFIX: `.${subdomain}.localhost` },
    unsafeBindings: rawOptions(plugin, [edge]),
    outboundService: {
      network: {
        allow: privateNetwork ? ["public", "private"] : ["public"],
        tlsOptions: { trustBrowserCas: true },
      },
    },
  };
}
