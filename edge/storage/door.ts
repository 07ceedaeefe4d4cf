import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { FreshAgent } from "../data/upstream";
import { Tunnel } from "./tunnel";

/**
 * A workerd that asks lets go of an idle connection after 5 seconds. Keeping it for longer, no request is ever sent
 * into a connection that is being closed.
 */
export const ASKING_KEEP_ALIVE_MS = 75_000;

/** A request that has not been answered to its end. */
interface Call {
  readonly request: IncomingMessage;
  /** Answers it, if that has not begun, and breaks the answer off otherwise. */
  readonly cut: (answer: (response: ServerResponse) => void) => void;
}

/**
 * A unix socket that stays where it is while the process behind it comes and goes. Requests are passed on to the
 * socket that `find` tells, which may take the time of a start.
 */
export class Door {
  private readonly agent = new FreshAgent();
  private readonly tunnels = new Set<Tunnel>();
  private readonly calls = new Set<Call>();
  private readonly server: Server;

  /** @param isRefused Answers a request that must not pass, and says that it did. */
  constructor(
    readonly path: string,
    private readonly find: () => Promise<string>,
    private readonly isRefused: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
  ) {
    const options = { keepAliveTimeout: ASKING_KEEP_ALIVE_MS, requestTimeout: 0 };
    const tunnel = (request: IncomingMessage, caller: Duplex, head: Buffer): void => {
      void this.tunnel(request, caller, head);
    };
    this.server = createServer(options, (request, response) => void this.pass(request, response))
      .on("upgrade", tunnel)
      .on("connect", tunnel)
      .listen(path)
      .unref();
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
    this.closeTunnels();
    this.agent.destroy();
  }

  /**
   * Ends what is on its way, as the process behind is about to end: tunnels are closed, and requests are answered by
   * `answer`. Returns those requests. What comes later waits for the next process. Orphaned WebSockets stay.
   */
  reset(answer: (response: ServerResponse) => void): IncomingMessage[] {
    for (const tunnel of this.tunnels) tunnel.cut();
    const cut = [...this.calls];
    for (const call of cut) call.cut(answer);
    return cut.map(({ request }) => request);
  }

  /** Orphans the WebSockets that are open. Each is closed once its client has sent nothing for `quietMs` milliseconds. */
  orphanSockets(quietMs: number): void {
    for (const tunnel of this.tunnels) tunnel.orphan(quietMs);
  }

  /** Closes tunnels, orphaned WebSockets too. */
  closeTunnels(): void {
    for (const tunnel of this.tunnels) tunnel.close();
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isRefused(request, response)) return;
    const socketPath = await this.find().catch(() => undefined);
    if (socketPath === undefined) {
      response.destroy();
      return;
    }
    const { method, url: path, rawHeaders: headers } = request;
    const { agent } = this;
    const upstream = httpRequest({ socketPath, agent, method, path, headers, setHost: false });
    upstream.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      answer.on("error", () => response.destroy()).pipe(response);
    });
    upstream.on("error", () => response.destroy());
    // An object may answer without having read the request: nobody is interested in the rest of it.
    response.once("finish", () => request.unpipe().resume());
    const onClose = (): void => {
      upstream.destroy();
      this.calls.delete(call);
    };
    const cut: Call["cut"] = (answer) => {
      // The process is not told that its caller has left: it is about to end in the middle of this.
      response.off("close", onClose);
      this.calls.delete(call);
      if (response.headersSent) response.destroy();
      else answer(response);
    };
    const call = { request, cut };
    this.calls.add(call);
    response.once("close", onClose);
    request.pipe(upstream);
  }

  private async tunnel(request: IncomingMessage, caller: Duplex, head: Buffer): Promise<void> {
    const tunnel = new Tunnel(caller, () => this.tunnels.delete(tunnel));
    this.tunnels.add(tunnel);
    const path = await this.find().catch(() => undefined);
    if (path === undefined) tunnel.close();
    else tunnel.open(path, request, head);
  }
}
