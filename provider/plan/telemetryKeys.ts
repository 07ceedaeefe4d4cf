import type { Filter } from "../health/sli";

// What live rows of telemetry lacked in 2026, by recordings and by people who read them. The API answers a filter on a
// field that no row has with nothing, as if all were well.

/** For each field that no row has, the one that says the same. */
const nowhere: Readonly<Record<string, string>> = {
  "$workers.requestId": "$metadata.rayId",
  "$metadata.statusCode": "$workers.event.response.status",
  "$metadata.duration": "$workers.wallTimeMs",
  "$metadata.url": "$workers.event.request.url",
};

/** What only invocations have: how they ended, and how long they took. */
const onlyInInvocations = ["$workers.outcome", "$workers.wallTimeMs", "$workers.cpuTimeMs"];

/** For each value that a field never has, the one that is meant. */
const neverValues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "$workers.eventType": { cron: "scheduled" },
  "$metadata.type": { "cf-worker-log": "cf-worker" },
};

/** Which rows a filter is applied to: one for each invocation, one for each line it logs, or whatever there is. */
export type RowKind = "invocations" | "log lines" | "any rows";

/** The same for fields that only some rows lack. */
const absentFrom: Readonly<Record<RowKind, Readonly<Record<string, string>>>> = {
  invocations: {
    "$workers.event.request.path": "$workers.event.path",
    "$workers.event.request.search": "$workers.event.search",
  },
  "log lines": {
    "$workers.event.path": "$workers.event.request.path",
    "$workers.event.search": "$workers.event.request.search",
  },
  "any rows": {},
};

/** The rows that an SLI with these `valid` filters counts. Fields of the Worker's own are in its log lines. */
export function rowsThatPass(valid: readonly Filter[]): RowKind {
  const type = valid.find(({ key, operation }) => key === "$metadata.type" && operation === "eq")?.value;
  if (type === "cf-worker-event") return "invocations";
  if (type === "cf-worker" || valid.some(({ key }) => !key.startsWith("$"))) return "log lines";
  return "any rows";
}

/** What is wrong with a filter that would never find a row. */
export interface Barren {
  readonly at: "key" | "value";
  /** What is allowed there, and why. */
  readonly allowed: string;
}

/** Says what is wrong with a filter that would never find a row; undefined when it may find one. */
export function barren({ key, value }: Filter, rows: RowKind): Barren | undefined {
  const other = { ...nowhere, ...absentFrom[rows] }[key];
  if (other !== undefined) {
    return { at: "key", allowed: `"${other}": ${rows} have no "${key}", so the filter would never find one` };
  }
  if (rows === "log lines" && onlyInInvocations.includes(key)) {
    return {
      at: "key",
      allowed: `a field of log lines: only invocations have "${key}". ${countInvocations}`,
    };
  }
  const meant = typeof value === "string" ? neverValues[key]?.[value] : undefined;
  return meant === undefined
    ? undefined
    : { at: "value", allowed: `"${meant}": "${key}" is never "${String(value)}"` };
}

const countInvocations =
  'Count those, with { key: "$metadata.type", operation: "eq", value: "cf-worker-event" } in `valid`';
