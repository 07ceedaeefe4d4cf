import assert from "node:assert/strict";
import { countQuery, halves, pieces } from "../../provider/cloudflare/telemetryQuery";

const second = 1000;
const span = { from: 0, to: 60 * second, bucketMs: 10 * second };

describe("the query of a part", () => {
  const subject = { scriptName: "checkout", versionIds: ["new", "old"] };

  it("counts the invocations of the versions by version and outcome, in as many buckets as asked", () => {
    assert.deepEqual(countQuery(subject, span, { kind: "invocations" }), {
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

  const filters = [
    [{ kind: "statuses", from: 404, to: 599 }, "$workers.event.response.status", "lte", 599],
    [{ kind: "wallTime", limitMs: 250 }, "$workers.wallTimeMs", "gt", 250],
    [{ kind: "cpuTime", limitMs: 5 }, "$workers.cpuTimeMs", "gt", 5],
  ] as const;
  for (const [part, key, operation, value] of filters) {
    it(`filters for ${key} with ${operation} ${value}`, () => {
      const query = countQuery(subject, span, part);
      assert.deepEqual(query.parameters?.filters?.at(-1), { key, operation, type: "number", value });
    });
  }
});

describe("the query of statuses", () => {
  it("groups by the status too, which all rows it asks for have", () => {
    const { parameters } = countQuery({ scriptName: "checkout", versionIds: ["new"] }, span, {
      kind: "statuses",
      from: 404,
      to: 599,
    });
    const status = "$workers.event.response.status";
    assert.deepEqual(parameters?.groupBys?.at(-1), { type: "number", value: status });
    assert.deepEqual(parameters.filters?.slice(-2), [
      { key: status, operation: "gte", type: "number", value: 404 },
      { key: status, operation: "lte", type: "number", value: 599 },
    ]);
  });
});

describe("a span", () => {
  it("is cut into pieces of 300 buckets", () => {
    const day = { from: 5, to: 5 + 24 * 3600 * second, bucketMs: 10 * second };
    const cut = pieces(day);
    assert.equal(cut.length, 29);
    assert.deepEqual([cut[0]?.from, cut.at(-1)?.to], [day.from, day.to]);
    cut.slice(1).forEach((piece, index) => {
      assert.equal(piece.from, cut[index]?.to);
    });
    assert.ok(cut.every(({ from, to }) => (to - from) % day.bucketMs === 0));
  });

  it("is halved between two buckets", () => {
    const three = { ...span, to: 30 * second };
    assert.deepEqual(halves(three), [
      { ...three, to: 10 * second },
      { ...three, from: 10 * second },
    ]);
    assert.equal(halves({ ...span, to: 10 * second }), undefined);
  });
});
