import type { Timeframe } from "./buckets";
import { DATASET } from "./fields";
import { compileFilters, compileNeedle, type Combination, type Filter, type Needle } from "./filters";
import type { Sample } from "./sample";
import { joined, sql, type Sql } from "./sql";

/** Which events a request is about. */
export interface Scope {
  timeframe: Timeframe;
  datasets?: readonly string[] | undefined;
  filters?: readonly Filter[] | undefined;
  filterCombination?: Combination | undefined;
  needle?: Needle | undefined;
}

/** The condition that an event of a sample is in a scope. No dataset means every dataset, and there is one. */
export function inScope(sample: Sample, scope: Scope): Sql {
  const { datasets = [], filters = [], filterCombination = "and", needle } = scope;
  const conditions = [sample.condition, compileFilters(filters, filterCombination)];
  if (datasets.length > 0 && !datasets.includes(DATASET)) conditions.push(sql`0`);
  if (needle) conditions.push(compileNeedle(needle));
  return joined(conditions, " AND ");
}
