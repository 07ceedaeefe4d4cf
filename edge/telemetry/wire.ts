import type { Row } from "./database";
import { COLUMNS, DOCUMENTS } from "./fields";
import { as, joined, type Sql } from "./sql";
import { restored, type Primitive, type ValueType } from "./types";

const columns = Object.entries(COLUMNS);

/** The columns that `wireEvent` reads: every field there is. */
export const EVENT_ROW: Sql = joined(
  [
    ...columns.map(([, { value }], i) => as(value, "f", i)),
    ...DOCUMENTS.map(({ json }, i) => as(json, "d", i)),
  ],
  ", ",
);

/** An event as the API shows it. What the event does not have is left out. */
export interface WireEvent {
  dataset: string;
  timestamp: number;
  source: Record<string, unknown>;
  $workers: Record<string, unknown>;
  $metadata: { id: string; requestId: string } & Record<string, unknown>;
}

/** A field that an event has. */
export interface FoundField {
  type: ValueType;
  key: string;
}

/** Shapes a row of `EVENT_ROW`: each field goes where the name says by which filters know it. */
export function wireEvent(row: Row): WireEvent {
  const event: Record<string, unknown> = {};
  columns.forEach(([key, { type }], i) => {
    const value = row[`f${i}`];
    if (typeof value === "string" || typeof value === "number") place(event, key, restored(value, type));
  });
  DOCUMENTS.forEach((document, i) => {
    const json = row[`d${i}`];
    if (typeof json === "string") place(event, document.place, JSON.parse(json));
  });
  return event as unknown as WireEvent;
}

/**
 * The fields of an event by the names that filters know them by; those of `$metadata` are the same for all events.
 * Lists have no such name, and neither has what is both nested and has a dot in its own name.
 */
export function fieldsOf({ source, $workers }: WireEvent): FoundField[] {
  const found = [...leavesOf(source), ...leavesOf({ $workers })];
  return found.map(([key, value]) => ({ type: typeof value as ValueType, key }));
}

function place(event: Record<string, unknown>, key: string, value: unknown): void {
  const names = key.split(".");
  const last = names.pop() ?? "";
  let part = event;
  for (const name of names) part = (part[name] ??= {}) as Record<string, unknown>;
  part[last] = value;
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
