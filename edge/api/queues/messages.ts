import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { checkMessages, QueueRefusal } from "../../queues/limits";
import type { Backlog, Consumer, NewMessage, Queue, StoredMessage } from "../../queues/types";
import { jsonBody, parsed, parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { existingQueue } from "./queues";

const delay = z.number().int().min(0).max(86_400).nullish();

const message = z.looseObject({
  body: z.json(),
  content_type: z.enum(["text", "json"]).default("json"),
  delay_seconds: delay,
});

const batch = z.looseObject({ messages: z.array(message).min(1), delay_seconds: delay });

const pull = z.looseObject({
  batch_size: z.number().int().min(1).max(100).nullish(),
  visibility_timeout_ms: z.number().int().min(0).max(43_200_000).nullish(),
});

const lease = z.looseObject({ lease_id: z.string() });
const settlement = z.looseObject({
  acks: z.array(lease).default([]),
  retries: z.array(lease.extend({ delay_seconds: delay })).default([]),
});

const purge = z.looseObject({ delete_messages_permanently: z.literal(true) });

function newMessage(
  { body, content_type, delay_seconds }: z.infer<typeof message>,
  given?: number,
): NewMessage {
  const text = content_type === "text" && typeof body === "string" ? body : JSON.stringify(body);
  return { format: content_type, body: Buffer.from(text), delay: delay_seconds ?? given };
}

/** The messages of a queue: pushed, pulled, acknowledged and purged by the API. */
export function messageRoutes(edge: EdgeContext): Hono {
  const { state, broker } = edge;
  const routes = new Hono();
  const push = (context: Context, messages: readonly NewMessage[]): Response => {
    const queue = existingQueue(edge, context);
    refuseTooMuch(messages);
    broker.send(queue, messages);
    return success(context, { metadata: { metrics: metricsOf(broker.backlog(queue)) } });
  };
  routes.post("/:queue/messages", async (context) =>
    push(context, [newMessage(await parsedBody(context, message))]),
  );
  routes.post("/:queue/messages/batch", async (context) => {
    const { messages, delay_seconds } = await parsedBody(context, batch);
    return push(
      context,
      messages.map((one) => newMessage(one, delay_seconds ?? undefined)),
    );
  });
  routes.post("/:queue/messages/pull", async (context) => {
    const queue = existingQueue(edge, context);
    const consumer = pullConsumer(queue);
    const { batch_size, visibility_timeout_ms } = await parsedBody(context, pull);
    const visibilityMs = visibility_timeout_ms ?? consumer.settings.visibilityMs;
    const pulled = broker.pull(queue, consumer, batch_size ?? consumer.settings.batchSize, visibilityMs);
    const backlog = broker.backlog(queue);
    return success(context, {
      message_backlog_count: backlog.count,
      messages: pulled.map(({ message, leaseId }) => ({ ...presentMessage(message), lease_id: leaseId })),
      metadata: { metrics: metricsOf(backlog) },
    });
  });
  routes.post("/:queue/messages/ack", async (context) => {
    pullConsumer(existingQueue(edge, context));
    const { acks, retries } = await parsedBody(context, settlement);
    const acked = acks.filter(({ lease_id }) => broker.endLease(lease_id));
    const retried = retries.filter(({ lease_id, delay_seconds }) =>
      broker.endLease(lease_id, delay_seconds ?? 0),
    );
    const good = [...acked, ...retried].map(({ lease_id }) => lease_id);
    const ended = [...acks, ...retries].filter(({ lease_id }) => !good.includes(lease_id));
    return success(context, {
      ackCount: acked.length,
      retryCount: retried.length,
      warnings: ended.map(
        ({ lease_id }) => `The lease ${lease_id} has ended: its message was handed over again, or is gone.`,
      ),
    });
  });
  routes.get("/:queue/metrics", (context) =>
    success(context, metricsOf(broker.backlog(existingQueue(edge, context)))),
  );
  routes.post("/:queue/purge", async (context) => {
    const { id } = existingQueue(edge, context);
    parsed(purge, await jsonBody(context));
    state.messages.clear(id);
    return success(context, { completed: true, started_on: new Date().toISOString() });
  });
  routes.get("/:queue/purge", (context) => {
    existingQueue(edge, context);
    return success(context, { completed: true });
  });
  return routes;
}

function refuseTooMuch(messages: readonly NewMessage[]): void {
  try {
    checkMessages(messages);
  } catch (error) {
    if (!(error instanceof QueueRefusal)) throw error;
    throw new ApiError(error.status, CODES.tooLarge, error.message);
  }
}

function pullConsumer({ name, consumers }: Queue): Consumer {
  const consumer = consumers.find(({ scriptName }) => scriptName === undefined);
  if (consumer) return consumer;
  throw new ApiError(
    400,
    CODES.noPull,
    `The queue ${name} has no consumer that pulls. Add one: POST …/consumers with {"type": "http_pull"}.`,
  );
}

/** What is no text is in base 64. */
function presentMessage({ id, format, body, sentMs, attempts }: StoredMessage): object {
  const bytes = Buffer.from(body);
  const isText = format === "text" || format === "json";
  return {
    id,
    timestamp_ms: sentMs,
    attempts,
    body: bytes.toString(format === "text" ? "utf8" : "base64"),
    metadata: { "CF-Content-Type": isText ? format : format === "v8" ? "v8" : "bytes" },
  };
}

function metricsOf({ count, bytes, oldestMs }: Backlog): object {
  return { backlog_count: count, backlog_bytes: bytes, oldest_message_timestamp_ms: oldestMs };
}
