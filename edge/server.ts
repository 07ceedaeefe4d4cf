import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Front } from "./data/front";
import { planeOf } from "./host";

/** Clients keep connections for a while; one that is closed at the moment it is used again costs a request. */
const KEEP_ALIVE_MS = 75_000;

/** The one server of both planes. */
export function createEdgeServer(api: Hono, front: Front, subdomain: string): Server {
  const control = getRequestListener(api.fetch, { overrideGlobalObjects: false });
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 };
  return createServer(options, (request, response) => {
    const plane = planeOf(request.headers.host, subdomain);
    if (plane.kind === "control") void control(request, response);
    else if (plane.kind === "data") front.handle(plane.scriptName, request, response);
    else refuse(request, response, subdomain);
  });
}

function refuse(request: IncomingMessage, response: ServerResponse, subdomain: string): void {
  response
    .writeHead(421, { "content-type": "text/plain" })
    .end(
      `The local edge does not answer for the host '${request.headers.host ?? ""}'. Its API is at 127.0.0.1, ` +
        `its Workers are at <script>.${subdomain}.localhost.\n`,
    );
}

/** Listens on loopback only. Returns the port. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(`The local edge cannot listen on 127.0.0.1:${port}: ${reason(error)}`, { cause: error });
  }
  return (server.address() as AddressInfo).port;
}

/** Stops listening, and ends the connections that are open. */
export async function shut(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "EADDRINUSE" ? "the port is in use. Choose another, or 0 for a free one." : message;
}
