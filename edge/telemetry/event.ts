/**
 * What a row of telemetry is: `cf-worker-event` once for every invocation, `cf-worker` once for every console line and
 * every uncaught exception. Whoever counts requests counts the former only.
 */
export type EventType = "cf-worker-event" | "cf-worker";

/** One row of telemetry, as the data plane hands it over. */
export interface TelemetryEvent {
  /** When the invocation began, in whole epoch milliseconds. All its rows have the same. */
  timestamp: number;
  type: EventType;
  scriptName: string;
  versionId: string;
  /** Empty when the version has none. */
  versionTag: string;
  /** Empty when the version has none. */
  versionMessage: string;
  /** Ties the rows of an invocation together: 32 hex digits. Every hop of a request has its own. */
  requestId: string;
  /** The id of the visitor's request that it comes from, as `cf-ray` has it. Crons, queues and alarms have none. */
  rayId?: string | undefined;
  /** Common to all hops of one request. Default: drawn from `rayId`, else from `requestId`. */
  traceId?: string | undefined;
  /** The class of an object, or the name of an entrypoint that is not the default one. */
  entrypoint?: string | undefined;
  /** Of an object's invocation. */
  durableObjectId?: string | undefined;
  /** What called the Worker: `fetch`, `scheduled`, `queue`, … */
  eventType: string;
  /** How many invocations it stands for: 1 / the Worker's `head_sampling_rate`. Default: 1. */
  sampleInterval?: number | undefined;
  /** Default: `stateless`. */
  executionModel?: "stateless" | "durableObject" | undefined;
  /** How the invocation ended: `ok`, `exception`, `exceededCpu`, `canceled`, … A `cf-worker` row does not show it. */
  outcome: string;
  /** Of the whole invocation. A `cf-worker` row does not show it. */
  wallTimeMs: number;
  /** As `wallTimeMs`. */
  cpuTimeMs: number;
  /** Whether the invocation logged more than is kept of one. */
  truncated?: boolean | undefined;
  /** Of a `scheduled` event: the expression, and the moment that it stands for. */
  cron?: string | undefined;
  scheduledTimeMs?: number | undefined;
  /** Of a `queue` event: the queue's name, and how many messages. */
  queue?: string | undefined;
  batchSize?: number | undefined;
  /** Of the answer to a request, if there was one. */
  status?: number | undefined;
  method?: string | undefined;
  path?: string | undefined;
  url?: string | undefined;
  /** What `headOf` makes of the request. A `cf-worker` row does not show it. */
  head?: string | undefined;
  /** `info`, `warn`, `error`, …; what `console.log` writes has none. */
  level?: string | undefined;
  /** Default: what called the Worker, `GET https://…` or a cron expression. Of a row at level `error` it is the error. */
  message?: string | undefined;
  /** Of the `cf-worker` row that an uncaught exception leaves beside the invocation. */
  exception?: { readonly name: string; readonly stack: string; readonly timestamp: number } | undefined;
  /** The logged object. Its fields can be filtered and grouped by under their own names. */
  source?: Record<string, unknown> | undefined;
}
