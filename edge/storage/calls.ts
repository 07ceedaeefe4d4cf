import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Front } from "../data/front";
import { responseOn } from "../upgrade";
import { ASKING_KEEP_ALIVE_MS } from "./door";
import type { Scratch } from "../data/scratch";

const OPTIONS = { keepAliveTimeout: ASKING_KEEP_ALIVE_MS, requestTimeout: 0 };

/** Answers the requests that one Worker sends to another. */
export type Answerer = Pick<Front, "call">;

/** Where versions call other Workers: a unix socket for each Worker that is called. */
export class Calls {
  private readonly servers = new Map<string, { readonly path: string; readonly server: Server }>();
  private answerer: Answerer | undefined;

  constructor(private readonly scratch: Scratch) {}

  open(answerer: Answerer): void {
    this.answerer = answerer;
  }

  socket(service: string): string {
    const known = this.servers.get(service);
    if (known) return known.path;
    const path = this.scratch.path(`service-${String(this.servers.size)}`);
    const server = createServer(OPTIONS)
      .on("request", (request, response) => this.answerer?.call(service, request, response))
      .on("upgrade", (request, socket: Socket, head) =>
        this.answerer?.call(service, request, responseOn(socket, request), { socket, head }),
      );
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
}
