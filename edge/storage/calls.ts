import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Scratch } from "../data/scratch";
import { isTrigger } from "../data/trigger";
import type { Visited } from "../data/front";
import type { Upgrade } from "../data/tunnel";
import { LOOPBACK, planeFor } from "../host";
import { responseOn } from "../upgrade";
import { ASKING_KEEP_ALIVE_MS } from "./door";
import type { Origins } from "../zones/hosts";
import { isEndless } from "./loops";
import { HOSTS_HOST } from "./outbound";

const OPTIONS = { keepAliveTimeout: ASKING_KEEP_ALIVE_MS, requestTimeout: 0 };

const PLAIN = { "content-type": "text/plain" };

const LOOP =
  "error code: 1019: this request has come through too many Workers. Look for one that calls itself, or for several in a circle.\n";

const BY_HAND = "Handlers are called by hand, from outside of the edge, and not by Workers.\n";

type Listener = (request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade) => void;

type Answer<Called> = (
  called: Called,
  request: IncomingMessage,
  response: ServerResponse,
  upgrade?: Upgrade,
) => void;

/** Answers the requests that one Worker sends to another. */
export interface Answerer {
  /** Through a service binding. */
  readonly call: Answer<string>;
  /** By its host name. */
  readonly handle: Answer<Visited>;
}

/** Where versions call other Workers: a unix socket for each Worker that is called, and one for host names. */
export class Calls {
  /** Where a Worker is asked by its host name. */
  readonly visits: string;
  private readonly servers = new Map<string, { readonly path: string; readonly server: Server }>();
  private answerer: Answerer | undefined;

  constructor(
    private readonly scratch: Scratch,
    subdomain: string,
    origins: Origins,
  ) {
    this.visits = this.listen("visits", (request, response, upgrade) => {
      if (request.headers.host === HOSTS_HOST) {
        response.setHeader("content-type", "application/json").end(JSON.stringify(origins.list()));
        return;
      }
      const plane = planeFor(request, { address: LOOPBACK, subdomain }, origins);
      if (isTrigger(request)) response.writeHead(403, PLAIN).end(BY_HAND);
      else if (plane.kind === "data") this.answerer?.handle(plane, request, response, upgrade);
      else response.writeHead(421, PLAIN).end("No Worker of the edge has this name.\n");
    });
  }

  open(answerer: Answerer): void {
    this.answerer = answerer;
  }

  socket(service: string): string {
    const known = this.servers.get(`to ${service}`);
    if (known) return known.path;
    return this.listen(`to ${service}`, (request, response, upgrade) => {
      this.answerer?.call(service, request, response, upgrade);
    });
  }

  close(): void {
    for (const { server } of this.servers.values()) {
      server.close();
      server.closeAllConnections();
    }
  }

  private listen(name: string, answer: Listener): string {
    const path = this.scratch.path(`service-${String(this.servers.size)}`);
    let waiting = 0;
    const unlessEndless: Listener = (request, response, upgrade) => {
      waiting += 1;
      response.once("close", () => (waiting -= 1));
      if (isEndless(request, waiting)) response.writeHead(508, PLAIN).end(LOOP);
      else answer(request, response, upgrade);
    };
    const server = createServer(OPTIONS)
      .on("request", unlessEndless)
      .on("upgrade", (request, socket: Socket, head) => {
        unlessEndless(request, responseOn(socket, request), { socket, head });
      });
    server.listen(path).unref();
    this.servers.set(name, { path, server });
    return path;
  }
}
