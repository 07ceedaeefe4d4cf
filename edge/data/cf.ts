import type { IncomingMessage } from "node:http";
import type { Colo } from "./locations";

/**
 * `request.cf`: what is true of a request from this machine to itself, over plain HTTP and no network. Cloudflare
 * has `XX` for a country it does not know; a place on earth is not made up.
 */
const FIXED = {
  country: "XX",
  asn: 0,
  asOrganization: "",
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  clientTcpRtt: 0,
  edgeRequestKeepAliveStatus: 1,
  requestPriority: "",
  tlsVersion: "",
  tlsCipher: "",
  tlsClientAuth: { certPresented: "0", certVerified: "NONE" },
};

const BEGINNING = JSON.stringify(FIXED).slice(0, -1);

export function cfOf(
  { httpVersion, headers }: Pick<IncomingMessage, "httpVersion" | "headers">,
  colo: Colo,
): string {
  const encodings = JSON.stringify(headers["accept-encoding"] ?? "");
  return `${BEGINNING},"colo":"${colo}","httpProtocol":"HTTP/${httpVersion}","clientAcceptEncoding":${encodings}}`;
}
