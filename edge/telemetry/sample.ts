import type { DatabaseSync } from "node:sqlite";
import { allRows, oneNumber } from "./database";
import { DATASET, indexOf, isOfVersion } from "./fields";
import { compileFilters, compileNeedle, type Filter, type FilterLeaf } from "./filters";
import { COARSEST } from "./levels";
import type { Scope } from "./scope";
import { joined, sql, type Sql } from "./sql";

/** The part of the store that a query reads. */
export interface Sample {
  /** One in this many invocations. */
  readonly scale: number;
  /** How many rows that is. */
  readonly rows: number;
  /** The tables that the fields are read from, by way of the index that finds these rows. */
  readonly tables: Sql;
  /** As `tables`, for walking through them in the order of time. */
  readonly inTime: Sql;
  /** The condition that an event is in it. */
  readonly condition: Sql;
}

/** What decides how much a query reads. */
export interface Reading {
  readonly db: DatabaseSync;
  readonly mostRows: number;
  readonly now: number;
}

/** The condition that an event is found by the queries of a moment: its ingest delay is over. */
export function visibleAt(now: number): Sql {
  return sql`(e.delay_ms = 0 OR e.timestamp + e.delay_ms <= ${now})`;
}

/** The finest sample of what `scope` is about that has no more rows than a query may read. */
export function sampleFor({ db, mostRows, now }: Reading, scope: Scope): Sample {
  const found = sql`${within(scope)} AND ${visibleAt(now)}`;
  const few = fewIn(scope);
  if (few) {
    const rows = oneNumber(db, sql`SELECT count(*) AS n FROM ${few.tables} WHERE ${few.condition}`);
    return { scale: 1, rows, condition: found, tables: few.tables, inTime: few.tables };
  }
  const versions = versionsIn(db, scope);
  const { level, rows } = finest(db, mostRows, sql`e.version IN (${versions}) AND ${within(scope)}`);
  const tables = tablesBy(sql`events_by_sample`);
  return {
    ...{ scale: 2 ** level, rows, tables },
    // Walking down from the newest reads little, unless most of what is passed is in no sample.
    inTime: level === 0 ? tablesBy(sql`events_by_time`) : tables,
    condition: sql`e.version IN (${versions}) AND ${atLeast(level)} AND ${found}`,
  };
}

/** Counts from the coarsest sample on, so that counting, too, reads no more than `mostRows`. */
function finest(db: DatabaseSync, mostRows: number, condition: Sql): { level: number; rows: number } {
  let rows = 0;
  for (let level = COARSEST; level >= 0; level--) {
    const more = oneNumber(
      db,
      sql`SELECT count(*) AS n FROM (SELECT 1 FROM events e INDEXED BY events_by_sample
        WHERE e.sample_level = ${level} AND ${condition} LIMIT ${mostRows - rows + 1})`,
    );
    if (rows + more > mostRows && level < COARSEST) return { level: level + 1, rows };
    rows += more;
  }
  return { level: 0, rows };
}

function atLeast(level: number): Sql {
  const levels = Array.from({ length: COARSEST - level + 1 }, (_, i) => sql`${level + i}`);
  return sql`e.sample_level IN (${joined(levels, ", ")})`;
}

function within({ timeframe: { from, to } }: Scope): Sql {
  return sql`e.timestamp >= ${from} AND e.timestamp < ${to}`;
}

/** The tables, by way of an index. */
export function tablesBy(index: Sql): Sql {
  return sql`events e INDEXED BY ${index} LEFT JOIN versions v ON v.id = e.version`;
}

/** The versions that a scope can be about: what others have served need not be read. */
function versionsIn(db: DatabaseSync, scope: Scope): Sql {
  const filters = required(scope).filter(({ key }) => isOfVersion(key));
  const found = allRows(db, sql`SELECT v.id FROM versions v WHERE ${compileFilters(filters, "and")}`);
  return joined(
    found.map(({ id }) => sql`${Number(id)}`),
    ", ",
  );
}

/** The few requests that a scope names. They are found without reading anything else, so nothing is sampled. */
function fewIn(scope: Scope): { tables: Sql; condition: Sql } | undefined {
  for (const filter of required(scope)) {
    const index = indexOf(filter.key);
    const isNamed = filter.operation === "eq" || filter.operation === "in";
    if (index && isNamed && filter.type === "string")
      return { tables: tablesBy(index), condition: compileFilters([filter], "and") };
  }
  return undefined;
}

/** The comparisons that hold for every event of a scope. */
function required({ filters = [], filterCombination = "and" }: Scope): FilterLeaf[] {
  const isLeaf = (filter: Filter): filter is FilterLeaf => filter.kind !== "group";
  return filterCombination === "and" || filters.length === 1 ? filters.filter(isLeaf) : [];
}

/** The condition that an event of a sample is in a scope. No dataset means every dataset, and there is one. */
export function inScope(sample: Sample, scope: Scope): Sql {
  const { datasets = [], filters = [], filterCombination = "and", needle } = scope;
  const conditions = [sample.condition, compileFilters(filters, filterCombination)];
  if (datasets.length > 0 && !datasets.includes(DATASET)) conditions.push(sql`0`);
  if (needle) conditions.push(compileNeedle(needle));
  return joined(conditions, " AND ");
}
