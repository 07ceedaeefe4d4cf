import { allRows } from "./database";
import { DATASET, typedField } from "./fields";
import type { ValuesQuery } from "./schema";
import { sampleFor, type Reading } from "./sample";
import { inScope } from "./sample";
import { sql } from "./sql";
import { restored, type Primitive, type ValueType } from "./types";

/** A value that a field has. */
export interface FieldValue {
  dataset: string;
  key: string;
  type: ValueType;
  value: Primitive;
}

const MOST_VALUES = 50;

/** The values of a field, the one most events have first. */
export function listValues(reading: Reading, query: ValuesQuery): FieldValue[] {
  const { key, type, limit = MOST_VALUES } = query;
  const sample = sampleFor(reading, query);
  const rows = allRows(
    reading.db,
    sql`SELECT ${typedField(key, type)} AS value, count(*) AS events FROM ${sample.tables}
      WHERE ${inScope(sample, query)} GROUP BY value HAVING value IS NOT NULL ORDER BY events DESC, value LIMIT ${limit}`,
  );
  return rows.flatMap(({ value }) =>
    typeof value === "string" || typeof value === "number"
      ? [{ dataset: DATASET, key, type, value: restored(value, type) }]
      : [],
  );
}
