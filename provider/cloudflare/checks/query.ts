import type { Filter } from "../../health/sli";
import type { TelemetryQuery } from "./api";

/** The most groups that an answer may hold. */
export const mostGroups = 2000;

/** The fields that a release reads. */
export const keys = {
  type: "$metadata.type",
  service: "$metadata.service",
  ray: "$metadata.rayId",
  hop: "$metadata.requestId",
  version: "$workers.scriptVersion.id",
  outcome: "$workers.outcome",
  status: "$workers.event.response.status",
  eventType: "$workers.eventType",
  executionModel: "$workers.executionModel",
  entrypoint: "$workers.entrypoint",
  wallTime: "$workers.wallTimeMs",
  cpuTime: "$workers.cpuTimeMs",
} as const;

const numbers: ReadonlySet<string> = new Set([keys.status, keys.wallTime, keys.cpuTime]);

/** From `from` until `to`, in epoch milliseconds. */
export interface Timeframe {
  readonly from: number;
  readonly to: number;
}

/** What to count. */
export interface Counting {
  readonly timeframe: Timeframe;
  readonly filters: readonly Filter[];
  /** The fields to group by. Default: none. */
  readonly by?: readonly string[];
  /** How many buckets the series has. Default: no series. */
  readonly buckets?: number;
  /** `"default"` leaves the limit to Cloudflare. Default: {@link mostGroups}. */
  readonly limit?: number | "default";
}

/** The query that counts. */
export function countQuery({
  timeframe,
  filters,
  by = [],
  buckets,
  limit = mostGroups,
}: Counting): TelemetryQuery {
  const limited = limit === "default" ? {} : { limit };
  return {
    queryId: "workers-release-doctor",
    dry: true,
    view: "calculations",
    timeframe: { from: timeframe.from, to: timeframe.to },
    ...(buckets === undefined ? { ignoreSeries: true } : { chart: true, granularity: buckets }),
    ...limited,
    parameters: {
      datasets: ["cloudflare-workers"],
      filterCombination: "and",
      filters: filters.map(asApiFilter),
      calculations: [{ operator: "count" }],
      groupBys: by.map((value) => ({ type: numbers.has(value) ? "number" : "string", value })),
      ...limited,
    },
  };
}

/** The query for the newest rows. */
export function rowsQuery(timeframe: Timeframe, filters: readonly Filter[], limit: number): TelemetryQuery {
  return {
    queryId: "workers-release-doctor",
    dry: true,
    view: "events",
    timeframe: { from: timeframe.from, to: timeframe.to },
    limit,
    parameters: { datasets: ["cloudflare-workers"], filters: filters.map(asApiFilter), limit },
  };
}

type ApiFilter = NonNullable<NonNullable<TelemetryQuery["parameters"]>["filters"]>[number];

function asApiFilter({ key, operation, type, value }: Filter): ApiFilter {
  return { key, operation, type, ...(value !== undefined && { value }) };
}

/** A field that is this text. */
export function is(key: string, value: string): Filter {
  return { key, operation: "eq", type: "string", value };
}

/** One row an invocation; the lines it logs are rows of another type. */
export const isInvocation: Filter = is(keys.type, "cf-worker-event");

/** The invocations of one Worker. */
export function invocationsOf(scriptName: string): readonly Filter[] {
  return [is(keys.service, scriptName), isInvocation];
}

/** Requests that visitors made: no cron, no alarm, no call of an object. */
export const isVisit: readonly Filter[] = [is(keys.eventType, "fetch"), is(keys.executionModel, "stateless")];
