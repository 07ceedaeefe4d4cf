import type { TelemetryQueryParams } from "cloudflare/resources/workers/observability/telemetry";
import type { World } from "../world";
import type { Calls } from "./types";

type View = NonNullable<TelemetryQueryParams["view"]>;

const datasets = ["cloudflare-workers"];

function lastHour(): { from: number; to: number } {
  return { from: Date.now() - 3_600_000, to: Date.now() + 60_000 };
}

function query(view: View, parameters: TelemetryQueryParams["parameters"] = {}) {
  return ({ client, account }: World): PromiseLike<unknown> =>
    client.workers.observability.telemetry.query({
      ...account,
      queryId: "witness",
      timeframe: lastHour(),
      view,
      parameters: { datasets, ...parameters },
    });
}

/** Workers Observability. */
export const TELEMETRY_CALLS: Calls = {
  "workers.observability.telemetry.query": [
    query("events", {
      filterCombination: "and",
      filters: [
        { kind: "filter", key: "$workers.scriptName", operation: "eq", type: "string", value: "story" },
      ],
      limit: 100,
      needle: { value: "story", matchCase: false, isRegex: false },
    }),
    query("invocations"),
    query("calculations", {
      calculations: [
        { operator: "count", alias: "all" },
        { operator: "p99", key: "$workers.wallTimeMs", keyType: "number" },
      ],
      groupBys: [{ type: "string", value: "$workers.scriptVersion.id" }],
      havings: [{ key: "all", operation: "gt", value: 0 }],
      orderBy: { value: "all", order: "desc" },
    }),
  ],
  "workers.observability.telemetry.keys": [
    ({ client, account }) =>
      client.workers.observability.telemetry.keys({ ...account, datasets, ...lastHour() }),
  ],
  "workers.observability.telemetry.values": [
    ({ client, account }) =>
      client.workers.observability.telemetry.values({
        ...account,
        datasets,
        key: "$workers.outcome",
        type: "string",
        timeframe: lastHour(),
      }),
  ],
};
