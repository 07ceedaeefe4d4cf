import type { TelemetryEvent } from "../../../edge/telemetry";

/** The moment the events of these tests begin at: a whole minute. */
export const START = Date.UTC(2026, 0, 2, 3, 4);

/** An invocation that went well, with whatever else the test is about. */
export function invocation(given: Partial<TelemetryEvent> = {}): TelemetryEvent {
  return {
    timestamp: START,
    type: "cf-worker-event",
    scriptName: "checkout",
    versionId: "v1",
    versionTag: "",
    versionMessage: "",
    requestId: "request",
    eventType: "fetch",
    outcome: "ok",
    wallTimeMs: 10,
    cpuTimeMs: 1,
    status: 200,
    method: "GET",
    path: "/",
    url: "http://checkout.local.localhost/",
    ...given,
  };
}

/** A console line of an invocation. */
export function line(message: string, given: Partial<TelemetryEvent> = {}): TelemetryEvent {
  return invocation({ type: "cf-worker", level: "log", message, source: { message }, ...given });
}
