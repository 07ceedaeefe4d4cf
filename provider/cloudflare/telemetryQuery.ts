import type { TelemetryQueryParams } from "cloudflare/resources/workers/observability/telemetry";
import type { Filter, TimeKind } from "../health/sli";
import { probeAgent } from "./probeRequest";
import { bucketsIn, type Span } from "./telemetryGrid";
import { invocationOf, visitorsRequest, type LatencyPart, type Part } from "./telemetryParts";

/** The most groups that the API returns, by its reference ("limit", at most 2000). */
export const maxGroups = 2000;

/** Whose events are counted. */
export interface Subject {
  readonly scriptName: string;
  /** At least one. */
  readonly versionIds: readonly string[];
  /** True to leave out calls of a named entrypoint: another Worker makes them, no visitor does. */
  readonly leaveOutHops: boolean;
  /** True to leave out the probes of releases: no visitor sends them either. Default: false. */
  readonly leaveOutProbes?: boolean;
}

/** The fields that answers are grouped by. */
export const groupKeys = {
  worker: "$metadata.service",
  version: "$workers.scriptVersion.id",
  outcome: "$workers.outcome",
  status: "$workers.event.response.status",
  /** The `cf-ray` of a visitor's request. Rows had it as `$workers.requestId` until the summer of 2026. */
  ray: "$metadata.rayId",
} as const;

/** The fields that say how long an invocation took, in whole milliseconds. */
export const timeKeys: Readonly<Record<TimeKind, string>> = {
  wallTime: "$workers.wallTimeMs",
  cpuTime: "$workers.cpuTimeMs",
};

type Parameters = NonNullable<TelemetryQueryParams["parameters"]>;
type ApiFilter = NonNullable<Parameters["filters"]>[number];
type GroupBy = NonNullable<Parameters["groupBys"]>[number];

/**
 * The query that counts one part, bucket by bucket; `"all"` without any groups. Several Workers are told apart by a group,
 * and then all their versions are counted: a list of those as well would be too long.
 *
 * @param subjects at least one; all leave out the same
 */
export function countQuery(
  subjects: readonly Subject[],
  timeframe: Span,
  part: Part,
  by: "groups" | "all" = "groups",
): Omit<TelemetryQueryParams, "account_id"> {
  return {
    // A name for a query whose parameters come along; "dry" keeps it out of the account's saved queries.
    queryId: "workers-release",
    dry: true,
    view: "calculations",
    timeframe: { from: timeframe.from, to: timeframe.to },
    // The API's word for the number of buckets.
    granularity: bucketsIn(timeframe),
    chart: true,
    // Live clients find one of the two limits enough, but not the same one.
    limit: maxGroups,
    parameters: {
      datasets: ["cloudflare-workers"],
      filterCombination: "and",
      filters: [
        ...servedBy(subjects),
        ...filtersOf(
          part,
          subjects.some(({ leaveOutHops }) => leaveOutHops),
        ).map(asApiFilter),
        ...(subjects.some(({ leaveOutProbes }) => leaveOutProbes) ? [noProbe] : []),
      ],
      calculations: [{ operator: "count" }],
      groupBys: by === "all" ? [] : [...(subjects.length > 1 ? [byWorker] : []), ...groupBysOf(part)],
      limit: maxGroups,
    },
  };
}

interface Timeframe {
  readonly from: number;
  readonly to: number;
}

/** The query whose answer has a group for each request of visitors of a Worker, as many as an answer holds. */
export function raysQuery(
  scriptName: string,
  timeframe: Timeframe,
): Omit<TelemetryQueryParams, "account_id"> {
  return totalsQuery("workers-release", scriptName, timeframe, [], [groupKeys.ray]);
}

/**
 * The query that counts requests of visitors of a Worker, all of a time together, grouped by texts.
 *
 * @param scriptName undefined for all Workers of the account
 */
export function totalsQuery(
  queryId: string,
  scriptName: string | undefined,
  { from, to }: Timeframe,
  filters: readonly ApiFilter[],
  by: readonly string[],
): Omit<TelemetryQueryParams, "account_id"> {
  const ofWorker: ApiFilter[] =
    scriptName === undefined
      ? []
      : [{ key: groupKeys.worker, operation: "eq", type: "string", value: scriptName }];
  return {
    queryId,
    dry: true,
    view: "calculations",
    timeframe: { from, to },
    ignoreSeries: true,
    limit: maxGroups,
    parameters: {
      datasets: ["cloudflare-workers"],
      filterCombination: "and",
      filters: [...ofWorker, ...visitorsRequest(false).map(asApiFilter), ...filters],
      calculations: [{ operator: "count" }],
      groupBys: by.map((value) => ({ type: "string", value })),
      limit: maxGroups,
    },
  };
}

function servedBy(subjects: readonly Subject[]): ApiFilter[] {
  const names = subjects.map(({ scriptName }) => scriptName).join(",");
  const versionIds = subjects.flatMap((subject) => subject.versionIds).join(",");
  // A text with commas works live. Nobody has tried a list.
  if (subjects.length > 1) return [{ key: groupKeys.worker, operation: "in", type: "string", value: names }];
  return [
    { key: groupKeys.worker, operation: "eq", type: "string", value: names },
    { key: groupKeys.version, operation: "in", type: "string", value: versionIds },
  ];
}

/** What a row must be like to be counted in a part. */
export function filtersOf(part: Part, leaveOutHops: boolean): readonly Filter[] {
  if (part.kind === "rows") return part.filters;
  const requests = invocationOf(part.on ?? "fetch", leaveOutHops);
  switch (part.kind) {
    case "requests":
      return [...requests, ...part.filters];
    case "statuses":
      return [
        ...requests,
        { key: groupKeys.status, operation: "gte", type: "number", value: part.from },
        { key: groupKeys.status, operation: "lte", type: "number", value: part.to },
      ];
    case "wallTime":
    case "cpuTime":
      return [
        ...requests,
        { key: timeKeys[part.kind], operation: "gt", type: "number", value: part.limitMs },
      ];
    case "latencies":
      return [...requests, ...timesOf(part)];
  }
}

function timesOf({ of, over, upTo }: LatencyPart): readonly Filter[] {
  const is = (operation: "gt" | "lte", value: number | undefined): readonly Filter[] =>
    value === undefined ? [] : [{ key: timeKeys[of], operation, type: "number", value }];
  return [...is("gt", over), ...is("lte", upTo)];
}

const agentKey = "$workers.event.request.headers.user-agent";

/**
 * What a row must be like to be no probe. Whether Cloudflare's `neq` is true of rows that lack the field is not known, and
 * only invocations for requests have headers.
 */
const noProbe: ApiFilter = {
  kind: "group",
  filterCombination: "or",
  filters: [
    { key: agentKey, operation: "is_null", type: "string" },
    { key: agentKey, operation: "neq", type: "string", value: probeAgent },
  ],
};

type ApiLeaf = Exclude<ApiFilter, { kind: "group" }>;

/** A filter as the API takes it. */
export function asApiFilter({ key, operation, type, value }: Filter): ApiLeaf {
  return { key, operation, type, ...(value !== undefined && { value }) };
}

const byWorker: GroupBy = { type: "string", value: groupKeys.worker };

/** By fields that every counted row has: the API drops rows that lack one. */
function groupBysOf(part: Part): GroupBy[] {
  const version: GroupBy = { type: "string", value: groupKeys.version };
  const outcome: GroupBy = { type: "string", value: groupKeys.outcome };
  if (part.kind === "statuses") return [version, outcome, { type: "number", value: groupKeys.status }];
  if (part.kind === "latencies") return [version, { type: "number", value: timeKeys[part.of] }];
  return part.kind === "rows" || part.on !== undefined ? [version] : [version, outcome];
}
