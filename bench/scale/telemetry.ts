import type { ServedPart, SimulatedWorker } from "./worker";

/** What of a telemetry query is looked at. */
export interface TelemetryQuery {
  readonly timeframe: { readonly from: number; readonly to: number };
  readonly granularity?: number;
  readonly parameters: {
    readonly filters: readonly { readonly key: string; readonly value?: unknown }[];
    readonly groupBys?: readonly { readonly value: string }[];
  };
}

/** Events are found so long after they happened. */
export const delayMs = 20_000;
/** The most groups that an answer has. */
const mostGroups = 2000;

interface Counted {
  readonly key: string;
  readonly groups: readonly { readonly key: string; readonly value: string | number }[];
  readonly value: number;
}

/** Answers a query as the live API does, and tells of which Workers it was. */
export function answerTo(
  { timeframe, granularity = 60, parameters: { filters, groupBys = [] } }: TelemetryQuery,
  workers: ReadonlyMap<string, SimulatedWorker>,
  now: number,
): { readonly workers: readonly string[]; readonly part: Part; readonly result: unknown } {
  const names = listed(filters, "$metadata.service");
  const versions = listed(filters, "$workers.scriptVersion.id");
  const { from, to } = timeframe;
  const ms = Math.max(1, Math.ceil((to - from) / granularity / 1000)) * 1000;
  const part = partOf(filters.map(({ key }) => key));
  const keys = groupBys.map(({ value }) => value);
  const count = (begin: number, end: number): Counted[] =>
    names.flatMap((name) => {
      const served = workers.get(name)?.served(begin, Math.max(begin, Math.min(end, now - delayMs))) ?? [];
      return served
        .filter(({ versionId }) => versions.length === 0 || versions.includes(versionId))
        .flatMap((one) => cellOf(name, one, part, keys));
    });
  // The bucket that holds `from` is not listed, nor the next one.
  const first = Math.ceil(from / ms) * ms + ms;
  const aggregates = count(from, to).slice(0, mostGroups);
  const kept = new Set(aggregates.map(({ key }) => key));
  const series = [];
  for (let start = first; start < to; start += ms) {
    const data = count(start, Math.min(start + ms, to)).filter(({ key }) => kept.has(key));
    const time = new Date(start).toISOString().slice(0, 19).replace("T", " ");
    series.push({ time, data: data.map(told) });
  }
  // Not the names of the query: they would keep all of its text.
  const known = names.flatMap((name) => workers.get(name)?.name ?? []);
  const run = { status: "COMPLETED", granularity: ms };
  return {
    workers: known,
    part,
    result: { run, calculations: [{ aggregates: aggregates.map(told), series }] },
  };
}

function listed(filters: TelemetryQuery["parameters"]["filters"], key: string): readonly string[] {
  const value = filters.find((filter) => filter.key === key)?.value;
  return typeof value === "string" ? value.split(",") : [];
}

type Part = "all" | "failed" | "none";

/** Of the filters there are, each lets all through, but for these. No request is slow. */
function partOf(keys: readonly string[]): Part {
  if (keys.includes("$workers.wallTimeMs")) return "none";
  return keys.includes("$workers.event.response.status") ? "failed" : "all";
}

function cellOf(name: string, served: ServedPart, part: Part, keys: readonly string[]): Counted[] {
  const value = { all: served.valid, failed: served.failed, none: 0 }[part];
  if (value === 0) return [];
  const fields: Readonly<Record<string, string | number>> = {
    "$metadata.service": name,
    "$workers.scriptVersion.id": served.versionId,
    "$workers.outcome": "ok",
    "$workers.event.response.status": part === "failed" ? 500 : 200,
  };
  return [
    {
      key: `${name} ${served.versionId}`,
      groups: keys.map((key) => ({ key, value: fields[key] ?? "" })),
      value,
    },
  ];
}

function told({ key, groups, value }: Counted): unknown {
  return { value, count: value, interval: 1, sampleInterval: 1, groups, groupKey: key };
}
