import type { Timeframe } from "./buckets";
import type { Combination, Filter, Needle } from "./filters";

/** Which events a request is about. */
export interface Scope {
  timeframe: Timeframe;
  datasets?: readonly string[] | undefined;
  filters?: readonly Filter[] | undefined;
  filterCombination?: Combination | undefined;
  needle?: Needle | undefined;
}
