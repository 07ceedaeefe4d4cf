import assert from "node:assert/strict";
import fc from "fast-check";
import { addStored, addTo, quantile, toBytes, type Histogram } from "../../../edge/analytics/histogram";
import { FAILURES, statusOf } from "../../../edge/analytics/status";
import { tallied, type Source } from "../../../edge/analytics/tally";
import type { Filter, Operator } from "../../../edge/analytics/filter";
import type { DimensionName } from "../../../edge/analytics/dimensions";
import { faultOf, windowOf } from "../../../edge/analytics/window";

const DAY = 86_400;

describe("the status of an invocation", () => {
  const cases: [outcome: string, status: string, isFailure: boolean][] = [
    ["ok", "success", false],
    ["canceled", "clientDisconnected", false],
    ["responseStreamDisconnected", "clientDisconnected", false],
    ["exception", "scriptThrewException", true],
    ["exceededCpu", "exceededResources", true],
    ["exceededMemory", "exceededResources", true],
    ["internalError", "internalError", true],
    ["whatever comes", "unknown", false],
  ];
  for (const [outcome, status, isFailure] of cases) {
    it(`is ${status} for the outcome ${outcome}, ${isFailure ? "" : "not "}a failure`, () => {
      assert.equal(statusOf(outcome), status);
      assert.equal(FAILURES.includes(statusOf(outcome)), isFailure);
    });
  }
});

describe("a histogram", () => {
  const times = fc.array(fc.integer({ min: 0, max: 3_600_000_000 }), { minLength: 1, maxLength: 50 });
  const histogramOf = (numbers: readonly number[]): Histogram => {
    const histogram: Histogram = new Map();
    for (const number of numbers) addTo(histogram, number);
    return histogram;
  };

  it("has quantiles that are at most 1 % off, and exact to 50 µs", () => {
    fc.assert(
      fc.property(times, fc.constantFrom(0.25, 0.5, 0.9, 0.99, 0.999), (numbers, level) => {
        const exact = numbers.toSorted((a, b) => a - b)[Math.ceil(level * numbers.length) - 1] ?? 0;
        const found = quantile(histogramOf(numbers), level);
        assert.ok(Math.abs(found - exact) <= (exact > 50 ? 0.5 + 0.01 * exact : 0), `${found} for ${exact}`);
      }),
    );
  });

  it("is the same after it was stored, and stored ones add up", () => {
    fc.assert(
      fc.property(times, times, (some, others) => {
        const sum: Histogram = new Map();
        for (const numbers of [some, others]) addStored(sum, toBytes(histogramOf(numbers)));
        assert.deepEqual(sum, histogramOf([...some, ...others]));
      }),
    );
  });

  it("without any value has quantiles of 0", () => {
    assert.equal(quantile(new Map(), 0.5), 0);
  });
});

describe("tallies", () => {
  const source: Source = {
    ...{ scriptName: "shop", scriptTag: "tag", versionId: "v1" },
    usageModel: "standard",
  };

  it("are one for each second, status and location, in which times add up", () => {
    const ended = (startedAt: number, outcome: string, coloCode = "LOC") => ({
      startedAt,
      outcome,
      coloCode,
      wallTimeMs: 2,
      cpuTimeMs: 0.25,
    });
    const tallies = tallied(source, [
      ...[ended(5_000, "ok"), ended(5_999, "ok"), ended(6_000, "ok")],
      ...[ended(5_500, "exception"), ended(5_500, "canceled"), ended(5_600, "responseStreamDisconnected")],
      ended(5_600, "ok", "AMS"),
    ]);
    assert.deepEqual(
      tallies.map(({ second, status, requests }) => [second, status, requests]),
      [
        [5, "success", 2],
        [6, "success", 1],
        [5, "scriptThrewException", 1],
        [5, "clientDisconnected", 2],
        [5, "success", 1],
      ],
    );
    assert.deepEqual([tallies[0]?.wallTimeUs, tallies[0]?.cpuTimeUs], [4_000, 500]);
  });
});

describe("the window of a filter", () => {
  const NOW = 1_790_000_000;

  function where(dimension: DimensionName, operator: Operator, value: number | string | number[]): Filter {
    return { kind: "comparison", comparison: { dimension, operator, value } };
  }
  const and = (...filters: Filter[]): Filter => ({ kind: "and", filters });
  const or = (...filters: Filter[]): Filter => ({ kind: "or", filters });

  const windows: [what: string, filter: Filter, from: number, to: number][] = [
    [
      "both bounds",
      and(where("datetime", "geq", NOW - 60), where("datetime", "lt", NOW - 5)),
      NOW - 60,
      NOW - 5,
    ],
    ["no upper bound", where("datetime", "gt", NOW - 60), NOW - 60, NOW],
    ["no lower bound", where("datetime", "leq", NOW - 60), 0, NOW - 60],
    ["nothing of time", where("scriptName", "eq", "shop"), 0, NOW],
    ["one moment", where("datetimeMinute", "eq", NOW - 80), NOW - 80, NOW - 80],
    ["some moments", where("datetimeHour", "in", [NOW - 80, NOW - 8000]), NOW - 8000, NOW - 80],
    [
      "days",
      and(where("date", "geq", "2026-09-20"), where("date", "leq", "2026-09-21")),
      1_789_862_400,
      1_789_948_800,
    ],
    [
      "the narrowest of several",
      and(where("datetime", "geq", 5), and(where("datetimeHour", "geq", 9))),
      9,
      NOW,
    ],
    ["one side of an OR", or(where("datetime", "geq", 9), where("scriptName", "eq", "shop")), 0, NOW],
    ["an OR with one side", or(where("datetime", "geq", 9)), 9, NOW],
  ];
  for (const [what, filter, from, to] of windows) {
    it(`is known from ${what}`, () => {
      assert.deepEqual(windowOf(filter, NOW), { from, to });
    });
  }

  const faults: [what: string, from: number, to: number, fault: RegExp | undefined][] = [
    ["of a minute", NOW - 60, NOW, undefined],
    ["of 32 days", NOW - 32 * DAY, NOW, undefined],
    [
      "of more",
      NOW - 32 * DAY - 3.5,
      NOW,
      /^cannot request a time range wider than 4w4d, but .* spans 4w4d3s500ms$/,
    ],
    ["of all time", 0, NOW, /wider than 4w4d, but your query time range spans 2959w4d14h13m20s$/],
    ["of a minute 90 days ago", NOW - 90 * DAY, NOW - 90 * DAY + 60, undefined],
    [
      "of one before",
      NOW - 90 * DAY - 3600,
      NOW - 90 * DAY,
      /^cannot request data older than 12w6d, .* from 12w6d1h ago$/,
    ],
  ];
  for (const [what, from, to, fault] of faults) {
    it(`is ${fault ? "refused" : "read"} when it is one ${what}`, () => {
      if (fault) assert.match(faultOf({ from, to }, NOW) ?? "", fault);
      else assert.equal(faultOf({ from, to }, NOW), undefined);
    });
  }
});
