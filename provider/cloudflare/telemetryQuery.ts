import type { TelemetryQueryParams } from "cloudflare/resources/workers/observability/telemetry";
import type { Filter } from "../health/sli";
import type { SeriesQuery } from "../rollout/ports";
import { isInvocation, type Part } from "./telemetryParts";

/** The most rows of groups that the API returns, by its reference ("limit", at most 2000). */
export const maxRows = 2000;

/**
 * The most buckets asked for at once. Two versions with three outcomes each fill {@link maxRows} with 333 buckets;
 * 300 are 50 minutes at 10 s.
 */
export const maxBuckets = 300;

/** Buckets of `bucketMs` from `from` until `to`, in epoch milliseconds. */
export type Span = Pick<SeriesQuery, "from" | "to" | "bucketMs">;

/** Whose invocations are counted. */
export interface Subject {
  readonly scriptName: string;
  /** At least one. */
  readonly versionIds: readonly string[];
}

/** The fields that answers are grouped by. */
export const groupKeys = {
  version: "$workers.scriptVersion.id",
  outcome: "$workers.outcome",
  status: "$workers.event.response.status",
} as const;

type Parameters = NonNullable<TelemetryQueryParams["parameters"]>;
type ApiFilter = NonNullable<Parameters["filters"]>[number];
type GroupBy = NonNullable<Parameters["groupBys"]>[number];

/** Cuts a span into pieces of at most {@link maxBuckets} buckets. */
export function pieces(span: Span): readonly Span[] {
  const pieceMs = maxBuckets * span.bucketMs;
  const starts = Array.from(
    { length: Math.ceil((span.to - span.from) / pieceMs) },
    (_, i) => span.from + i * pieceMs,
  );
  return starts.map((from) => ({ ...span, from, to: Math.min(from + pieceMs, span.to) }));
}

/** Both halves of a span, or undefined when it is one bucket. */
export function halves(span: Span): readonly [Span, Span] | undefined {
  const buckets = (span.to - span.from) / span.bucketMs;
  if (buckets < 2) return undefined;
  const middle = span.from + Math.floor(buckets / 2) * span.bucketMs;
  return [
    { ...span, to: middle },
    { ...span, from: middle },
  ];
}

/** The query that counts one part, bucket by bucket. */
export function countQuery(
  subject: Subject,
  span: Span,
  part: Part,
): Omit<TelemetryQueryParams, "account_id"> {
  return {
    // A name for a query whose parameters come along; "dry" keeps it out of the account's saved queries.
    queryId: "workers-release",
    dry: true,
    view: "calculations",
    timeframe: { from: span.from, to: span.to },
    // The API's word for the number of buckets.
    granularity: (span.to - span.from) / span.bucketMs,
    chart: true,
    limit: maxRows,
    parameters: {
      datasets: ["cloudflare-workers"],
      filterCombination: "and",
      filters: [...servedBy(subject), ...filtersOf(part).map(asApiFilter)],
      calculations: [{ operator: "count" }],
      groupBys: groupBysOf(part),
      limit: maxRows,
    },
  };
}

function servedBy({ scriptName, versionIds }: Subject): ApiFilter[] {
  return [
    { key: "$metadata.service", operation: "eq", type: "string", value: scriptName },
    { key: groupKeys.version, operation: "in", type: "string", value: versionIds.join(",") },
  ];
}

function filtersOf(part: Part): readonly Filter[] {
  switch (part.kind) {
    case "invocations":
      return [isInvocation];
    case "statuses":
      return [
        isInvocation,
        { key: groupKeys.status, operation: "gte", type: "number", value: part.from },
        { key: groupKeys.status, operation: "lte", type: "number", value: part.to },
      ];
    case "wallTime":
      return [
        isInvocation,
        { key: "$workers.wallTimeMs", operation: "gt", type: "number", value: part.limitMs },
      ];
    case "cpuTime":
      return [
        isInvocation,
        { key: "$workers.cpuTimeMs", operation: "gt", type: "number", value: part.limitMs },
      ];
    case "rows":
      return part.filters;
  }
}

function asApiFilter({ key, operation, type, value }: Filter): ApiFilter {
  return { key, operation, type, ...(value !== undefined && { value }) };
}

/** By fields that every counted row has: a group by one that a row lacks may lose the row. */
function groupBysOf({ kind }: Part): GroupBy[] {
  const version: GroupBy = { type: "string", value: groupKeys.version };
  const outcome: GroupBy = { type: "string", value: groupKeys.outcome };
  if (kind === "rows") return [version];
  if (kind === "statuses") return [version, outcome, { type: "number", value: groupKeys.status }];
  return [version, outcome];
}
