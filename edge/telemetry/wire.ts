import type { Row } from "./database";
import { DATASET } from "./fields";
import { sql, type Sql } from "./sql";
import type { Primitive, ValueType } from "./types";

/** The columns that `wireEvent` reads. */
export const EVENT_ROW: Sql = sql`e.*, v.script_name, v.version_id, v.tag AS version_tag, v.message AS version_message`;

/** An event as the API shows it. What the event does not have is left out. */
export interface WireEvent {
  dataset: string;
  timestamp: number;
  source: Record<string, unknown>;
  $workers: Record<string, unknown>;
  $metadata: Record<string, unknown>;
}

/** A field that an event has. */
export interface FoundField {
  key: string;
  type: ValueType;
}

/** Shapes a row of `EVENT_ROW`. */
export function wireEvent(row: Row): WireEvent {
  return {
    dataset: DATASET,
    timestamp: Number(row["timestamp"]),
    source: JSON.parse(String(row["source"])) as Record<string, unknown>,
    $workers: workersPart(row),
    $metadata: metadataPart(row),
  };
}

/**
 * The fields of an event by the names that filters know them by. Lists have no such name, and neither has what is
 * both nested and has a dot in its own name.
 */
export function fieldsOf(event: WireEvent): FoundField[] {
  const { source, ...own } = event;
  return [...leavesOf(own), ...leavesOf(source)].map(([key, value]) => ({ key, type: typeOf(value) }));
}

function workersPart(row: Row): Record<string, unknown> {
  const request = present({ method: row["method"], path: row["path"], url: row["url"] });
  return present({
    scriptName: row["script_name"],
    scriptVersion: { id: row["version_id"], tag: row["version_tag"], message: row["version_message"] },
    eventType: row["event_type"],
    executionModel: row["execution_model"] ?? "stateless",
    outcome: row["outcome"],
    requestId: row["request_id"],
    wallTimeMs: row["wall_time_ms"],
    cpuTimeMs: row["cpu_time_ms"],
    truncated: row["truncated"] === 1,
    event: present({
      request: Object.keys(request).length === 0 ? null : request,
      response: row["status"] === null ? null : { status: row["status"] },
      ...{ cron: row["cron"], scheduledTime: row["scheduled_time"] },
      ...{ queue: row["queue"], batchSize: row["batch_size"] },
    }),
  });
}

function metadataPart(row: Row): Record<string, unknown> {
  const hasRequest = row["method"] !== null && row["path"] !== null;
  return present({
    id: `${String(row["timestamp"])}-${String(row["id"])}`,
    requestId: row["request_id"],
    service: row["script_name"],
    type: row["type"],
    origin: row["event_type"],
    trigger: hasRequest ? `${String(row["method"])} ${String(row["path"])}` : (row["cron"] ?? row["queue"]),
    level: row["level"],
    message: row["message"],
    error: row["error"],
    statusCode: row["status"],
    duration: row["wall_time_ms"],
    url: row["url"],
  });
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function leavesOf(value: object, above = ""): [string, Primitive][] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) => {
    if (above !== "" && name.includes(".")) return [];
    if (typeof part === "string" || typeof part === "number" || typeof part === "boolean")
      return [[above + name, part] satisfies [string, Primitive]];
    const nested = typeof part === "object" && part !== null && !Array.isArray(part) && !name.includes(".");
    return nested ? leavesOf(part, `${above}${name}.`) : [];
  });
}

function typeOf(value: Primitive): ValueType {
  return typeof value as ValueType;
}
