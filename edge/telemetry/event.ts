/**
 * What a row of telemetry is: `cf-worker-event` once for every invocation, `cf-worker` once for every console
 * line. Whoever counts requests counts the former only.
 */
export type EventType = "cf-worker-event" | "cf-worker";

/** One row of telemetry, as the data plane hands it over. */
export interface TelemetryEvent {
  /** Epoch milliseconds: when the invocation began, or the line was logged. */
  timestamp: number;
  type: EventType;
  scriptName: string;
  versionId: string;
  versionTag: string;
  versionMessage: string;
  /** Ties the lines of an invocation to it. Every hop of a request has its own. */
  requestId: string;
  /** The id of the visitor's request that it comes from, as `cf-ray` has it. Crons, queues and alarms have none. */
  rayId?: string;
  /** Common to all hops of one request. */
  traceId?: string;
  /** The class of an object, or the name of an entrypoint that is not the default one. */
  entrypoint?: string;
  /** Of an object's invocation. */
  durableObjectId?: string;
  /** What called the Worker: `fetch`, `cron`, `queue`, … */
  eventType: string;
  /** How many invocations it stands for: 1 / the Worker's `head_sampling_rate`. 1 when left out. */
  sampleInterval?: number;
  /** `stateless` when left out. */
  executionModel?: "stateless" | "durableObject";
  /** How the invocation ended: `ok`, `exception`, `exceededCpu`, `canceled`, … */
  outcome: string;
  /** Of the whole invocation. A console line has none of its own: what it says here is not stored. */
  wallTimeMs: number;
  /** As `wallTimeMs`. */
  cpuTimeMs: number;
  /** Whether the invocation logged more than is kept of one. */
  truncated?: boolean;
  /** Of a `cron` event: the expression, and the moment that it stands for. */
  cron?: string;
  scheduledTimeMs?: number;
  /** Of a `queue` event: the queue's name, and how many messages. */
  queue?: string;
  batchSize?: number;
  status?: number;
  method?: string;
  path?: string;
  url?: string;
  level?: string;
  message?: string;
  error?: string;
  /** Of the `cf-worker` row that an uncaught exception leaves beside the invocation. */
  exception?: { readonly name: string; readonly stack: string; readonly timestamp: number };
  /** The logged object. Its fields can be filtered and grouped by under their own names. */
  source?: Record<string, unknown>;
}
