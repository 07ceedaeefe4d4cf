import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Front } from "./data/front";
import { MAX_HEADER_BYTES } from "./data/headers";
import type { Upgrade } from "./data/tunnel";
import { hostOf, planeFor, type Domains, type Site } from "./host";
import { ignoreUpgrade, isWebSocket, responseOn } from "./upgrade";

/** Clients keep connections for a while; one that is closed at the moment it is used again costs a request. */
const KEEP_ALIVE_MS = 75_000;

/** The one server of both planes. */
export class EdgeServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(
    api: Hono,
    private readonly front: Front,
    private readonly site: Site,
    private readonly domains: Domains,
  ) {
    const control = getRequestListener(api.fetch, { overrideGlobalObjects: false });
    this.server = createServer({
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: 0,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    this.server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
    this.server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const plane = planeFor(request, site, domains);
      if (plane.kind === "control") void control(request, response);
      else if (plane.kind === "data") front.handle(plane, request, response);
      else response.writeHead(plane.status, { "content-type": "text/plain" }).end(`${plane.why}\n`);
    });
    this.server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.onUpgrade(request, { socket, head });
    });
    this.server.on("connect", (_request: IncomingMessage, socket: Socket) => {
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
  }

  /** Listens at the site's address and nowhere else. Returns the port. */
  async listen(port: number): Promise<number> {
    const { address } = this.site;
    this.server.listen(port, address);
    try {
      await once(this.server, "listening");
    } catch (error) {
      throw new Error(`The local edge cannot listen on ${hostOf(address)}:${port}: ${reason(error)}`, {
        cause: error,
      });
    }
    return (this.server.address() as AddressInfo).port;
  }

  /** Stops listening, and ends the connections that are open, whatever is spoken on them. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Only a Worker may speak WebSocket; for everybody else the request is like any other. */
  private onUpgrade(request: IncomingMessage, upgrade: Upgrade): void {
    const plane = planeFor(request, this.site, this.domains);
    if (plane.kind === "data" && isWebSocket(request)) {
      this.front.handle(plane, request, responseOn(upgrade.socket, request), upgrade);
    } else {
      ignoreUpgrade(this.server, request, upgrade);
    }
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return "the port is in use. Choose another, or 0 for a free one.";
  return code === "EADDRNOTAVAIL" ? "this machine does not have that address." : message;
}
