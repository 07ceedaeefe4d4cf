import type { Version } from "../scripts/types";
import type { TelemetryEvent } from "../telemetry";
import type { Cause } from "./cause";
import type { Invocation } from "./invocations";
import type { Trace, TraceException, TraceLog } from "./tail";

/** What every event of a version says about where it comes from. */
type Origin = Pick<TelemetryEvent, "scriptName" | "versionId" | "versionTag" | "versionMessage">;

function originOf(version: Version): Origin {
  return {
    scriptName: version.scriptName,
    versionId: version.id,
    versionTag: version.tag ?? "",
    versionMessage: version.message ?? "",
  };
}

/** The events of one invocation: itself, then its console lines. */
export function eventsOf(version: Version, invocation: Invocation, trace: Trace): TelemetryEvent[] {
  const summary = invocationEvent(version, invocation, {
    outcome: invocation.canceled ? canceledOutcome(invocation) : outcomeOf(trace),
    wallTimeMs: trace.seenAt - startOf(invocation, trace),
    timestamp: startOf(invocation, trace),
    status: trace.event?.response?.status ?? statusWithout(trace.outcome),
    // A client that leaves makes the version's stream fail, which is not the version's fault.
    error: invocation.canceled ? undefined : exceptionText(trace.exceptions[0]),
    truncated: trace.truncated,
  });
  return [summary, ...trace.logs.map((line) => consoleEvent(summary, line))];
}

/** The event of an invocation that workerd told nothing about: its process ended, or hangs. */
export function untracedEvent(
  version: Version,
  invocation: Invocation,
  end: { outcome: string; error?: string; status?: number },
): TelemetryEvent {
  const wallTimeMs = Date.now() - invocation.startedAt;
  return invocationEvent(version, invocation, { timestamp: invocation.startedAt, wallTimeMs, ...end });
}

interface Ending {
  readonly timestamp: number;
  readonly outcome: string;
  readonly wallTimeMs: number;
  readonly status?: number | undefined;
  readonly error?: string | undefined;
  readonly truncated?: boolean;
}

/** A client that leaves before it has an answer cancels the request; later it only disconnects from the answer. */
export function canceledOutcome({ status }: Invocation): string {
  return status === undefined ? "canceled" : "responseStreamDisconnected";
}

const HARMLESS = new Set(["ok", "canceled", "responseStreamDisconnected"]);

function invocationEvent(version: Version, invocation: Invocation, ending: Ending): TelemetryEvent {
  const { cause } = invocation;
  // Only a request has an answer.
  const status = cause.eventType === "fetch" ? (invocation.status ?? ending.status) : undefined;
  return {
    ...originOf(version),
    ...cause,
    type: "cf-worker-event",
    timestamp: ending.timestamp,
    requestId: invocation.ray,
    outcome: ending.outcome,
    wallTimeMs: ending.wallTimeMs,
    cpuTimeMs: invocation.cpuTimeMs,
    level: HARMLESS.has(ending.outcome) ? "info" : "error",
    message: titleOf(cause),
    ...(ending.truncated && { truncated: true }),
    ...(status !== undefined && { status }),
    ...(ending.error !== undefined && { error: ending.error }),
  };
}

function titleOf(cause: Cause): string {
  switch (cause.eventType) {
    case "fetch":
      return `${cause.method} ${cause.url}`;
    case "cron":
      return cause.cron;
    case "queue":
      return cause.queue;
  }
}

function consoleEvent(invocation: TelemetryEvent, line: TraceLog): TelemetryEvent {
  const { scriptName, versionId, versionTag, versionMessage } = invocation;
  const { requestId, eventType, outcome, wallTimeMs, cpuTimeMs, truncated } = invocation;
  const source = objectIn(line.message);
  return {
    ...{ scriptName, versionId, versionTag, versionMessage },
    ...{ requestId, eventType, outcome, wallTimeMs, cpuTimeMs },
    ...(truncated && { truncated }),
    type: "cf-worker",
    timestamp: line.timestamp,
    level: line.level,
    message: line.message.map(textOf).join(" "),
    ...(source && { source }),
  };
}

/** For events other than requests workerd says `ok` even when the handler threw. */
function outcomeOf({ event, outcome, exceptions }: Trace): string {
  return outcome === "ok" && !event?.request && exceptions.length > 0 ? "exception" : outcome;
}

function startOf(invocation: Invocation, trace: Trace): number {
  return trace.eventTimestamp ?? invocation.startedAt;
}

/** An uncaught exception has no response of its own; what the client got was a 500. */
function statusWithout(outcome: string): number | undefined {
  return outcome === "exception" ? 500 : undefined;
}

function exceptionText(exception: TraceException | undefined): string | undefined {
  return exception && `${exception.name}: ${exception.message}`;
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The object a line logs: the only argument is one, or is the JSON of one. */
export function objectIn(message: readonly unknown[]): Record<string, unknown> | undefined {
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
