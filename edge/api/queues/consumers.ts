import { randomBytes } from "node:crypto";
import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import type { Consumer, Queue } from "../../queues/types";
import { timestamp } from "../../state/timestamp";
import { parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError, noSuchScript } from "../error";
import { existingQueue } from "./queues";
import { presentConsumer } from "./view";

/** What Cloudflare takes where nothing is said. */
const USUAL = { batchSize: 10, maxRetries: 3, maxWaitMs: 5_000, retryDelay: 0, visibilityMs: 30_000 };

const whole = (most: number): z.ZodType<number | null | undefined> =>
  z.number().int().min(0).max(most).nullish();

const wish = z.looseObject({
  type: z.enum(["worker", "http_pull"]),
  script_name: z.string().nullish(),
  // The name that older clients use.
  script: z.string().nullish(),
  dead_letter_queue: z.string().nullish(),
  settings: z
    .looseObject({
      batch_size: z.number().int().min(1).max(100).nullish(),
      max_retries: whole(100),
      max_wait_time_ms: whole(60_000),
      max_concurrency: z.number().int().min(1).max(250).nullish(),
      retry_delay: whole(86_400),
      visibility_timeout_ms: whole(43_200_000),
    })
    .nullish(),
});

/** The consumer that is wished for, as far as it is not decided by what it replaces. */
function consumerFrom(
  { state }: EdgeContext,
  { name }: Queue,
  given: z.infer<typeof wish>,
): Omit<Consumer, "id" | "createdOn"> {
  const { type, settings } = given;
  const scriptName = given.script_name ?? given.script ?? undefined;
  if (type === "worker" && (scriptName === undefined || state.scripts.get(scriptName) === undefined)) {
    throw noSuchScript();
  }
  if (given.dead_letter_queue === name) {
    throw new ApiError(
      400,
      CODES.unparsableBody,
      `dead_letter_queue: is ${name} itself, which would hand over for ever what fails. Name another queue.`,
    );
  }
  return {
    scriptName: type === "worker" ? scriptName : undefined,
    deadLetterQueue: given.dead_letter_queue || undefined,
    settings: {
      batchSize: settings?.batch_size ?? USUAL.batchSize,
      maxRetries: settings?.max_retries ?? USUAL.maxRetries,
      maxWaitMs: settings?.max_wait_time_ms ?? USUAL.maxWaitMs,
      maxConcurrency: settings?.max_concurrency ?? undefined,
      retryDelay: settings?.retry_delay ?? USUAL.retryDelay,
      visibilityMs: settings?.visibility_timeout_ms ?? USUAL.visibilityMs,
    },
  };
}

function existingConsumer({ consumers }: Queue, context: Context): Consumer {
  const id = context.req.param("consumer") ?? "";
  const consumer = consumers.find((one) => one.id === id);
  if (consumer) return consumer;
  throw new ApiError(404, CODES.noConsumer, `Consumer ${id} does not exist for this queue.`);
}

/** The consumers of a queue: one, as on Cloudflare. */
export function consumerRoutes(edge: EdgeContext): Hono {
  const { state, broker } = edge;
  const routes = new Hono();
  const save = (context: Context, queue: Queue, consumer: Consumer): Response => {
    const changed = { ...queue, consumers: [consumer], modifiedOn: timestamp() };
    state.queues.put(changed);
    broker.look(queue.id);
    return success(context, presentConsumer(changed, consumer));
  };
  routes.get("/:queue/consumers", (context) => {
    const queue = existingQueue(edge, context);
    return success(
      context,
      queue.consumers.map((consumer) => presentConsumer(queue, consumer)),
    );
  });
  routes.post("/:queue/consumers", async (context) => {
    const queue = existingQueue(edge, context);
    const wished = consumerFrom(edge, queue, await parsedBody(context, wish));
    const [other] = queue.consumers;
    if (other !== undefined) {
      const who = other.scriptName === undefined ? "one that pulls" : `the Worker ${other.scriptName}`;
      throw new ApiError(
        409,
        CODES.consumerExists,
        `workers.api.error.consumer_exists: the queue ${queue.name} has a consumer already, ${who}. Remove it first.`,
      );
    }
    return save(context, queue, { ...wished, id: randomBytes(16).toString("hex"), createdOn: timestamp() });
  });
  routes.get("/:queue/consumers/:consumer", (context) => {
    const queue = existingQueue(edge, context);
    return success(context, presentConsumer(queue, existingConsumer(queue, context)));
  });
  routes.put("/:queue/consumers/:consumer", async (context) => {
    const queue = existingQueue(edge, context);
    const { id, createdOn } = existingConsumer(queue, context);
    return save(context, queue, {
      ...consumerFrom(edge, queue, await parsedBody(context, wish)),
      id,
      createdOn,
    });
  });
  routes.delete("/:queue/consumers/:consumer", (context) => {
    const queue = existingQueue(edge, context);
    existingConsumer(queue, context);
    state.queues.put({ ...queue, consumers: [], modifiedOn: timestamp() });
    return success(context, null);
  });
  return routes;
}
