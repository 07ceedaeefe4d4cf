import { createServer, type IncomingMessage, type Server } from "node:http";
import { buffer } from "node:stream/consumers";
import * as z from "zod";
import type { Scratch } from "../data/scratch";
import type { State } from "../state";
import { ASKING_KEEP_ALIVE_MS } from "../storage/door";
import { QUEUE_HEADER } from "../storage/bindings/queue";
import type { Broker } from "./broker";
import { checkMessages, QueueRefusal } from "./limits";
import type { Backlog, NewMessage } from "./types";

const format = z.enum(["text", "json", "bytes", "v8"]).default("v8");
const delay = z.coerce.number().int().min(0).max(86_400).optional();

const batch = z.object({
  messages: z.array(z.object({ contentType: format, delaySecs: delay, body: z.base64() })),
});

/** Where Workers send messages: a unix socket at which workerd's own queue bindings ask. */
export class Producers {
  readonly socket: string;
  private readonly server: Server;

  constructor(
    scratch: Scratch,
    private readonly state: State,
    private readonly broker: Broker,
  ) {
    this.socket = scratch.path("queues");
    this.server = createServer({ keepAliveTimeout: ASKING_KEEP_ALIVE_MS }, (request, response) => {
      this.answer(request).then(
        (backlog) => {
          response.setHeader("content-type", "application/json").end(JSON.stringify(backlog));
        },
        (error: unknown) => {
          const status = error instanceof QueueRefusal ? error.status : 400;
          response.writeHead(status, { "content-type": "text/plain" }).end(String(error));
        },
      );
    });
    this.server.listen(this.socket).unref();
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage): Promise<object> {
    const name = String(request.headers[QUEUE_HEADER]);
    const queue = this.state.queues.named(name);
    if (queue === undefined) throw new QueueRefusal(404, `The queue ${name} does not exist.`);
    const { pathname } = new URL(request.url ?? "/", "http://queue");
    if (pathname === "/metrics") return metricsOf(this.broker.backlog(queue));
    const messages = messagesIn(pathname, request.headers, await buffer(request));
    checkMessages(messages);
    this.broker.send(queue, messages);
    return { metadata: { metrics: metricsOf(this.broker.backlog(queue)) } };
  }
}

function messagesIn(path: string, headers: IncomingMessage["headers"], body: Buffer): NewMessage[] {
  const given = delay.parse(headers["x-msg-delay-secs"]);
  if (path === "/message") return [{ format: format.parse(headers["x-msg-fmt"]), body, delay: given }];
  const { messages } = batch.parse(JSON.parse(body.toString()));
  return messages.map(({ contentType, delaySecs, body }) => ({
    ...{ format: contentType, body: Buffer.from(body, "base64"), delay: delaySecs ?? given },
  }));
}

function metricsOf({ count, bytes, oldestMs }: Backlog): object {
  return { backlogCount: count, backlogBytes: bytes, oldestMessageTimestamp: oldestMs };
}
