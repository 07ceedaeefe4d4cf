import { anyField, columnType, typedField } from "./fields";
import { sql, type Sql } from "./sql";
import type { ValueType } from "./types";

/** The share of the values that lie at or below each percentile. */
const QUANTILES = {
  p001: 0.001,
  p01: 0.01,
  p05: 0.05,
  p10: 0.1,
  p25: 0.25,
  median: 0.5,
  p75: 0.75,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
} as const;

type Quantile = keyof typeof QUANTILES;

/** What can be calculated. Cloudflare's other spellings (`COUNT_DISTINCT`, `P99`, …) are read as these. */
export const OPERATORS = [
  ...(["count", "uniq", "max", "min", "sum", "avg", "stddev", "variance"] as const),
  ...(Object.keys(QUANTILES) as Quantile[]),
] as const;
export type Operator = (typeof OPERATORS)[number];

/** One calculation over the events of a group. */
export interface Calculation {
  operator: Operator;
  key?: string | undefined;
  keyType?: ValueType | undefined;
  alias?: string | undefined;
}

/** How an answer names a calculation: `p99($workers.wallTimeMs)`. */
export function labelOf(calculation: Calculation): string {
  return calculation.key === undefined ? calculation.operator : `${calculation.operator}(${calculation.key})`;
}

/** The calculation that a `having` or an `orderBy` means by its alias, its operator or its label. */
export function calculationNamed(
  name: string,
  calculations: readonly Calculation[],
): Calculation | undefined {
  const names = [
    (calculation: Calculation) => calculation.alias,
    (calculation: Calculation) => calculation.operator,
    labelOf,
  ];
  for (const nameOf of names) {
    const found = calculations.find((calculation) => nameOf(calculation) === name);
    if (found) return found;
  }
  return undefined;
}

/**
 * The aggregate that a calculation is; NULL when no event of the group has the field. Each event weighs as many as it
 * stands for: by its own sample interval, and by `scale` for those that were not read. Counts and sums estimate all;
 * distinct values, the extremes and the spread are those of the events read, as Cloudflare says.
 */
export function compileCalculation({ operator, key = "", keyType }: Calculation, scale: number): Sql {
  switch (operator) {
    case "count":
      return sql`total(e.sample_interval) * ${scale}`;
    case "uniq":
      return sql`count(DISTINCT ${keyType ? typedField(key, keyType) : anyField(key)})`;
    case "max":
      return sql`max(${measured(key, keyType)})`;
    case "min":
      return sql`min(${measured(key, keyType)})`;
    case "sum":
      // Unlike sum(), total() does not overflow, and is 0 for nothing.
      return sql`total(${measured(key, keyType)} * e.sample_interval) * ${scale}`;
    case "avg":
      return average(measured(key, keyType));
    case "stddev":
      return sql`sqrt(variance(${sorted(key, keyType)}))`;
    case "variance":
      return sql`variance(${sorted(key, keyType)})`;
    default:
      return sql`quantile(${sorted(key, keyType)}, ${QUANTILES[operator]})`;
  }
}

function average(values: Sql): Sql {
  const weight = sql`total(iif(${values} IS NULL, NULL, e.sample_interval))`;
  return sql`total(${values} * e.sample_interval) / nullif(${weight}, 0)`;
}

function sorted(key: string, keyType: ValueType | undefined): Sql {
  return sql`sorted(${measured(key, keyType)}, e.sample_interval)`;
}

/** What is calculated with: numbers, and booleans as 1 and 0. */
function measured(key: string, keyType: ValueType | undefined): Sql {
  return typedField(key, keyType ?? (columnType(key) === "boolean" ? "boolean" : "number"));
}
