import { joined, sql, type Sql } from "./sql";
import type { ValueType } from "./types";

/** The one dataset there is. */
export const DATASET = "cloudflare-workers";

interface Column {
  readonly type: ValueType;
  readonly value: Sql;
}

const text = (value: Sql): Column => ({ type: "string", value });
const number = (value: Sql): Column => ({ type: "number", value });

/** The cursor of a page: it sorts nothing, it says where an event stands. */
const eventId = sql`(e.timestamp || '-' || e.id)`;

/** The fields that have a column. `e` is the table of events, `v` the one of versions. */
const columns: Readonly<Record<string, Column>> = {
  timestamp: number(sql`e.timestamp`),
  dataset: text(sql`${DATASET}`),
  "$workers.scriptName": text(sql`v.script_name`),
  "$workers.scriptVersion.id": text(sql`v.version_id`),
  "$workers.scriptVersion.tag": text(sql`v.tag`),
  "$workers.scriptVersion.message": text(sql`v.message`),
  "$workers.outcome": text(sql`e.outcome`),
  "$workers.eventType": text(sql`e.event_type`),
  "$workers.executionModel": text(sql`coalesce(e.execution_model, 'stateless')`),
  "$workers.requestId": text(sql`e.request_id`),
  "$workers.wallTimeMs": number(sql`e.wall_time_ms`),
  "$workers.cpuTimeMs": number(sql`e.cpu_time_ms`),
  "$workers.event.response.status": number(sql`e.status`),
  "$workers.event.request.method": text(sql`e.method`),
  "$workers.event.request.path": text(sql`e.path`),
  "$workers.event.request.url": text(sql`e.url`),
  "$workers.event.cron": text(sql`e.cron`),
  "$workers.event.scheduledTime": number(sql`e.scheduled_time`),
  "$workers.event.queue": text(sql`e.queue`),
  "$workers.event.batchSize": number(sql`e.batch_size`),
  "$workers.truncated": { type: "boolean", value: sql`e.truncated` },
  "$metadata.id": text(eventId),
  "$metadata.service": text(sql`v.script_name`),
  "$metadata.type": text(sql`e.type`),
  "$metadata.origin": text(sql`e.event_type`),
  "$metadata.trigger": text(sql`coalesce(e.method || ' ' || e.path, e.cron, e.queue)`),
  "$metadata.level": text(sql`e.level`),
  "$metadata.message": text(sql`e.message`),
  "$metadata.error": text(sql`e.error`),
  "$metadata.statusCode": number(sql`e.status`),
  "$metadata.requestId": text(sql`e.request_id`),
  "$metadata.duration": number(sql`e.wall_time_ms`),
  "$metadata.url": text(sql`e.url`),
};

const absent = sql`NULL`;

/** The field `key` of an event as a `type`; NULL when the event has no such field, or one of another type. */
export function typedField(key: string, type: ValueType): Sql {
  const column = columnOf(key);
  if (column) return column.type === type ? column.value : absent;
  return firstOf(pathsOf(key).map((path) => typedAt(path, type)));
}

/** The field `key` of an event whatever its type is; NULL when the event has no such field. */
export function anyField(key: string): Sql {
  return columnOf(key)?.value ?? firstOf(pathsOf(key).map((path) => sql`json_extract(e.source, ${path})`));
}

/** The type of a field that has a column; the fields of a logged object have the type they were logged with. */
export function columnType(key: string): ValueType | undefined {
  return columnOf(key)?.type;
}

/** Whether a field says which version served. */
export function isOfVersion(key: string): boolean {
  return columnOf(key)?.value.text.startsWith("v.") ?? false;
}

/** Whether a field is the id of the request. */
export function isOfRequest(key: string): boolean {
  return columnOf(key)?.value.text === "e.request_id";
}

/** Everything there is to read in an event, a field a line: what a search for a text looks through. */
export const everyField = sql`concat_ws(char(10), v.script_name, v.version_id, v.tag, v.message, e.type, e.event_type,
  e.outcome, e.request_id, e.method, e.path, e.url, e.status, e.cron, e.queue, e.level, e.message, e.error, e.source)`;

function columnOf(key: string): Column | undefined {
  return Object.hasOwn(columns, key) ? columns[key] : undefined;
}

/** `a.b` is the field `a.b` of the logged object, or else (also when that has another type) `b` of its field `a`. */
function pathsOf(key: string): string[] {
  const nested = key.split(".");
  const literal = jsonPath([key]);
  return nested.length === 1 ? [literal] : [literal, jsonPath(nested)];
}

function jsonPath(names: readonly string[]): string {
  return `$${names.map((name) => `.${JSON.stringify(name)}`).join("")}`;
}

function typedAt(path: string, type: ValueType): Sql {
  const kind = sql`json_type(e.source, ${path})`;
  const value = sql`json_extract(e.source, ${path})`;
  switch (type) {
    case "string":
      return sql`CASE WHEN ${kind} = 'text' THEN ${value} END`;
    case "number":
      // JSON's integers may be wider than a double, which is all that a Worker had.
      return sql`CASE WHEN ${kind} IN ('integer', 'real') THEN CAST(${value} AS REAL) END`;
    case "boolean":
      return sql`CASE WHEN ${kind} IN ('true', 'false') THEN ${value} END`;
  }
}

function firstOf(values: readonly Sql[]): Sql {
  return values.length === 1 ? sql`(${joined(values, ", ")})` : sql`coalesce(${joined(values, ", ")})`;
}
