import type { IncomingMessage } from "node:http";

/** What a browser says of a request that no other site's page is behind. */
const OWN: ReadonlySet<string> = new Set(["same-origin", "none"]);

/** Whether a page of another origin has had its browser send this. Whoever is no browser does not say where it is. */
export function isCrossSite({ headers }: IncomingMessage): boolean {
  const { origin, host, "sec-fetch-site": site } = headers;
  if (typeof site === "string" && !OWN.has(site)) return true;
  return origin !== undefined && origin !== `http://${host ?? ""}`;
}
