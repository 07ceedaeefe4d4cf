import assert from "node:assert/strict";
import { allRequests } from "../../provider/cloudflare/telemetryParts";
import { countQuery } from "../../provider/cloudflare/telemetryQuery";

const timeframe = { from: 0, to: 60_000, bucketMs: 10_000 };
const subject = { scriptName: "checkout", versionIds: ["new", "old"], leaveOutHops: false };

describe("the query of a part", () => {
  it("counts what visitors ask of the versions, by version and outcome, in as many buckets as asked", () => {
    assert.deepEqual(countQuery([subject], timeframe, allRequests), {
      queryId: "workers-release",
      dry: true,
      view: "calculations",
      timeframe: { from: 0, to: 60_000 },
      granularity: 6,
      chart: true,
      limit: 2000,
      parameters: {
        datasets: ["cloudflare-workers"],
        filterCombination: "and",
        filters: [
          { key: "$metadata.service", operation: "eq", type: "string", value: "checkout" },
          { key: "$workers.scriptVersion.id", operation: "in", type: "string", value: "new,old" },
          { key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" },
          { key: "$workers.eventType", operation: "eq", type: "string", value: "fetch" },
          { key: "$workers.executionModel", operation: "eq", type: "string", value: "stateless" },
        ],
        calculations: [{ operator: "count" }],
        groupBys: [
          { type: "string", value: "$workers.scriptVersion.id" },
          { type: "string", value: "$workers.outcome" },
        ],
        limit: 2000,
      },
    });
  });

  it("leaves out probes where it is told to, and rows without a `user-agent` in, in no more than 16 filters", () => {
    const most = Array.from(
      { length: 7 },
      () => ({ key: "a", operation: "exists", type: "string" }) as const,
    );
    const part = { kind: "requests", filters: most } as const;
    const { parameters } = countQuery(
      [{ ...subject, leaveOutHops: true, leaveOutProbes: true }],
      timeframe,
      part,
    );
    const key = "$workers.event.request.headers.user-agent";
    assert.deepEqual(parameters?.filters?.at(-1), {
      ...{ kind: "group", filterCombination: "or" },
      filters: [
        { key, operation: "is_null", type: "string" },
        { key, operation: "neq", type: "string", value: "pulumi-workers-release" },
      ],
    });
    assert.equal(parameters.filters.length + 2, 16);
  });

  for (const [on, filters] of [
    ["queue", [["$workers.eventType", "eq", "queue"]]],
    ["scheduled", [["$workers.eventType", "eq", "scheduled"]]],
    ["durableObject", [["$workers.executionModel", "eq", "durableObject"]]],
    [
      "jsrpc",
      [
        ["$workers.eventType", "in", "jsrpc,rpc"],
        ["$workers.executionModel", "eq", "stateless"],
      ],
    ],
  ] as const) {
    it(`counts events of type ${on} by version alone, since some have no outcome`, () => {
      const { parameters } = countQuery([subject], timeframe, { kind: "requests", on, filters: [] });
      const [, , isInvocation, ...rest] = parameters?.filters ?? [];
      assert.deepEqual(isInvocation, {
        ...{ key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" },
      });
      assert.deepEqual(
        rest,
        filters.map(([key, operation, value]) => ({ key, operation, type: "string", value })),
      );
      assert.deepEqual(parameters?.groupBys, [{ type: "string", value: "$workers.scriptVersion.id" }]);
    });
  }

  it("leaves out calls of a named entrypoint where it is told to", () => {
    const { parameters } = countQuery([{ ...subject, leaveOutHops: true }], timeframe, allRequests);
    const entrypoint = { key: "$workers.entrypoint", operation: "is_null", type: "string" };
    assert.deepEqual(parameters?.filters?.at(-1), entrypoint);
  });

  it("counts rows of any kind by their own filters alone", () => {
    const paid = { key: "event", operation: "eq", type: "string", value: "payment" } as const;
    const { parameters } = countQuery([subject], timeframe, { kind: "rows", filters: [paid] });
    assert.deepEqual(parameters?.filters?.slice(2), [paid]);
    assert.deepEqual(parameters.groupBys, [{ type: "string", value: "$workers.scriptVersion.id" }]);
  });

  it("never has more than the 16 filter nodes that the API takes, beside filters of one's own", () => {
    const parts = [
      allRequests,
      { kind: "statuses", from: 100, to: 599 },
      { kind: "wallTime", limitMs: 1 },
    ] as const;
    for (const part of parts) {
      const { parameters } = countQuery([{ ...subject, leaveOutHops: true }], timeframe, part);
      assert.ok((parameters?.filters?.length ?? 0) <= 16);
    }
  });

  const filters = [
    [{ kind: "statuses", from: 404, to: 599 }, "$workers.event.response.status", "lte", 599],
    [{ kind: "wallTime", limitMs: 250 }, "$workers.wallTimeMs", "gt", 250],
    [{ kind: "cpuTime", limitMs: 5 }, "$workers.cpuTimeMs", "gt", 5],
  ] as const;
  for (const [part, key, operation, value] of filters) {
    it(`filters for ${key} with ${operation} ${value}`, () => {
      const query = countQuery([subject], timeframe, part);
      assert.deepEqual(query.parameters?.filters?.at(-1), { key, operation, type: "number", value });
    });
  }
});

describe("the query of statuses", () => {
  it("groups by the status too, which all rows it asks for have", () => {
    const { parameters } = countQuery([subject], timeframe, { kind: "statuses", from: 404, to: 599 });
    const status = "$workers.event.response.status";
    assert.deepEqual(parameters?.groupBys?.at(-1), { type: "number", value: status });
    assert.deepEqual(parameters.filters?.slice(-2), [
      { key: status, operation: "gte", type: "number", value: 404 },
      { key: status, operation: "lte", type: "number", value: 599 },
    ]);
  });
});
