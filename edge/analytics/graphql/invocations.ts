import type { GraphQLResolveInfo } from "graphql";
import type { AnalyticsStore } from "../index";
import { DIMENSION_NAMES, type DimensionName } from "../dimensions";
import type { AnalyticsRow, Order } from "../query";
import { faultOf, windowOf } from "../window";
import { readFilter, type FilterInput } from "./inputs";
import { refusal } from "./refusal";
import { selectedBelow, selectedIn } from "./selection";

/** The most rows of an answer, as in the live API. */
const MOST_ROWS = 10_000;

/** What a query's answer depends on beside the query. */
export interface AnalyticsContext {
  readonly accountId: string;
  /** Why the caller may not read metrics, if so. */
  readonly whyNot: string | undefined;
  readonly analytics: AnalyticsStore;
}

/** The arguments of `workersInvocationsAdaptive`, as the schema has checked them. */
export interface InvocationsArguments {
  readonly filter?: FilterInput | null;
  readonly limit: number;
  readonly orderBy?: readonly Order[] | null;
}

/** Answers `workersInvocationsAdaptive`. Throws what the live API refuses. */
export function resolveInvocations(
  { accountId, analytics }: AnalyticsContext,
  { filter: input, limit, orderBy }: InvocationsArguments,
  info: GraphQLResolveInfo,
): Promise<AnalyticsRow[]> {
  if (limit < 1 || limit > MOST_ROWS) {
    throw refusal("quota", `limit must be positive number and not greater than ${MOST_ROWS}`);
  }
  const now = Date.now() / 1000;
  const filter = readFilter(input);
  const window = windowOf(filter, now);
  const fault = faultOf(window, now);
  if (fault !== undefined) throw refusal("quota", `account "${accountId}" ${fault}`);
  const dimensions = dimensionsIn(info);
  checkOrder(orderBy ?? [], dimensions);
  return analytics.query({
    ...{ from: Math.floor(window.from), filter, dimensions, limit, orderBy: orderBy ?? [] },
    wantsQuantiles: selectedBelow(info).has("quantiles"),
  });
}

/** Invocations are grouped by the dimensions that are asked for, and by no others. */
function dimensionsIn(info: GraphQLResolveInfo): DimensionName[] {
  const selected = selectedIn(info, "dimensions");
  return DIMENSION_NAMES.filter((name) => selected.has(name));
}

function checkOrder(orderBy: readonly Order[], dimensions: readonly DimensionName[]): void {
  for (const { by } of orderBy) {
    if ("sum" in by || dimensions.includes(by.dimension)) continue;
    throw refusal(
      "quota",
      `cannot order by ${by.dimension}, which is not among the dimensions that are selected`,
    );
  }
}
