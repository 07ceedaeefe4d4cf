import type { SQLOutputValue } from "node:sqlite";

/** The document in a row's `record` column. Only this folder writes those, so they are what they were. */
export function recordOf(row: Record<string, SQLOutputValue>): unknown {
  return JSON.parse(String(row["record"]));
}
