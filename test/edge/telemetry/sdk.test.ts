import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import { OPERATORS } from "../../../edge/telemetry/calculations";
import type { SqliteTelemetry } from "../../../edge/telemetry/store";
import { invocation, line, START, storeOf } from "./sample";

type Params = Cloudflare.Workers.Observability.TelemetryQueryParams;
type Calculations = NonNullable<NonNullable<Params["parameters"]>["calculations"]>;

/** The official client, with the store in the place of the network. */
function clientOf(store: SqliteTelemetry): Cloudflare {
  return new Cloudflare({
    apiToken: "made-for-this-test",
    fetch: async (url, init) => {
      const request = new Request(url, init);
      const call = new URL(request.url).pathname.split("/").at(-1) as "query" | "keys" | "values";
      const result = store[call](await request.json());
      return Response.json({ success: true, errors: [], messages: [], result });
    },
  });
}

describe("the official client", () => {
  const store = storeOf([
    invocation({ requestId: "r1" }),
    line("hello", { requestId: "r2", versionId: "v2", timestamp: START + 1000, source: { step: 3 } }),
    invocation({ requestId: "r2", versionId: "v2", status: 503, timestamp: START + 1000 }),
  ]);
  after(() => {
    store.close();
  });
  const { telemetry } = clientOf(store).workers.observability;
  const timeframe = { from: START, to: START + 2000 };
  const query = { account_id: "account", queryId: "workers-logs", timeframe };

  it("gets calculations as its types say", async () => {
    const { calculations, run, statistics } = await telemetry.query({
      ...query,
      view: "calculations",
      granularity: 2,
      parameters: {
        datasets: ["cloudflare-workers"],
        filterCombination: "AND",
        filters: [
          { key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" },
          {
            kind: "group",
            filterCombination: "or",
            filters: [
              { key: "$workers.event.response.status", operation: ">=", type: "number", value: 500 },
              { key: "$workers.outcome", operation: "NOT_IN", type: "string", value: "ok, canceled" },
            ],
          },
        ],
        calculations: [{ operator: "count", alias: "bad" }],
        groupBys: [{ type: "string", value: "$workers.scriptVersion.id" }],
      },
    });
    const datum = { count: 1, interval: 1, sampleInterval: 1, value: 1 };
    const group = { groups: [{ key: "$workers.scriptVersion.id", value: "v2" }], groupKey: "v2" };
    assert.deepEqual(calculations, [
      {
        ...{ calculation: "count", alias: "bad", aggregates: [{ ...datum, ...group }] },
        series: [{ time: "2026-01-02 03:04:01", data: [{ ...datum, ...group }] }],
      },
    ]);
    assert.equal(run.status, "COMPLETED");
    assert.equal(run.granularity, 1000);
    assert.equal(statistics.rows_read, 3);
  });

  it("may name every operator that its types know", async () => {
    const calculations = [
      ...OPERATORS.map((operator) => ({ operator, key: "$workers.wallTimeMs", keyType: "number" as const })),
      { operator: "COUNT_DISTINCT" as const, key: "$workers.wallTimeMs" },
      { operator: "P999" as const, key: "$workers.wallTimeMs" },
    ] satisfies Calculations;
    const answer = await telemetry.query({ ...query, parameters: { calculations }, ignoreSeries: true });
    assert.equal(answer.calculations?.length, calculations.length);
    for (const { aggregates } of answer.calculations ?? [])
      assert.equal(typeof aggregates[0]?.value, "number");
  });

  it("gets events and invocations as its types say", async () => {
    const { events } = await telemetry.query({ ...query, view: "events", limit: 1, parameters: {} });
    assert.equal(events?.count, 1);
    const [newest] = events.events ?? [];
    assert.equal(newest?.$workers?.scriptVersion?.id, "v2");
    const older = { ...query, view: "events" as const, offset: newest.$metadata.id, parameters: {} };
    const { events: next } = await telemetry.query(older);
    assert.deepEqual(next?.events?.[0]?.source, { step: 3 });
    assert.ok(next.fields?.some(({ key, type }) => key === "step" && type === "number"));
    const { invocations } = await telemetry.query({ ...query, view: "invocations", parameters: {} });
    assert.deepEqual(
      Object.entries(invocations ?? {}).map(([id, list]) => [id, list.map((event) => event.$metadata.type)]),
      [
        ["r2", ["cf-worker", "cf-worker-event"]],
        ["r1", ["cf-worker-event"]],
      ],
    );
  });

  it("gets keys and values, a single page of each", async () => {
    const keys: Cloudflare.Workers.Observability.TelemetryKeysResponse[] = [];
    for await (const key of telemetry.keys({ account_id: "account", keyNeedle: { value: "step" } }))
      keys.push(key);
    assert.deepEqual(keys, [{ key: "step", type: "number", lastSeenAt: START + 1000 }]);
    const values: unknown[] = [];
    const asked = { account_id: "account", datasets: [], key: "step", type: "number" as const, timeframe };
    for await (const { value } of telemetry.values(asked)) values.push(value);
    assert.deepEqual(values, [3]);
  });
});
