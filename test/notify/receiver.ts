import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a receiver was sent. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that takes notifications, or does something else with them. */
export class Receiver {
  readonly received: Received[] = [];

  private constructor(
    readonly origin: string,
    private readonly end: () => Promise<void>,
  ) {}

  /** Starts one that answers each request, counted from 0, with `answer`. */
  static async start(
    answer: (response: ServerResponse, index: number) => void = (response) => response.end(),
  ): Promise<Receiver> {
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        const index = receiver.received.push({ path: request.url ?? "", headers: request.headers, body }) - 1;
        answer(response, index);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const receiver: Receiver = new Receiver(`http://127.0.0.1:${port}`, async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    });
    return receiver;
  }

  /** Stops it and ends all connections. */
  stop(): Promise<void> {
    return this.end();
  }
}
