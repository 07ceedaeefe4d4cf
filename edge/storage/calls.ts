import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Scratch } from "../data/scratch";
import type { Upgrade } from "../data/tunnel";
import { responseOn } from "../upgrade";
import { ASKING_KEEP_ALIVE_MS } from "./door";
import { isEndless } from "./loops";

const OPTIONS = { keepAliveTimeout: ASKING_KEEP_ALIVE_MS, requestTimeout: 0 };

const LOOP =
  "error code: 1019: this request has come through too many Workers. Look for one that calls itself, or for several in a circle.\n";

/** Answers the requests that one Worker sends to another. */
export interface Answerer {
  call(scriptName: string, request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade): void;
}

/** Where versions call other Workers: a unix socket for each Worker that is called. */
export class Calls {
  private readonly servers = new Map<string, { readonly path: string; readonly server: Server }>();
  private answerer: Answerer | undefined;
  private waiting = 0;

  constructor(private readonly scratch: Scratch) {}

  open(answerer: Answerer): void {
    this.answerer = answerer;
  }

  socket(service: string): string {
    const known = this.servers.get(service);
    if (known) return known.path;
    const path = this.scratch.path(`service-${String(this.servers.size)}`);
    const server = createServer(OPTIONS)
      .on("request", (request, response) => {
        this.answer(service, request, response);
      })
      .on("upgrade", (request, socket: Socket, head) => {
        this.answer(service, request, responseOn(socket, request), { socket, head });
      });
    server.listen(path).unref();
    this.servers.set(service, { path, server });
    return path;
  }

  close(): void {
    for (const { server } of this.servers.values()) {
      server.close();
      server.closeAllConnections();
    }
  }

  private answer(
    service: string,
    request: IncomingMessage,
    response: ServerResponse,
    upgrade?: Upgrade,
  ): void {
    this.waiting += 1;
    response.once("close", () => (this.waiting -= 1));
    if (!isEndless(request, this.waiting)) this.answerer?.call(service, request, response, upgrade);
    else response.writeHead(508, { "content-type": "text/plain" }).end(LOOP);
  }
}
