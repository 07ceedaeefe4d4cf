import type { Consumer, Queue } from "../../queues/types";
import type { State } from "../../state";

/** A consumer as Cloudflare shows it. */
export function presentConsumer({ name }: Queue, consumer: Consumer): object {
  const { id, scriptName, deadLetterQueue, settings, createdOn } = consumer;
  const { batchSize, maxRetries, maxWaitMs, maxConcurrency, retryDelay, visibilityMs } = settings;
  const common = { batch_size: batchSize, max_retries: maxRetries, retry_delay: retryDelay };
  return {
    consumer_id: id,
    queue_name: name,
    created_on: createdOn,
    ...(deadLetterQueue !== undefined && { dead_letter_queue: deadLetterQueue }),
    ...(scriptName === undefined
      ? { type: "http_pull", settings: { ...common, visibility_timeout_ms: visibilityMs } }
      : {
          type: "worker",
          // Clients read the one or the other.
          ...{ script: scriptName, script_name: scriptName },
          settings: { ...common, max_wait_time_ms: maxWaitMs, max_concurrency: maxConcurrency ?? null },
        }),
  };
}

/** A queue as Cloudflare shows it, with who sends to it and who gets what is sent. */
export function presentQueue(state: State, queue: Queue): object {
  const producers = producersOf(state, queue);
  return {
    queue_id: queue.id,
    queue_name: queue.name,
    created_on: queue.createdOn,
    modified_on: queue.modifiedOn,
    producers_total_count: producers.length,
    producers: producers.map((script) => ({ type: "worker", script })),
    consumers_total_count: queue.consumers.length,
    consumers: queue.consumers.map((consumer) => presentConsumer(queue, consumer)),
    settings: {
      delivery_delay: queue.deliveryDelay,
      delivery_paused: queue.isPaused,
      message_retention_period: queue.retention,
    },
  };
}

/** The Workers whose latest version sends to a queue. */
function producersOf(state: State, { name }: Queue): string[] {
  return state.scripts
    .list()
    .filter(({ name: script }) =>
      state.versions
        .latest(script)
        ?.bindings.some((binding) => binding.type === "queue" && binding["queue_name"] === name),
    )
    .map((script) => script.name);
}
