import { anyField, everyField, typedField } from "./fields";
import { joined, sql, type Sql } from "./sql";
import { coerce, stored, type Primitive, type ValueType } from "./types";

/** How a filter compares. Cloudflare's other spellings (`=`, `MATCH_REGEX`, …) are read as these. */
export const OPERATIONS = [
  ...(["eq", "neq", "gt", "gte", "lt", "lte", "in", "not_in", "exists", "is_null"] as const),
  ...(["includes", "not_includes", "starts_with", "ends_with", "regex"] as const),
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The operations that read text. */
export const TEXT_OPERATIONS: ReadonlySet<Operation> = new Set<Operation>([
  ...(["includes", "not_includes", "starts_with", "ends_with", "regex"] as const),
]);

/** The operations that need no value. */
export const UNARY_OPERATIONS: ReadonlySet<Operation> = new Set<Operation>(["exists", "is_null"]);

/** One comparison. */
export interface FilterLeaf {
  kind?: "filter" | undefined;
  key: string;
  operation: Operation;
  type: ValueType;
  value?: Primitive | undefined;
}

/** Filters taken together. */
export interface FilterGroup {
  kind: "group";
  filterCombination: Combination;
  filters: Filter[];
}

export type Combination = "and" | "or";
export type Filter = FilterLeaf | FilterGroup;

/** A text to look for in all of an event. */
export interface Needle {
  value: Primitive;
  isRegex?: boolean | undefined;
  matchCase?: boolean | undefined;
}

/**
 * The condition that filters are. An event without the field, or with a field of another type, matches none of
 * the comparisons; `neq`, `not_includes` and `not_in` are true wherever their opposite is false, so it matches
 * those. No filters at all restrict nothing.
 */
export function compileFilters(filters: readonly Filter[], combination: Combination): Sql {
  if (filters.length === 0) return sql`1`;
  const parts = filters.map((filter) =>
    filter.kind === "group" ? compileFilters(filter.filters, filter.filterCombination) : compileLeaf(filter),
  );
  return sql`(${joined(parts, combination === "or" ? " OR " : " AND ")})`;
}

/** The condition that an event has the text somewhere. */
export function compileNeedle(needle: Needle): Sql {
  const flags = (needle.matchCase ? "" : "i") + (needle.isRegex ? "m" : "l");
  return sql`matches(${everyField}, ${String(needle.value)}, ${flags})`;
}

/** The values of `in` and `not_in`, which come as one text separated by commas. */
export function members(value: Primitive, type: ValueType): (Primitive | undefined)[] {
  const texts = typeof value === "string" ? value.split(",").map((text) => text.trim()) : [value];
  return texts.map((text) => coerce(text, type));
}

function compileLeaf(leaf: FilterLeaf): Sql {
  if (leaf.operation === "exists") return sql`${anyField(leaf.key)} IS NOT NULL`;
  if (leaf.operation === "is_null") return sql`${anyField(leaf.key)} IS NULL`;
  return compare(leaf.operation, typedField(leaf.key, leaf.type), leaf.value ?? "", leaf.type);
}

type Comparison = Exclude<Operation, "exists" | "is_null">;

function compare(operation: Comparison, field: Sql, given: Primitive, type: ValueType): Sql {
  const value = stored(coerce(given, type) ?? given);
  switch (operation) {
    case "eq":
      return sql`${field} IS ${value}`;
    case "neq":
      return sql`${field} IS NOT ${value}`;
    case "gt":
      return sql`${field} > ${value}`;
    case "gte":
      return sql`${field} >= ${value}`;
    case "lt":
      return sql`${field} < ${value}`;
    case "lte":
      return sql`${field} <= ${value}`;
    case "in":
      return isMember(field, given, type);
    case "not_in":
      return otherwise(isMember(field, given, type));
    case "includes":
      return includes(field, value);
    case "not_includes":
      return otherwise(includes(field, value));
    case "starts_with":
      return sql`instr(${field}, ${value}) = 1`;
    case "ends_with":
      return endsWith(field, value);
    case "regex":
      return sql`matches(${field}, ${value}, '')`;
  }
}

function includes(field: Sql, value: string | number): Sql {
  return sql`instr(${field}, ${value}) > 0`;
}

/** As bytes: SQLite counts the characters of a text only up to a zero byte, and a logged text may hold one. */
function endsWith(field: Sql, value: string | number): Sql {
  const length = Buffer.byteLength(String(value));
  if (length === 0) return sql`${field} IS NOT NULL`;
  return sql`substr(CAST(${field} AS BLOB), ${-length}) = CAST(${value} AS BLOB)`;
}

/** A list of any length takes one placeholder. JSON's integers may be wider than a double; the fields are not. */
function isMember(field: Sql, given: Primitive, type: ValueType): Sql {
  const list = members(given, type).map((member) => (member === undefined ? null : stored(member)));
  const member = type === "number" ? sql`CAST(value AS REAL)` : sql`value`;
  return sql`${field} IN (SELECT ${member} FROM json_each(${JSON.stringify(list)}))`;
}

function otherwise(condition: Sql): Sql {
  return sql`coalesce(${condition}, 0) = 0`;
}
