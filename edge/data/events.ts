import type { Version } from "../scripts/types";
import type { TelemetryEvent } from "../telemetry";
import type { Invocation } from "./invocations";
import { requestIdOf } from "./ray";
import type { Trace, TraceException, TraceLog } from "./tail";

/** How an invocation ended of which workerd told nothing. */
export interface Ending {
  readonly outcome: string;
  /** The words of the exception that it is told to have thrown. */
  readonly error?: string;
  readonly status?: number;
}

/** What was seen of an invocation. */
type Measured = Pick<TelemetryEvent, "timestamp" | "outcome" | "wallTimeMs" | "truncated">;

/** What all rows of an invocation have. */
export type Common = Omit<TelemetryEvent, "type" | "status" | "level" | "message" | "source" | "exception">;

/**
 * The rows of one invocation: its console lines, its uncaught exceptions, and itself. Recorded answers have them in this
 * order, all at the moment when the invocation began.
 */
export function eventsOf(version: Version, invocation: Invocation, trace: Trace): TelemetryEvent[] {
  const { canceled } = invocation;
  const timestamp = trace.eventTimestamp ?? invocation.startedAt;
  const outcome = canceled ? canceledOutcome(invocation) : outcomeOf(trace);
  const wallTimeMs = trace.seenAt - timestamp;
  const common = commonTo(version, invocation, {
    timestamp,
    outcome,
    wallTimeMs,
    truncated: trace.truncated,
  });
  // A client that leaves makes the version's stream fail, which is not the version's fault.
  const thrown = canceled ? [] : trace.exceptions;
  return [
    ...trace.logs.map((line) => lineEvent(common, line)),
    ...thrown.map((exception) => exceptionEvent(common, exception)),
    invocationEvent(common, invocation, trace.event?.response?.status ?? statusWithout(outcome)),
  ];
}

/** The rows of an invocation that workerd told nothing about: its process ended, or hangs. */
export function untracedEvents(version: Version, invocation: Invocation, ending: Ending): TelemetryEvent[] {
  const { startedAt: timestamp } = invocation;
  const wallTimeMs = Date.now() - timestamp;
  const { outcome } = ending;
  const common = commonTo(version, invocation, { timestamp, outcome, wallTimeMs, truncated: false });
  const row = invocationEvent(common, invocation, ending.status);
  if (ending.error === undefined) return [row];
  return [exceptionEvent(common, { timestamp, name: "Error", message: ending.error }), row];
}

/** A client that leaves before it has an answer cancels the request; later it only disconnects from the answer. */
export function canceledOutcome({ status }: Invocation): string {
  return status === undefined ? "canceled" : "responseStreamDisconnected";
}

/** Every request passes here, so it is one object, made at once. */
function commonTo(
  version: Version,
  { cause, ray, rayId, cpuTimeMs }: Invocation,
  { timestamp, outcome, wallTimeMs, truncated }: Measured,
): Common {
  return {
    ...cause,
    scriptName: version.scriptName,
    versionId: version.id,
    versionTag: version.tag ?? "",
    versionMessage: version.message ?? "",
    requestId: requestIdOf(ray),
    rayId,
    timestamp,
    outcome,
    wallTimeMs,
    cpuTimeMs: Math.round(cpuTimeMs),
    truncated,
  };
}

const HARMLESS = new Set(["ok", "canceled", "responseStreamDisconnected"]);

function invocationEvent(
  common: Common,
  invocation: Invocation,
  statusOfEnd: number | undefined,
): TelemetryEvent {
  const status = hasAnswer(invocation, common.outcome) ? (invocation.status ?? statusOfEnd) : undefined;
  const isError = !HARMLESS.has(common.outcome) || (status ?? 0) >= 500;
  return { ...common, type: "cf-worker-event", status, level: isError ? "error" : "info" };
}

/** Only a request has an answer. One that was canceled has none, and a WebSocket is none. */
function hasAnswer({ cause, isWebSocket }: Invocation, outcome: string): boolean {
  return cause.eventType === "fetch" && !isWebSocket && outcome !== "canceled";
}

/** The row of a console line. */
export function lineEvent(common: Common, { level, message }: TraceLog): TelemetryEvent {
  return {
    ...common,
    type: "cf-worker",
    level: level === "log" ? undefined : level,
    message: message.map(textOf).join(" "),
    source: objectIn(message),
  };
}

/** The row that an uncaught exception leaves beside its invocation. */
export function exceptionEvent(common: Common, exception: TraceException): TelemetryEvent {
  const { message, name, stack = "", timestamp } = exception;
  return { ...common, type: "cf-worker", level: "error", message, exception: { name, stack, timestamp } };
}

/** For events other than requests workerd says `ok` even when the handler threw. */
function outcomeOf({ event, outcome, exceptions }: Trace): string {
  return outcome === "ok" && !event?.request && exceptions.length > 0 ? "exception" : outcome;
}

/** An uncaught exception has no response of its own; what the client got was a 500. */
function statusWithout(outcome: string): number | undefined {
  return outcome === "exception" ? 500 : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The object a line logs: the only argument is one, or is the JSON of one. */
function objectIn(message: readonly unknown[]): Record<string, unknown> | undefined {
  if (message.length !== 1) return undefined;
  const value = typeof message[0] === "string" ? parsed(message[0]) : message[0];
  return isObject(value) ? value : undefined;
}

function parsed(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
