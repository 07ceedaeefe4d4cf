import type { Timeframe } from "./buckets";
import { DATASET } from "./fields";
import { compileFilters, compileNeedle, type Combination, type Filter, type Needle } from "./filters";
import { joined, sql, type Sql } from "./sql";

/** Which events a request is about. */
export interface Scope {
  timeframe: Timeframe;
  datasets?: readonly string[] | undefined;
  filters?: readonly Filter[] | undefined;
  filterCombination?: Combination | undefined;
  needle?: Needle | undefined;
}

/** The tables that the fields are read from. */
export const EVENTS = sql`events e LEFT JOIN versions v ON v.id = e.version`;

/** The condition that an event is in a scope. No dataset means every dataset, and there is one. */
export function within(scope: Scope): Sql {
  const { timeframe, datasets = [], filters = [], filterCombination = "and", needle } = scope;
  const conditions = [
    sql`e.timestamp >= ${timeframe.from} AND e.timestamp < ${timeframe.to}`,
    compileFilters(filters, filterCombination),
  ];
  if (datasets.length > 0 && !datasets.includes(DATASET)) conditions.push(sql`0`);
  if (needle) conditions.push(compileNeedle(needle));
  return joined(conditions, " AND ");
}
