import assert from "node:assert/strict";
import fc from "fast-check";
import { OPERATORS, type Operator } from "../../../edge/telemetry/calculations";
import { invocation, START, storeOf } from "./sample";

const LENGTH = 90_000;
const TIMEFRAME = { from: START, to: START + LENGTH };

const samples = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: LENGTH - 1 }),
    version: fc.constantFrom("old", "new"),
    wall: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.double({ min: 0, max: 1e6, noNaN: true })),
  }),
  { maxLength: 60 },
);

type Sample = { at: number; version: string; wall: number };

interface Aggregate {
  value: number;
  count: number;
  groups?: { key: string; value: unknown }[];
}

interface Answer {
  calculations: { aggregates: Aggregate[]; series: { time: string; data: Aggregate[] }[] }[];
  run: { granularity: number };
}

const LEVELS: Partial<Record<Operator, number>> = {
  ...{ p001: 1, p01: 10, p05: 50, p10: 100, p25: 250, median: 500 },
  ...{ p75: 750, p90: 900, p95: 950, p99: 990, p999: 999 },
};

/** What an operator is, from a plain sort. Levels are thousandths, so that no rank is lost to rounding. */
function expected(operator: Operator, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const sum = values.reduce((total, value) => total + value, 0);
  const mean = sum / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  const simple: Partial<Record<Operator, number>> = {
    ...{ count: values.length, uniq: new Set(values).size, sum, avg: mean, variance },
    ...{ min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN, stddev: Math.sqrt(variance) },
  };
  const rank = Math.max(1, Math.ceil(((LEVELS[operator] ?? NaN) * values.length) / 1000));
  return simple[operator] ?? sorted[rank - 1] ?? NaN;
}

function calculate(
  list: readonly Sample[],
  operators: readonly Operator[],
  granularity?: number,
  timeframe = TIMEFRAME,
): Answer {
  const store = storeOf(
    list.map(({ at, version, wall }) =>
      invocation({ timestamp: START + at, versionId: version, wallTimeMs: wall }),
    ),
  );
  const answer = store.query({
    ...{ queryId: "q", view: "calculations", timeframe, granularity },
    parameters: {
      calculations: operators.map((operator) => ({
        operator,
        key: "$workers.wallTimeMs",
        keyType: "number",
      })),
      groupBys: [{ type: "string", value: "$workers.scriptVersion.id" }],
    },
  });
  store.close();
  return answer as Answer;
}

function assertClose(actual: number, wanted: number): void {
  const tolerance = 1e-9 * Math.max(1, Math.abs(wanted));
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${actual} is not ${wanted}`);
}

function sumOf(list: readonly Aggregate[]): number {
  return list.reduce((sum, { value }) => sum + value, 0);
}

describe("calculations on a store", () => {
  it("are what a plain sort and a plain sum say, for every operator and group", () => {
    fc.assert(
      fc.property(samples, (list) => {
        const { calculations } = calculate(list, OPERATORS, 1);
        OPERATORS.forEach((operator, i) => {
          const aggregates = calculations[i]?.aggregates ?? [];
          assert.equal(aggregates.length, new Set(list.map((each) => each.version)).size);
          for (const { value, count, groups } of aggregates) {
            const walls = list.filter((each) => each.version === groups?.[0]?.value).map((each) => each.wall);
            assertClose(value, expected(operator, walls));
            assert.equal(count, walls.length);
          }
        });
      }),
      { numRuns: 200 },
    );
  });

  it("hold for more values than a property makes", () => {
    // 7919 is prime, so these are the numbers from 1 to 1000 in disorder.
    const list = Array.from({ length: 1000 }, (_, i) => ({
      at: i,
      version: "new",
      wall: ((i * 7919) % 1000) + 1,
    }));
    const { calculations } = calculate(list, ["p001", "p25", "median", "p999", "max", "variance"], 1);
    assert.deepEqual(
      calculations.map(({ aggregates }) => aggregates[0]?.value),
      [1, 250, 500, 999, 1000, (1000 ** 2 - 1) / 12],
    );
  });

  it("put every event into one bucket, the one its time is in, or into none that is listed", () => {
    const spans = fc.record({
      from: fc.integer({ min: 0, max: LENGTH - 2 }),
      span: fc.integer({ min: 1, max: LENGTH }),
      granularity: fc.option(fc.integer({ min: 1, max: 1500 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(samples, spans, (list, { from, span, granularity }) => {
        const timeframe = { from: START + from, to: START + from + span };
        const { calculations, run } = calculate(list, ["count"], granularity, timeframe);
        const { aggregates = [], series = [] } = calculations[0] ?? {};
        const times = list
          .map(({ at }) => START + at)
          .filter((at) => at >= timeframe.from && at < timeframe.to);
        for (const { time, data } of series) {
          const start = Date.parse(`${time.replace(" ", "T")}Z`);
          assert.equal(start % run.granularity, 0);
          const own = times.filter((at) => at >= start && at < start + run.granularity);
          assert.equal(sumOf(data), own.length);
        }
        const first = Date.parse(`${series[0]?.time.replace(" ", "T") ?? ""}Z`);
        const unlisted = times.filter((at) => !(at >= first));
        assert.equal(sumOf(aggregates), times.length);
        assert.equal(sumOf(series.flatMap(({ data }) => data)) + unlisted.length, times.length);
      }),
      { numRuns: 200 },
    );
  });

  it("count every event of adjacent timeframes once", () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: LENGTH - 1 }), (list, cut) => {
        const store = storeOf(list.map(({ at }) => invocation({ timestamp: START + at })));
        const count = (from: number, to: number): number => {
          const parameters = { calculations: [{ operator: "count" }] };
          const answer = store.query({ queryId: "q", timeframe: { from, to }, parameters }) as Answer;
          return answer.calculations[0]?.aggregates[0]?.value ?? NaN;
        };
        assert.equal(count(START, START + cut) + count(START + cut, START + LENGTH), list.length);
        store.close();
      }),
    );
  });
});
