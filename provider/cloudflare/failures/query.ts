import type { TelemetryQueryParams } from "cloudflare/resources/workers/observability/telemetry";
import type { Filter, Sli } from "../../health/sli";
import type { FailuresQuery } from "../../rollout/ports";
import { allRequests, partId, recipesOf, type Part, type Recipe } from "../telemetryParts";
import { asApiFilter, filtersOf, groupKeys, maxGroups } from "../telemetryQuery";

type Body = Omit<TelemetryQueryParams, "account_id">;

/** The fields that failures are told apart by. */
export const failureKeys = {
  version: groupKeys.version,
  outcome: groupKeys.outcome,
  status: groupKeys.status,
  /** `GET /path` on every row of a request. */
  trigger: "$metadata.trigger",
  /** Of the row that an uncaught exception leaves: its name, and its message. */
  exception: "exception.name",
  error: "$metadata.error",
} as const;

/** Bad events that one query asks for, and which of its groups are really bad. */
export type BadPart = Recipe["bad"][number] & {
  /** By which fields they are told apart, beside the version and what was asked for. */
  readonly by: readonly (typeof failureKeys)["outcome" | "status"][];
  /** What keeps good events out of the answer, where the part holds them too. */
  readonly only: readonly Filter[];
};

const notOk: Filter = { key: failureKeys.outcome, operation: "neq", type: "string", value: "ok" };

/** The bad events of an SLI, part by part. */
export function badPartsOf(sli: Sli): readonly BadPart[] {
  const [recipe] = recipesOf([sli]);
  return (recipe?.bad ?? []).map((bad) => {
    const holdsGood = partId(bad.part) === partId(allRequests);
    return { ...bad, by: keysOf(bad.part, holdsGood), only: holdsGood ? [notOk] : [] };
  });
}

/** By fields that every row of a part has: the API drops rows that lack one. */
function keysOf(part: Part, holdsGood: boolean): BadPart["by"] {
  if (part.kind === "statuses") return [failureKeys.outcome, failureKeys.status];
  return holdsGood ? [failureKeys.outcome] : [];
}

/** How many bad events there are of each kind and request. */
export function groupsQuery(query: FailuresQuery, scriptName: string, { part, by, only }: BadPart): Body {
  const filters = [...filtersOf(part, false), ...only];
  return totals(query, scriptName, filters, [failureKeys.version, ...by, failureKeys.trigger]);
}

/** How many events there are of each request, bad or not. */
export function servedQuery(query: FailuresQuery, scriptName: string): Body {
  const filters = filtersOf(allRequests, false);
  return totals(query, scriptName, filters, [failureKeys.version, failureKeys.trigger]);
}

/** How many uncaught exceptions there are of each name, message and request. */
export function exceptionsQuery(query: FailuresQuery, scriptName: string): Body {
  const { version, exception, error, trigger } = failureKeys;
  return totals(query, scriptName, exceptionRows, [version, exception, error, trigger]);
}

/** What a row must be like to be that of an uncaught exception. */
const exceptionRows: readonly Filter[] = [
  { key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker" },
  { key: failureKeys.exception, operation: "exists", type: "string" },
];

/** Some bad events of the new version themselves, the newest ones. */
export function eventsQuery(query: FailuresQuery, scriptName: string, { part, only }: BadPart): Body {
  return rows(query, scriptName, [...filtersOf(part, false), ...only]);
}

/** Some exceptions of the new version themselves. */
export function exceptionEventsQuery(query: FailuresQuery, scriptName: string): Body {
  return rows(query, scriptName, exceptionRows);
}

/** Enough to find two of each of the most frequent kinds; an answer of more would be some MB. */
const mostEvents = 200;

function rows(query: FailuresQuery, scriptName: string, filters: readonly Filter[]): Body {
  return {
    ...envelope(query),
    view: "events",
    limit: mostEvents,
    parameters: {
      ...selection(scriptName, [query.newVersionId], filters),
      limit: mostEvents,
    },
  };
}

function totals(
  query: FailuresQuery,
  scriptName: string,
  filters: readonly Filter[],
  by: readonly string[],
): Body {
  const { newVersionId, oldVersionId } = query;
  const versionIds = oldVersionId === undefined ? [newVersionId] : [newVersionId, oldVersionId];
  return {
    ...envelope(query),
    view: "calculations",
    limit: maxGroups,
    parameters: {
      ...selection(scriptName, versionIds, filters),
      calculations: [{ operator: "count" }],
      groupBys: by.map((value) => ({ type: value === failureKeys.status ? "number" : "string", value })),
      // What does not fit are the rarest.
      orderBy: { value: "count", order: "desc" },
      limit: maxGroups,
    },
  };
}

function envelope({ from, to }: FailuresQuery): Pick<Body, "queryId" | "timeframe"> & Partial<Body> {
  return { queryId: "workers-release-failures", dry: true, timeframe: { from, to }, ignoreSeries: true };
}

function selection(
  scriptName: string,
  versionIds: readonly string[],
  filters: readonly Filter[],
): NonNullable<Body["parameters"]> {
  return {
    datasets: ["cloudflare-workers"],
    filterCombination: "and",
    filters: [
      { key: groupKeys.worker, operation: "eq", type: "string", value: scriptName },
      { key: groupKeys.version, operation: "in", type: "string", value: versionIds.join(",") },
      ...filters.map(asApiFilter),
    ],
  };
}
