/**
 * What a version is invoked for, in the words of Cloudflare's telemetry (`$workers.eventType`). `fetch` is a request of a
 * visitor. `durableObject` is whatever objects do: calls of them, alarms, messages of their sockets
 * (`$workers.executionModel`).
 */
export const eventTypes = [
  "fetch",
  "queue",
  "scheduled",
  "email",
  "tail",
  "jsrpc",
  "alarm",
  "hibernatableWebSocket",
  "durableObject",
] as const;

/** One of {@link eventTypes}. */
export type EventType = (typeof eventTypes)[number];

/** Which invocations are valid. */
export interface On {
  /** What they are for. Default: `fetch`. */
  readonly on?: EventType;
}

/**
 * A service level indicator as the telemetry is asked for it: which events are valid, and which of those are bad.
 * Where nothing else is said, the valid events are what visitors have asked of the version.
 */
export type Sli =
  /** Bad: a response status of 500 or above, or an invocation that did not end well. */
  | ({ readonly kind: "serverErrors" } & On)
  /** Bad: an invocation that did not end well (an exception, or a resource limit exceeded). */
  | ({ readonly kind: "exceptions" } & On)
  /** Bad: an invocation whose client went away before it had the whole answer. */
  | { readonly kind: "canceled" }
  /** Bad: an invocation answered with one of the statuses. */
  | { readonly kind: "status"; readonly statuses: readonly StatusRange[] }
  /** Bad: an invocation that took longer than `limitMs` milliseconds from start to end. */
  | ({ readonly kind: "wallTime"; readonly limitMs: number } & On)
  /** Bad: an invocation that used more than `limitMs` milliseconds of CPU. */
  | ({ readonly kind: "cpuTime"; readonly limitMs: number } & On)
  /** Valid: rows of telemetry that pass `valid`, or without any the invocations. Bad: those that pass `bad` too. */
  | ({ readonly kind: "custom"; readonly valid: readonly Filter[]; readonly bad: readonly Filter[] } & On);

/** Response statuses, both ends included: 500 to 599, or 429 to 429. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** What a row of telemetry must be like. A list of filters is passed by what passes all of them. */
export interface Filter {
  /** The name of a field: Cloudflare's own, such as `$workers.outcome`, or one of the Worker's logs. */
  readonly key: string;
  readonly operation: FilterOperation;
  readonly type: "string" | "number" | "boolean";
  /** What to compare with; for `in` and `not_in` a list with commas. None for `exists` and `is_null`. */
  readonly value?: string | number | boolean | undefined;
}

/** How a filter compares: the words of Workers Observability. */
export const filterOperations = [
  "eq",
  "neq",
  "gt",
  "gte",
  "lt",
  "lte",
  "includes",
  "not_includes",
  "starts_with",
  "ends_with",
  "regex",
  "exists",
  "is_null",
  "in",
  "not_in",
] as const;

/** One of {@link filterOperations}. */
export type FilterOperation = (typeof filterOperations)[number];
