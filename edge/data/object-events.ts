import { randomBytes } from "node:crypto";
import type { Version } from "../scripts/types";
import type { ObjectTrace } from "../storage/object-tail";
import type { TelemetryEvent } from "../telemetry";
import { exceptionEvent, lineEvent, type Common } from "./events";

/** The rows of an object's invocation: its console lines, its uncaught exceptions, and itself. */
export function objectEvents(version: Version, trace: ObjectTrace): TelemetryEvent[] {
  const common = commonTo(version, trace);
  const { event, logs, exceptions, entrypoint } = trace;
  const status = event?.response?.status;
  const isError = common.outcome !== "ok" || (status ?? 0) >= 500;
  const title = event?.request
    ? `${event.request.method} ${event.request.url}`
    : `${entrypoint}.${common.eventType}`;
  return [
    ...logs.map((line) => lineEvent(common, line)),
    ...exceptions.map((exception) => exceptionEvent(common, exception)),
    {
      ...common,
      type: "cf-worker-event",
      level: isError ? "error" : "info",
      message: title,
      ...(status !== undefined && { status }),
    },
  ];
}

function commonTo(version: Version, trace: ObjectTrace): Common {
  const { event, seenAt, entrypoint, durableObjectId, exceptions, outcome } = trace;
  const timestamp = trace.eventTimestamp ?? seenAt;
  return {
    ...{ scriptName: version.scriptName, versionId: version.id },
    ...{ versionTag: version.tag ?? "", versionMessage: version.message ?? "" },
    ...{ requestId: randomBytes(16).toString("hex"), executionModel: "durableObject" },
    ...{ entrypoint, durableObjectId, timestamp, wallTimeMs: seenAt - timestamp, cpuTimeMs: 0 },
    ...{ eventType: typeOf(event), truncated: trace.truncated },
    // For events other than requests workerd says `ok` even when the handler threw.
    outcome: outcome === "ok" && !event?.request && exceptions.length > 0 ? "exception" : outcome,
    ...(event?.request && requestIn(event.request)),
  };
}

function typeOf(event: ObjectTrace["event"]): string {
  if (event?.rpcMethod !== undefined) return "jsrpc";
  if (event?.scheduledTime !== undefined) return "alarm";
  return event?.getWebSocketEvent === undefined ? "fetch" : "hibernatableWebSocket";
}

/** A Worker that passes on a visitor's request passes on its `cf-ray` too. */
function requestIn({ method, url, headers }: NonNullable<NonNullable<ObjectTrace["event"]>["request"]>) {
  const [rayId] = /^[0-9a-f]{16}/.exec(headers["cf-ray"] ?? "") ?? [];
  return { method, url, path: new URL(url).pathname, ...(rayId !== undefined && { rayId }) };
}
