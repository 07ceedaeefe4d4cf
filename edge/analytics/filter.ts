import { joined, sql, type Sql } from "../telemetry/sql";
import { DIMENSIONS, type DimensionName } from "./dimensions";

/** How a dimension is compared; `eq` has no name in a filter, the others follow the dimension's: `status_neq`. */
export const OPERATORS = ["eq", "gt", "lt", "geq", "leq", "neq", "in", "like"] as const;

/** One of them. */
export type Operator = (typeof OPERATORS)[number];

type Value = string | number;

/** One comparison. A `Time` is compared as epoch seconds. */
export interface Comparison {
  readonly dimension: DimensionName;
  readonly operator: Operator;
  readonly value: Value | readonly Value[];
}

/** What invocations are asked for. */
export type Filter =
  | { readonly kind: "comparison"; readonly comparison: Comparison }
  | { readonly kind: "and" | "or"; readonly filters: readonly Filter[] };

const SYMBOLS = {
  eq: sql`=`,
  neq: sql`<>`,
  gt: sql`>`,
  geq: sql`>=`,
  lt: sql`<`,
  leq: sql`<=`,
  like: sql`LIKE`,
} satisfies Record<Exclude<Operator, "in">, Sql>;

/** The condition that a tally fulfils the filter. */
export function compileFilter(filter: Filter): Sql {
  if (filter.kind === "comparison") return compileComparison(filter.comparison);
  const parts = filter.filters.map((part) => sql`(${compileFilter(part)})`);
  // An empty filter asks for everything, whichever way it combines.
  return parts.length === 0 ? sql`1` : joined(parts, filter.kind === "and" ? " AND " : " OR ");
}

function compileComparison({ dimension, operator, value }: Comparison): Sql {
  const { expression } = DIMENSIONS[dimension];
  if (operator === "in") return sql`${expression} IN (${joined(valuesOf(value).map(bound), ", ")})`;
  return joined(
    valuesOf(value).map((one) => sql`${expression} ${SYMBOLS[operator]} ${one}`),
    " AND ",
  );
}

function valuesOf(value: Value | readonly Value[]): readonly Value[] {
  return typeof value === "object" ? value : [value];
}

function bound(value: Value): Sql {
  return sql`${value}`;
}
