import type { AnalyticsQuery, AnalyticsRow } from "./query";
import type { Tally } from "./tally";

export type { AnalyticsOptions } from "./options";
export type { AnalyticsQuery, AnalyticsRow } from "./query";
export type { Tally } from "./tally";

/** Keeps counts and times of every invocation, and sums them up. */
export interface AnalyticsStore {
  /** Hands `tallies` over to be added, all or none. A query asked later has them. */
  record(tallies: readonly Tally[]): void;
  /** The groups that `query` asks for. */
  query(query: AnalyticsQuery): Promise<AnalyticsRow[]>;
}
