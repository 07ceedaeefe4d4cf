import type { TelemetryEvent, TelemetryOptions } from "../../../edge/telemetry";
import { SqliteTelemetry } from "../../../edge/telemetry/store";

/** The moment the events of these tests begin at: a whole minute. */
export const START = Date.UTC(2026, 0, 2, 3, 4);

/** A store in memory, for which it is an hour after the events began. */
export function storeOf(events: readonly TelemetryEvent[], options: TelemetryOptions = {}): SqliteTelemetry {
  const store = new SqliteTelemetry(":memory:", options, () => START + 3_600_000, "account");
  store.record(events);
  return store;
}

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
    level: "info",
    ...given,
  };
}

/** A console line of an invocation. */
export function line(message: string, given: Partial<TelemetryEvent> = {}): TelemetryEvent {
  return invocation({ type: "cf-worker", level: undefined, message, ...given });
}
