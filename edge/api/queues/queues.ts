import { randomBytes } from "node:crypto";
import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { newQueue } from "../../queues/new";
import type { Queue } from "../../queues/types";
import { timestamp } from "../../state/timestamp";
import { parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { pageOf } from "../page";
import { presentQueue } from "./view";

const PAGES = { perPage: 100, most: 100 };

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "is 1 to 63 letters, digits, dashes and underscores");

const settings = z.looseObject({
  delivery_delay: z.number().int().min(0).max(86_400).nullish(),
  delivery_paused: z.boolean().nullish(),
  message_retention_period: z.number().int().min(60).max(1_209_600).nullish(),
});

const wish = z.looseObject({ queue_name: name, settings: settings.nullish() });
const change = z.looseObject({ queue_name: name.nullish(), settings: settings.nullish() });

/** The queue that the path names. */
export function existingQueue({ state }: EdgeContext, context: Context): Queue {
  const id = context.req.param("queue") ?? "";
  const queue = state.queues.get(id);
  if (queue) return queue;
  throw new ApiError(404, CODES.noQueue, `Queue ${id} does not exist.`);
}

function withSettings(queue: Queue, given: z.infer<typeof settings> | null | undefined): Queue {
  return {
    ...queue,
    deliveryDelay: given?.delivery_delay ?? queue.deliveryDelay,
    isPaused: given?.delivery_paused ?? queue.isPaused,
    retention: given?.message_retention_period ?? queue.retention,
    modifiedOn: timestamp(),
  };
}

function checkName({ state }: EdgeContext, queueName: string, own?: string): void {
  const other = state.queues.named(queueName);
  if (other === undefined || other.id === own) return;
  throw new ApiError(409, CODES.queueTaken, `Queue name '${queueName}' is already taken.`);
}

/** The queues of the account. */
export function queueRoutes(edge: EdgeContext): Hono {
  const { state, broker } = edge;
  const routes = new Hono();
  const answer = (context: Context, queue: Queue): Response => success(context, presentQueue(state, queue));
  routes.get("/", (context) => {
    const names = context.req.queries("name") ?? [];
    const found = state.queues.list().filter((queue) => names.length === 0 || names.includes(queue.name));
    const { items, info } = pageOf(context, found, PAGES);
    const shown = items.map((queue) => presentQueue(state, queue));
    return success(context, shown, { result_info: info });
  });
  routes.post("/", async (context) => {
    const { queue_name, settings } = await parsedBody(context, wish);
    checkName(edge, queue_name);
    const queue = withSettings(newQueue(randomBytes(16).toString("hex"), queue_name), settings);
    state.queues.put(queue);
    return answer(context, queue);
  });
  routes.get("/:queue", (context) => answer(context, existingQueue(edge, context)));
  const update = async (context: Context): Promise<Response> => {
    const before = existingQueue(edge, context);
    const { queue_name, settings } = await parsedBody(context, change);
    if (queue_name != null && queue_name !== before.name) {
      throw new ApiError(
        400,
        CODES.unparsableBody,
        `queue_name: a queue keeps its name, which is ${before.name}. Make another queue.`,
      );
    }
    const queue = withSettings(before, settings);
    state.queues.put(queue);
    broker.look(queue.id);
    return answer(context, queue);
  };
  routes.put("/:queue", update);
  routes.patch("/:queue", update);
  routes.delete("/:queue", (context) => {
    const { id } = existingQueue(edge, context);
    state.transaction(() => {
      state.queues.delete(id);
      state.messages.clear(id);
    });
    return success(context, null);
  });
  return routes;
}
