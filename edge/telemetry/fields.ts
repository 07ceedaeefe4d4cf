import { joined, sql, type Sql } from "./sql";
import type { ValueType } from "./types";

/** The one dataset there is. */
export const DATASET = "cloudflare-workers";

/** A field that has a column, or is made of some. */
export interface Column {
  readonly type: ValueType;
  readonly value: Sql;
}

const text = (value: Sql): Column => ({ type: "string", value });
const number = (value: Sql): Column => ({ type: "number", value });

/** What only an invocation shows, and what only its other rows show. */
const ofInvocation = (value: Sql): Sql => sql`CASE WHEN e.type = 'cf-worker-event' THEN ${value} END`;
const ofLine = (value: Sql): Sql => sql`CASE WHEN e.type = 'cf-worker' THEN ${value} END`;

const message = sql`coalesce(e.message, e.method || ' ' || e.url, e.cron, e.queue)`;
const traceId = sql`coalesce(e.trace_id, hex_id(coalesce(e.ray_id, e.request_id), 32))`;
const ownSource = sql`json_patch('{}', json_object('level', e.level, 'message', ${message}))`;

/** The fields of an event that have a type of their own. `e` is the table of events, `v` the one of versions. */
export const COLUMNS: Readonly<Record<string, Column>> = {
  timestamp: number(sql`e.timestamp`),
  dataset: text(sql`${DATASET}`),
  "$workers.scriptName": text(sql`v.script_name`),
  "$workers.scriptVersion.id": text(sql`v.version_id`),
  "$workers.scriptVersion.tag": text(sql`nullif(v.tag, '')`),
  "$workers.scriptVersion.message": text(sql`nullif(v.message, '')`),
  "$workers.outcome": text(sql`e.outcome`),
  "$workers.eventType": text(sql`e.event_type`),
  "$workers.executionModel": text(sql`coalesce(e.execution_model, 'stateless')`),
  "$workers.entrypoint": text(sql`e.entrypoint`),
  "$workers.durableObjectId": text(sql`e.durable_object_id`),
  "$workers.wallTimeMs": number(sql`e.wall_time_ms`),
  "$workers.cpuTimeMs": number(sql`e.cpu_time_ms`),
  "$workers.truncated": { type: "boolean", value: sql`e.truncated` },
  "$workers.event.response.status": number(sql`e.status`),
  "$workers.event.path": text(ofInvocation(sql`e.path`)),
  "$workers.event.request.method": text(sql`e.method`),
  "$workers.event.request.url": text(sql`e.url`),
  "$workers.event.request.path": text(ofLine(sql`e.path`)),
  "$workers.event.cron": text(sql`e.cron`),
  "$workers.event.scheduledTime": number(sql`e.scheduled_time`),
  "$workers.event.queue": text(sql`e.queue`),
  "$workers.event.batchSize": number(sql`e.batch_size`),
  "$metadata.id": text(sql`event_id(e.timestamp, e.id)`),
  "$metadata.requestId": text(sql`e.request_id`),
  "$metadata.rayId": text(sql`e.ray_id`),
  "$metadata.traceId": text(traceId),
  "$metadata.spanId": text(ofLine(sql`hex_id(e.request_id, 16)`)),
  "$metadata.service": text(sql`v.script_name`),
  "$metadata.account": text(sql`account()`),
  "$metadata.type": text(sql`e.type`),
  "$metadata.origin": text(sql`e.event_type`),
  "$metadata.trigger": text(sql`coalesce(e.method || ' ' || e.path, e.cron, e.queue)`),
  "$metadata.level": text(sql`e.level`),
  "$metadata.message": text(message),
  "$metadata.error": text(sql`CASE WHEN e.level = 'error' THEN ${message} END`),
};

/** A part of an event whose fields are whatever a request or a logged object has. */
export interface Document {
  /** Where it stands in an event. */
  readonly place: string;
  /** What the names of its fields begin with. */
  readonly prefix: string;
  readonly json: Sql;
}

const within = (place: string, json: Sql): Document => ({ place, prefix: `${place}.`, json });

/** The first whose prefix a name has is the one that has the field: the logged object comes last. */
export const DOCUMENTS: readonly Document[] = [
  within("$workers.event.search", ofInvocation(sql`search_of(e.url)`)),
  within("$workers.event.request.search", ofLine(sql`search_of(e.url)`)),
  within("$workers.event.request.headers", sql`headers_of(e.head, e.ray_id)`),
  within("$workers.event.request.cf", sql`cf_of(e.head)`),
  { place: "source", prefix: "", json: sql`coalesce(e.source, ${ownSource})` },
];

const absent = sql`NULL`;

/** The field `key` of an event as a `type`; NULL when the event has no such field, or one of another type. */
export function typedField(key: string, type: ValueType): Sql {
  const column = columnOf(key);
  if (column) return column.type === type ? column.value : absent;
  return fieldAt(key, (json, path) => typedAt(json, path, type));
}

/** The field `key` of an event whatever its type is; NULL when the event has no such field. */
export function anyField(key: string): Sql {
  return columnOf(key)?.value ?? fieldAt(key, (json, path) => sql`json_extract(${json}, ${path})`);
}

/** The type of a field that has one of its own; others have the type they were logged with. */
export function columnType(key: string): ValueType | undefined {
  return columnOf(key)?.type;
}

/** Whether a field says which version served. */
export function isOfVersion(key: string): boolean {
  return /\bv\./.test(columnOf(key)?.value.text ?? "");
}

/** The index by which the events with one value of a field are found, for fields whose values are of few events. */
export function indexOf(key: string): Sql | undefined {
  if (key === "$metadata.requestId") return sql`events_by_request`;
  return key === "$metadata.rayId" ? sql`events_by_ray` : undefined;
}

/** Everything there is to read in an event, a field a line: what a search for a text looks through. */
export const everyField = sql`concat_ws(char(10), v.script_name, v.version_id, v.tag, v.message, e.type, e.event_type,
  e.outcome, e.request_id, e.ray_id, ${traceId}, e.entrypoint, e.durable_object_id, e.method, e.path, e.url, e.head, e.status,
  e.cron, e.queue, e.level, ${message}, e.source)`;

function columnOf(key: string): Column | undefined {
  return Object.hasOwn(COLUMNS, key) ? COLUMNS[key] : undefined;
}

/** `a.b` is the field `a.b` of a document, or else (also when that has another type) `b` of its field `a`. */
function fieldAt(key: string, valueAt: (json: Sql, path: string) => Sql): Sql {
  const document = DOCUMENTS.find(({ prefix }) => key.startsWith(prefix) && key !== prefix);
  if (!document) return absent;
  const name = key.slice(document.prefix.length);
  const nested = name.split(".");
  const paths = nested.length === 1 ? [[name]] : [[name], nested];
  return firstOf(paths.map((names) => valueAt(document.json, jsonPath(names))));
}

function jsonPath(names: readonly string[]): string {
  return `$${names.map((name) => `.${JSON.stringify(name)}`).join("")}`;
}

function typedAt(json: Sql, path: string, type: ValueType): Sql {
  const kind = sql`json_type(${json}, ${path})`;
  const value = sql`json_extract(${json}, ${path})`;
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
