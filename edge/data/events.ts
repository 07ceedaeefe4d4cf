import type { Version } from "../scripts/types";
import type { TelemetryEvent } from "../telemetry";
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
    outcome: invocation.canceled ? "canceled" : trace.outcome,
    wallTimeMs: trace.seenAt - startOf(invocation, trace),
    timestamp: startOf(invocation, trace),
    status: trace.event?.response?.status ?? statusWithout(trace.outcome),
    // A client that leaves makes the version's stream fail, which is not the version's fault.
    error: invocation.canceled ? undefined : exceptionText(trace.exceptions[0]),
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
}

function invocationEvent(version: Version, invocation: Invocation, ending: Ending): TelemetryEvent {
  const { method, url, path } = invocation.request;
  const status = invocation.status ?? ending.status;
  return {
    ...originOf(version),
    type: "cf-worker-event",
    eventType: "fetch",
    timestamp: ending.timestamp,
    requestId: invocation.ray,
    outcome: ending.outcome,
    wallTimeMs: ending.wallTimeMs,
    cpuTimeMs: invocation.cpuTimeMs,
    method,
    url,
    path,
    level: ending.outcome === "ok" || ending.outcome === "canceled" ? "info" : "error",
    message: `${method} ${url}`,
    ...(status !== undefined && { status }),
    ...(ending.error !== undefined && { error: ending.error }),
  };
}

function consoleEvent(invocation: TelemetryEvent, line: TraceLog): TelemetryEvent {
  const { scriptName, versionId, versionTag, versionMessage } = invocation;
  const { requestId, eventType, outcome, wallTimeMs, cpuTimeMs } = invocation;
  const source = objectIn(line.message);
  return {
    ...{ scriptName, versionId, versionTag, versionMessage },
    ...{ requestId, eventType, outcome, wallTimeMs, cpuTimeMs },
    type: "cf-worker",
    timestamp: line.timestamp,
    level: line.level,
    message: line.message.map(textOf).join(" "),
    ...(source && { source }),
  };
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
