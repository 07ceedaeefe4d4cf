import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Front } from "./data/front";
import { MAX_HEADER_BYTES } from "./data/headers";
import type { Upgrade } from "./data/tunnel";
import { planeOf } from "./host";
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
    private readonly subdomain: string,
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
      const plane = planeOf(hostOf(request), subdomain);
      if (plane.kind === "control") void control(request, response);
      else if (plane.kind === "data") front.handle(plane.scriptName, request, response);
      else refuse(request, response, subdomain);
    });
    this.server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.onUpgrade(request, { socket, head });
    });
    this.server.on("connect", (_request: IncomingMessage, socket: Socket) => {
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
  }

  /** Listens on loopback only. Returns the port. */
  async listen(port: number): Promise<number> {
    this.server.listen(port, "127.0.0.1");
    try {
      await once(this.server, "listening");
    } catch (error) {
      throw new Error(`The local edge cannot listen on 127.0.0.1:${port}: ${reason(error)}`, {
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
    const plane = planeOf(hostOf(request), this.subdomain);
    if (plane.kind === "data" && isWebSocket(request)) {
      this.front.handle(plane.scriptName, request, responseOn(upgrade.socket, request), upgrade);
    } else {
      ignoreUpgrade(this.server, request, upgrade);
    }
  }
}

/** Of several hosts each reader may believe another one: then it is none. */
function hostOf({ rawHeaders, headers }: IncomingMessage): string | undefined {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  return hosts.length === 1 ? headers.host : undefined;
}

function refuse(request: IncomingMessage, response: ServerResponse, subdomain: string): void {
  response
    .writeHead(421, { "content-type": "text/plain" })
    .end(
      `The local edge does not answer for the host '${request.headers.host ?? ""}'. Its API is at 127.0.0.1, ` +
        `its Workers are at <script>.${subdomain}.localhost.\n`,
    );
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "EADDRINUSE" ? "the port is in use. Choose another, or 0 for a free one." : message;
}
