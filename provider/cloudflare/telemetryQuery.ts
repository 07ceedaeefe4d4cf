import type { TelemetryQueryParams } from "cloudflare/resources/workers/observability/telemetry";
import type { Sli } from "../health/sli";
import type { SeriesQuery } from "../rollout/ports";

/** The most rows of groups that the API returns, by its reference ("limit", at most 2000). */
export const maxRows = 2000;

/**
 * The most buckets asked for at once. Two versions with three outcomes each fill {@link maxRows} with 333 buckets;
 * 300 are 50 minutes at 10 s.
 */
export const maxBuckets = 300;

/** What one query counts: all invocations, those answered with a 5xx, or those that took more than a limit. */
export type Part =
  | { readonly kind: "invocations" }
  | { readonly kind: "statusErrors" }
  | { readonly kind: "wallTime" | "cpuTime"; readonly limitMs: number };

/** Buckets of `bucketMs` from `from` until `to`, in epoch milliseconds. */
export type Span = Pick<SeriesQuery, "from" | "to" | "bucketMs">;

/** Whose invocations are counted. */
export interface Subject {
  readonly scriptName: string;
  /** At least one. */
  readonly versionIds: readonly string[];
}

/** The keys that the answer is grouped by. Every invocation has both; a group by a key that it lacks may lose it. */
export const groupKeys = { version: "$workers.scriptVersion.id", outcome: "$workers.outcome" } as const;

type Parameters = NonNullable<TelemetryQueryParams["parameters"]>;
type Filter = NonNullable<Parameters["filters"]>[number];

/** The parts needed to judge some SLIs, each once: every SLI needs all invocations, most one part more. */
export function partsFor(slis: readonly Sli[]): readonly Part[] {
  const parts = new Map<string, Part>();
  for (const part of [{ kind: "invocations" } as const, ...slis.flatMap(extraPart)]) {
    parts.set(partId(part), part);
  }
  return [...parts.values()];
}

/** The part that an SLI needs beside all invocations: a failed invocation shows in its outcome already. */
function extraPart(sli: Sli): readonly Part[] {
  switch (sli.kind) {
    case "serverErrors":
      return [{ kind: "statusErrors" }];
    case "exceptions":
      return [];
    case "wallTime":
    case "cpuTime":
      return [sli];
    default:
      return sli satisfies never;
  }
}

/** The same for two parts that count the same. */
export function partId(part: Part): string {
  return "limitMs" in part ? `${part.kind} ${part.limitMs}` : part.kind;
}

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

/** The query that counts one part, bucket by bucket, grouped by version and outcome. */
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
      filters: [...invocationsOf(subject), ...extraFilter(part)],
      calculations: [{ operator: "count" }],
      groupBys: Object.values(groupKeys).map((value) => ({ type: "string", value })),
      limit: maxRows,
    },
  };
}

function invocationsOf({ scriptName, versionIds }: Subject): Filter[] {
  return [
    { key: "$metadata.service", operation: "eq", type: "string", value: scriptName },
    // One row an invocation; the lines it logs are rows of another type.
    { key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" },
    { key: groupKeys.version, operation: "in", type: "string", value: versionIds.join(",") },
  ];
}

function extraFilter(part: Part): Filter[] {
  switch (part.kind) {
    case "invocations":
      return [];
    case "statusErrors":
      return [{ key: "$workers.event.response.status", operation: "gte", type: "number", value: 500 }];
    case "wallTime":
      return [{ key: "$workers.wallTimeMs", operation: "gt", type: "number", value: part.limitMs }];
    case "cpuTime":
      return [{ key: "$workers.cpuTimeMs", operation: "gt", type: "number", value: part.limitMs }];
    default:
      return part satisfies never;
  }
}
