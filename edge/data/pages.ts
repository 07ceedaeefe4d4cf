import type { ServerResponse } from "node:http";
import { rayHeader, type Arrival } from "./ray";

interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

function send(response: ServerResponse, arrival: Arrival, page: Page): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response
    .writeHead(page.status, { "content-type": "text/html; charset=UTF-8", "cf-ray": rayHeader(arrival) })
    .end(
      `<!DOCTYPE html>\n<title>${page.title}</title>\n<h1>${page.title}</h1>\n<p>${page.text}</p>\n<p>Ray ID: ${arrival.ray}</p>\n`,
    );
}

/** The version threw, or its process ended, before it had answered. */
export function sendException(response: ServerResponse, arrival: Arrival): void {
  const title = "Error 1101: Worker threw exception";
  send(response, arrival, {
    status: 500,
    title,
    text: "You have requested a page that runs on a Worker which threw an uncaught exception. Its telemetry says which.",
  });
}

/** The version was stopped at one of its limits. */
export function sendExceeded(response: ServerResponse, arrival: Arrival): void {
  send(response, arrival, {
    status: 503,
    title: "Error 1102: Worker exceeded resource limits",
    text: "You have requested a page that runs on a Worker which used more CPU time or memory than it may. Its telemetry says which.",
  });
}

/** No such Worker here, or not on this subdomain, or none of its versions is deployed. */
export function sendNothingHere(response: ServerResponse, arrival: Arrival, why: string): void {
  send(response, arrival, { status: 404, title: "error code: 1042", text: why });
}

/** The request cannot be handed to a version. */
export function sendBadRequest(response: ServerResponse, arrival: Arrival, why: string): void {
  send(response, arrival, { status: 400, title: "400 Bad Request", text: why });
}

/** The address is longer than Cloudflare takes. */
export function sendTooLong(response: ServerResponse, arrival: Arrival): void {
  send(response, arrival, {
    status: 414,
    title: "414 Request-URI Too Large",
    text: "A URL has at most 16 KB.",
  });
}
