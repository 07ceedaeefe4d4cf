import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import { checked } from "../api/checked";
import { isCrossSite } from "./cross-site";
import type { CronEvent, QueueEvent, WorkerEvent } from "./cause";
import type { Result } from "./deliver";
import { rayHeader, type Arrival } from "./ray";

/** Where `wrangler dev` has a Worker's other handlers called by hand. On Cloudflare `/cdn-cgi/` is no Worker's either. */
const PREFIX = "/cdn-cgi/handler/";

/** Cloudflare's limits of one batch. */
const MOST_MESSAGES = 100;
const BATCH_BYTES = 256 * 1024;

const LATEST_MS = 8.64e15;

const message = z.object({
  id: z.string().min(1).optional(),
  timestamp: z.union([z.number().min(0).max(LATEST_MS), z.iso.datetime({ offset: true })]).optional(),
  attempts: z.number().int().min(1).max(65_535).default(1),
  body: z.json(),
});
const batch = z.array(message).min(1).max(MOST_MESSAGES);

/** What is wrong with a call by hand. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function isTrigger({ url = "" }: IncomingMessage): boolean {
  return url.startsWith(PREFIX);
}

/** Answers a call by hand with what became of it, as `wrangler dev` does. */
export async function trigger(
  request: IncomingMessage,
  response: ServerResponse,
  arrival: Arrival,
  dispatch: (event: WorkerEvent) => Promise<Result>,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://worker");
  const send = (status: number, type: string, text: string): void => {
    if (response.closed) return;
    response.writeHead(status, { "content-type": type, "cf-ray": rayHeader(arrival) }).end(text);
  };
  try {
    const result = await dispatch(await eventOf(url, request));
    const status = result.outcome === "ok" ? 200 : 500;
    if (url.searchParams.get("format") === "json") send(status, "application/json", JSON.stringify(result));
    else send(status, "text/plain;charset=UTF-8", result.outcome);
  } catch (error) {
    if (error instanceof Refusal) send(error.status, "text/plain;charset=UTF-8", `${error.message}\n`);
    else response.destroy();
  }
}

async function eventOf(url: URL, request: IncomingMessage): Promise<WorkerEvent> {
  const { method = "GET" } = request;
  if (isCrossSite(request)) {
    throw new Refusal(
      403,
      "Handlers are not called from pages of other sites. Call them from a terminal, or from the Worker's own page.",
    );
  }
  switch (url.pathname.slice(PREFIX.length)) {
    case "scheduled":
      allow(method, ["GET", "POST"]);
      return cronEvent(url.searchParams);
    case "queue":
      allow(method, ["POST"]);
      return queueEvent(url.searchParams, await textOf(request));
    default:
      throw new Refusal(
        404,
        `"${url.pathname}" is not a valid handler. Those there are: ${PREFIX}scheduled and ${PREFIX}queue.`,
      );
  }
}

function allow(method: string, allowed: readonly string[]): void {
  if (!allowed.includes(method))
    throw new Refusal(405, `${method} is not allowed; use ${allowed.join(" or ")}.`);
}

function cronEvent(parameters: URLSearchParams): CronEvent {
  const time = parameters.get("time") || String(Date.now());
  if (!/^\d+$/.test(time) || Number(time) > LATEST_MS) {
    throw new Refusal(400, `time is '${time}', and must be in milliseconds since 1970.`);
  }
  return { eventType: "scheduled", cron: parameters.get("cron") ?? "", scheduledTimeMs: Number(time) };
}

function queueEvent(parameters: URLSearchParams, text: string): QueueEvent {
  const queue = parameters.get("queue");
  if (!queue) throw new Refusal(400, "queue is missing: name the queue, as in ?queue=orders.");
  const messages = checked(batch, parsed(text), (faults) => new Refusal(400, `Messages refused. ${faults}.`));
  return {
    eventType: "queue",
    queue,
    messages: messages.map(({ id, timestamp, ...rest }) => ({
      id: id ?? randomBytes(16).toString("hex"),
      timestampMs: new Date(timestamp ?? Date.now()).getTime(),
      ...rest,
    })),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, `The body is no JSON. It is a list of messages, such as [{"body": "hello"}].`);
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BATCH_BYTES) throw new Refusal(413, "The body is too large: a batch has at most 256 KB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
