import { eachRow } from "./database";
import { toPattern } from "./pattern";
import type { KeysQuery } from "./schema";
import { sampleFor, type Reading } from "./sample";
import { inScope } from "./sample";
import { sql } from "./sql";
import type { ValueType } from "./types";
import { EVENT_ROW, fieldsOf, wireEvent, type FoundField } from "./wire";

/** A field that events have, and when it was last seen. */
export interface Key extends FoundField {
  lastSeenAt: number;
}

/** Logged objects have whatever fields they like, so they are looked at one by one, and only the newest ones. */
const MOST_EVENTS = 10_000;

const MOST_KEYS = 1000;

/** The keys of `$metadata`, whichever events there are: a recorded answer lists these, and not `$metadata.rayId`. */
const METADATA_KEYS: readonly FoundField[] = [
  ...ofMetadata(
    "string",
    "message",
    "messageTemplate",
    "error",
    "errorTemplate",
    "origin",
    "service",
    "level",
  ),
  ...ofMetadata("string", "requestId", "spanId", "traceId", "transactionName", "spanName", "trigger"),
  ...ofMetadata("string", "fingerprint", "account", "type", "id"),
  ...ofMetadata("number", "duration", "latency", "traceDuration", "startTime", "endTime"),
];

function ofMetadata(type: ValueType, ...names: string[]): FoundField[] {
  return names.map((name) => ({ key: `$metadata.${name}`, type }));
}

/** The keys of all events, then the other fields of the newest ones, the one seen last first. */
export function listKeys(reading: Reading, query: KeysQuery): Key[] {
  const { from = 0, to = Number.MAX_SAFE_INTEGER, keyNeedle, limit = MOST_KEYS } = query;
  const scope = { ...query, timeframe: { from, to } };
  const sample = sampleFor(reading, scope);
  const rows = eachRow(
    reading.db,
    sql`SELECT ${EVENT_ROW} FROM ${sample.inTime} WHERE ${inScope(sample, scope)}
      ORDER BY e.timestamp DESC, e.id DESC LIMIT ${MOST_EVENTS}`,
  );
  const keys = new Map<string, Key>();
  for (const field of METADATA_KEYS) keys.set(field.key, { ...field, lastSeenAt: reading.now });
  for (const row of rows) {
    const event = wireEvent(row);
    for (const field of fieldsOf(event)) {
      const name = `${field.type} ${field.key}`;
      if (!keys.has(name)) keys.set(name, { ...field, lastSeenAt: event.timestamp });
    }
  }
  const wanted = matcherOf(keyNeedle);
  return [...keys.values()].filter(({ key }) => wanted(key)).slice(0, limit);
}

function matcherOf(needle: KeysQuery["keyNeedle"]): (key: string) => boolean {
  if (!needle) return () => true;
  const value = String(needle.value);
  if (needle.isRegex) {
    const pattern = toPattern(value, { ignoreCase: !needle.matchCase });
    return (key) => pattern.test(key);
  }
  return needle.matchCase
    ? (key) => key.includes(value)
    : (key) => key.toLowerCase().includes(value.toLowerCase());
}
