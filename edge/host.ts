import type { IncomingMessage } from "node:http";
import { isIP, isIPv6 } from "node:net";
import type { Hosts } from "./zones/hosts";

/** Where an edge is found. */
export interface Site {
  /** The address that it listens at. */
  readonly address: string;
  readonly subdomain: string;
}

/** Whom a request is for; `none` says why for nobody. */
export type Plane =
  | { readonly kind: "control" }
  /** A Worker below the account's subdomain, or one of a domain of the account. */
  | { readonly kind: "data"; readonly scriptName: string; readonly by: "subdomain" | "domain" }
  | { readonly kind: "none"; readonly status: 400 | 404 | 421; readonly why: string };

/** Tells which Worker answers for a host of the account's own domains. */
export type Domains = Pick<Hosts, "answering">;

/** Where an edge listens that is not asked to let others in. */
export const LOOPBACK = "127.0.0.1";

const LOOPBACK_HOSTS = new Set([LOOPBACK, "localhost", "[::1]"]);
const EVERYWHERE = new Set(["0.0.0.0", "[::]"]);

/** Tells whom a request is for, by its `Host` alone: one that names more than one host is for nobody. */
export function planeFor(request: IncomingMessage, site: Site, domains?: Domains): Plane {
  const { url = "" } = request;
  if (!url.startsWith("/")) {
    return {
      kind: "none",
      status: 400,
      why: `The local edge is no proxy: ask for a path, not for '${url}'.`,
    };
  }
  if (hasTwoHosts(request)) {
    return { kind: "none", status: 400, why: "A request has one Host header; this one has more." };
  }
  const plane = planeOf(request.headers.host, site);
  const isOthers = plane.kind === "none" && domains !== undefined;
  return isOthers ? (planeIn(domains, nameOf(request.headers.host), url) ?? plane) : plane;
}

function planeIn(domains: Domains, host: string, path: string): Plane | undefined {
  const answering = domains.answering({ host, path });
  if (answering === undefined) return undefined;
  if (answering.kind === "script") return { kind: "data", scriptName: answering.scriptName, by: "domain" };
  const why =
    `No route or custom domain of ${answering.zoneName} matches ${host}${path.split("?", 1)[0] ?? ""}, and behind the ` +
    "local edge there is no origin server.";
  return { kind: "none", status: 404, why };
}

/** A host without its port. */
function nameOf(host: string | undefined): string {
  return (host ?? "").toLowerCase().replace(/:\d+$/, "");
}

/** Node keeps the first of several and says nothing of the others. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === "host") hosts += 1;
  }
  return hosts > 1;
}

/**
 * Any other host than the edge's own is refused: a name that a stranger's page makes resolve to this machine must not
 * reach it.
 */
export function planeOf(host: string | undefined, site: Site): Plane {
  const name = nameOf(host);
  if (isOwn(name, site.address)) return { kind: "control" };
  const suffix = `.${site.subdomain}.localhost`;
  const scriptName = name.endsWith(suffix) ? name.slice(0, -suffix.length) : "";
  return scriptName === "" ? misdirected(host, site) : { kind: "data", scriptName, by: "subdomain" };
}

/** An edge that listens everywhere has every address; none of them is a name that somebody else could give away. */
function isOwn(name: string, address: string): boolean {
  if (LOOPBACK_HOSTS.has(name)) return true;
  const own = hostOf(address);
  if (name === own) return true;
  return EVERYWHERE.has(own) && isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
}

function misdirected(host: string | undefined, { address, subdomain }: Site): Plane {
  const why =
    `The local edge does not answer for the host '${host ?? ""}'. Its API is at ${reachable(address)}, ` +
    `its Workers are at <script>.${subdomain}.localhost.`;
  return { kind: "none", status: 421, why };
}

/** An address as URLs have it. */
export function hostOf(address: string): string {
  return new URL(`http://${isIPv6(address) ? `[${address}]` : address}`).hostname;
}

/** The host at which this machine finds an edge that listens at `address`. */
export function reachable(address: string): string {
  const host = hostOf(address);
  if (!EVERYWHERE.has(host)) return host;
  return host === "[::]" ? "[::1]" : LOOPBACK;
}

/** Throws when no edge can be there. */
export function checkSite({ address, subdomain }: Site): void {
  checkAddress(address);
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(subdomain)) return;
  throw new Error(
    `'${subdomain}' is not a subdomain: it must be of lower-case letters, digits and dashes, with no dash at either end.`,
  );
}

function checkAddress(address: string): void {
  if (isIP(address) !== 0 && URL.canParse(`http://${isIPv6(address) ? `[${address}]` : address}`)) return;
  throw new Error(
    `'${address}' is not an address to listen at: it must be an IP address, such as 127.0.0.1, ::1 or, for all that ` +
      "this machine has, 0.0.0.0.",
  );
}
