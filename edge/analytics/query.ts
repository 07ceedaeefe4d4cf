import type { DimensionName } from "./dimensions";
import type { Filter } from "./filter";

/** The sums over the invocations of a group. */
export const SUMS = [
  "requests",
  "errors",
  "clientDisconnects",
  "subrequests",
  "wallTime",
  "cpuTimeUs",
] as const;

/** The name of a sum. */
export type SumName = (typeof SUMS)[number];

/** The quantiles of a time, by the end of their names. */
export const QUANTILES = {
  P25: 0.25,
  P50: 0.5,
  P75: 0.75,
  P90: 0.9,
  P95: 0.95,
  P99: 0.99,
  P999: 0.999,
} as const;

/** What to order groups by, and which way. */
export interface Order {
  readonly by: { readonly dimension: DimensionName } | { readonly sum: SumName };
  readonly isDescending: boolean;
}

/** A question about invocations. */
export interface AnalyticsQuery {
  /** Epoch seconds: nothing that began before is read. */
  readonly from: number;
  readonly filter: Filter;
  /** What to group by; without any, all is one group. */
  readonly dimensions: readonly DimensionName[];
  /** Before the order of the dimensions. */
  readonly orderBy: readonly Order[];
  readonly limit: number;
  /** They are what is most expensive to read. */
  readonly wantsQuantiles: boolean;
}

/** A group of invocations. Names are those of Cloudflare's schema; times are in microseconds, a `Time` in seconds. */
export interface AnalyticsRow {
  readonly dimensions: Readonly<Partial<Record<DimensionName, string | number>>>;
  readonly sum: Readonly<Record<SumName, number>>;
  readonly avg: { readonly sampleInterval: number };
  readonly quantiles: Readonly<Record<string, number>>;
}
