import assert from "node:assert/strict";
import fc from "fast-check";
import type { TelemetryEvent } from "../../../edge/telemetry";
import { levelOf } from "../../../edge/telemetry/levels";
import type { SqliteTelemetry } from "../../../edge/telemetry/store";
import { invocation, line, START, storeOf } from "./sample";

const TIMEFRAME = { from: START, to: START + 60_000 };
const BOTH = [
  { operator: "count" },
  { operator: "sum", key: "$workers.wallTimeMs" },
  { operator: "avg", key: "$workers.wallTimeMs" },
  { operator: "p90", key: "$workers.wallTimeMs" },
];

interface Aggregate {
  count: number;
  sampleInterval: number;
  value: number;
  groups?: { key: string; value: unknown }[];
}

interface Answer {
  calculations: { aggregates: Aggregate[]; series: { data: Aggregate[] }[] }[];
  statistics: { rows_read: number; abr_level: number };
}

function storeWith(events: readonly TelemetryEvent[], rowsPerQuery?: number): SqliteTelemetry {
  return storeOf(events, { rowsPerQuery });
}

function query(store: SqliteTelemetry, parameters: object, rest: object = {}): Answer {
  return store.query({ queryId: "q", timeframe: TIMEFRAME, parameters, ...rest }) as Answer;
}

/** 20 000 invocations, one in five of the version "new", which fails one time in ten; the other never does. */
function traffic(from = 0, length = 20_000): TelemetryEvent[] {
  return Array.from({ length }, (_, i) =>
    invocation({
      requestId: `${from + i}`,
      rayId: `ray of ${from + i}`,
      timestamp: START + (i % 60_000),
      versionId: i % 5 === 0 ? "new" : "old",
      outcome: i % 50 === 0 ? "exception" : "ok",
      wallTimeMs: i % 100,
    }),
  );
}

describe("the level of a request", () => {
  it("halves from one to the next, whatever the ids look like", () => {
    for (const id of [String, (i: number) => i.toString(16).padStart(16, "0"), (i: number) => `${i}000000`]) {
      const levels = Array.from({ length: 64_000 }, (_, i) => levelOf(id(i)));
      for (const level of [1, 2, 3, 4, 5]) {
        const share = levels.filter((each) => each >= level).length / levels.length;
        // Six standard deviations of a fair draw.
        const allowed = 6 * Math.sqrt((2 ** -level * (1 - 2 ** -level)) / levels.length);
        assert.ok(Math.abs(share - 2 ** -level) < allowed, `${share} at level ${level}`);
      }
    }
  });
});

describe("a query of more than it may read", () => {
  const events = traffic();
  const groupBys = [
    { type: "string", value: "$workers.scriptVersion.id" },
    { type: "string", value: "$workers.outcome" },
  ];

  it("reads no more, says how much it stands for, and estimates what it did not read", () => {
    const exact = query(storeWith(events), { calculations: BOTH });
    assert.deepEqual([exact.statistics.rows_read, exact.statistics.abr_level], [20_000, 1]);
    for (const most of [10_500, 6_000, 3_000, 1_500]) {
      const sampled = query(storeWith(events, most), { calculations: BOTH });
      const { rows_read, abr_level } = sampled.statistics;
      assert.ok(rows_read <= most && rows_read > most / 3, `${rows_read} of ${most} rows`);
      sampled.calculations.forEach(({ aggregates: [estimate] }, i) => {
        const truth = exact.calculations[i]?.aggregates[0]?.value ?? NaN;
        assert.ok(estimate && Math.abs(estimate.value / truth - 1) < 0.15, `${estimate?.value} for ${truth}`);
        // That is about what ingest left out.
        assert.equal(estimate.sampleInterval, 1);
        // What was really read can be told from the answer.
        assert.equal(estimate.count / abr_level, rows_read);
      });
    }
  });

  it("keeps the shares of groups, in all and in a series", () => {
    const answer = query(storeWith(events, 3_000), { calculations: BOTH, groupBys }, { granularity: 4 });
    const [counts] = answer.calculations;
    const total = counts?.aggregates.reduce((sum, { value }) => sum + value, 0) ?? 0;
    const share = (...wanted: string[]): number =>
      (counts?.aggregates.find(({ groups = [] }) => wanted.every((each, i) => groups[i]?.value === each))
        ?.value ?? 0) / total;
    for (const [found, truth] of [
      [share("old", "ok"), 0.8],
      [share("new", "ok"), 0.18],
      [share("new", "exception"), 0.02],
    ] as const)
      assert.ok(
        Math.abs(found - truth) < 6 * Math.sqrt((truth * (1 - truth)) / 1_500),
        `${found} for ${truth}`,
      );
    const series = counts?.series.flatMap(({ data }) => data) ?? [];
    // The first of the four quarter minutes is not listed.
    const listed = series.reduce((sum, { value }) => sum + value, 0);
    assert.ok(Math.abs(listed / total - 1 / 4) < 6 * Math.sqrt(3 / 16 / 1_500), `${listed} of ${total}`);
    assert.ok(series.every(({ sampleInterval }) => sampleInterval === 1));
  });

  it("has no bias: over many sets of requests its estimates average to the truth", () => {
    const estimates = Array.from({ length: 60 }, (_, run) => {
      const store = storeWith(traffic(run * 10_000, 1_000), 200);
      const filters = [{ key: "$workers.outcome", operation: "eq", type: "string", value: "exception" }];
      const answer = query(store, { filters, calculations: [{ operator: "count" }] });
      store.close();
      return answer.calculations[0]?.aggregates[0]?.value ?? NaN;
    });
    const mean = estimates.reduce((sum, each) => sum + each, 0) / estimates.length;
    // 20 of 1000 fail; one in eight is read, so one estimate varies by 20·8·7/8, and their mean by a 60th of that.
    assert.ok(Math.abs(mean - 20) < 4 * Math.sqrt((20 * 8) / 60), `${mean} for 20`);
  });

  it("compares havings and orders with the estimates", () => {
    const store = storeWith(events, 3_000);
    const asked = { calculations: [{ operator: "count" }], groupBys: groupBys.slice(0, 1) };
    const versions = (more: object): unknown[] =>
      query(store, { ...asked, ...more }).calculations[0]?.aggregates.map(
        ({ groups }) => groups?.[0]?.value,
      ) ?? [];
    assert.deepEqual(versions({ orderBy: { value: "count" } }), ["old", "new"]);
    assert.deepEqual(versions({ havings: [{ key: "count", operation: "gt", value: 8_000 }] }), ["old"]);
  });

  it("reads an invocation with all its lines, or none of it", () => {
    const withLines = Array.from({ length: 1_000 }, (_, i) => [
      invocation({ requestId: `${i}` }),
      line("one", { requestId: `${i}` }),
      line("two", { requestId: `${i}` }),
    ]).flat();
    const store = storeWith(withLines, 500);
    const groupBys = [{ type: "string", value: "$metadata.requestId" }];
    const asked = { calculations: [{ operator: "count" }], groupBys, limit: 2000 };
    const { calculations, statistics } = query(store, asked);
    const read = calculations[0]?.aggregates ?? [];
    assert.ok(read.length > 50 && read.length < 500 / 3);
    for (const { count } of read) assert.equal(count / statistics.abr_level, 3);
    const body = { queryId: "q", timeframe: TIMEFRAME, view: "invocations", parameters: {}, limit: 50 };
    const { invocations } = store.query(body) as { invocations: Record<string, unknown[]> };
    assert.deepEqual(
      Object.values(invocations).map((events) => events.length),
      Array.from({ length: 50 }, () => 3),
    );
  });

  it("still finds the few requests it names, and counts another Worker exactly", () => {
    const quiet = [invocation({ scriptName: "quiet" }), invocation({ scriptName: "quiet" })];
    const store = storeWith([...events, ...quiet], 1_500);
    const count = (key: string, value: string, operation = "eq"): [unknown, unknown] => {
      const filters = [{ key, operation, type: "string", value }];
      const { calculations, statistics } = query(store, { filters, calculations: [{ operator: "count" }] });
      return [calculations[0]?.aggregates[0]?.value, statistics.abr_level];
    };
    assert.deepEqual(count("$metadata.requestId", "1"), [1, 1]);
    assert.deepEqual(count("$metadata.rayId", "ray of 1"), [1, 1]);
    assert.deepEqual(count("$metadata.rayId", "ray of 1, ray of 2", "in"), [2, 1]);
    assert.deepEqual(count("$metadata.service", "quiet"), [2, 1]);
    assert.deepEqual(count("$metadata.service", "no such Worker"), [0, 1]);
  });
});

describe("events that stand for others", () => {
  const weighted = fc.array(
    fc.record({ wall: fc.integer({ min: 0, max: 20 }), interval: fc.constantFrom(1, 2, 10) }),
    { minLength: 1, maxLength: 40 },
  );

  it("weigh as much as those: count, sum, mean and percentiles are of all", () => {
    fc.assert(
      fc.property(weighted, (list) => {
        const stored = list.map(({ wall, interval }) =>
          invocation({ wallTimeMs: wall, sampleInterval: interval }),
        );
        const all = list
          .flatMap(({ wall, interval }) => Array.from({ length: interval }, () => wall))
          .sort((a, b) => a - b);
        const sum = all.reduce((total, each) => total + each, 0);
        const store = storeWith(stored);
        const found = query(store, { calculations: BOTH }).calculations.map(
          ({ aggregates }) => aggregates[0],
        );
        store.close();
        const wanted = [all.length, sum, sum / all.length, all[Math.ceil(all.length * 0.9) - 1] ?? NaN];
        wanted.forEach((value, i) => {
          assert.ok(Math.abs((found[i]?.value ?? NaN) - value) < 1e-9, `${found[i]?.value} is not ${value}`);
        });
        assert.equal(found[0]?.count, all.length);
        assert.ok(Math.abs(found[0].sampleInterval - all.length / list.length) < 1e-9);
      }),
    );
  });
});
