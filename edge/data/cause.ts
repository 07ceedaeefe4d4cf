/** What a request asks for, and what else it says. */
interface RequestLine {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  /** What `headOf` makes of it. */
  readonly head: string;
}

/** A moment that one of a script's schedules stands for. */
export interface CronEvent {
  readonly eventType: "scheduled";
  readonly cron: string;
  readonly scheduledTimeMs: number;
}

/** A message of a queue, as its consumer gets it. */
export interface QueueMessage {
  readonly id: string;
  readonly timestampMs: number;
  readonly attempts: number;
  readonly body: unknown;
  /** The body, where it is none that JSON has: bytes, or what structured cloning makes of it. */
  readonly encoded?: { readonly format: "bytes" | "v8"; readonly base64: string };
}

/** Messages of a queue. */
export interface QueueEvent {
  readonly eventType: "queue";
  readonly queue: string;
  readonly messages: readonly QueueMessage[];
}

/** What calls a version, beside requests. */
export type WorkerEvent = CronEvent | QueueEvent;

/** What has called a version, as telemetry tells it. */
export type Cause =
  | ({ readonly eventType: "fetch" } & RequestLine)
  | CronEvent
  | { readonly eventType: "queue"; readonly queue: string; readonly batchSize: number };

/** An event as a cause, without what telemetry does not tell. */
export function causeOf(event: WorkerEvent): Cause {
  if (event.eventType === "scheduled") return event;
  const { eventType, queue, messages } = event;
  return { eventType, queue, batchSize: messages.length };
}
