import assert from "node:assert/strict";
import {
  countAnswer,
  epochMs,
  otherGrid,
  rowsOf,
  thinningOf,
} from "../../provider/cloudflare/telemetryAnswer";
import { seriesFrom } from "../../provider/cloudflare/telemetryCounts";
import { allRequests, partId, recipesOf } from "../../provider/cloudflare/telemetryParts";

const from = Date.UTC(2026, 0, 31, 10);
const span = { from, to: from + 60_000, bucketMs: 10_000 };

interface Estimate {
  readonly value: number;
  readonly sampleInterval?: number;
  /** What the API means by `count` is not known; nothing may depend on it. */
  readonly count?: number;
}

function cell(versionId: string, outcome: string, { value, sampleInterval = 1, count = value }: Estimate) {
  const groups = [
    { key: "$workers.scriptVersion.id", value: versionId },
    { key: "$workers.outcome", value: outcome },
  ];
  return { count, value, interval: sampleInterval, sampleInterval, groups };
}

function answer(...series: { time: string | number; data: object[] }[]) {
  return countAnswer.parse({ run: { status: "COMPLETED" }, calculations: [{ aggregates: [], series }] });
}

describe("a bucket's time", () => {
  const expected = Date.UTC(2026, 0, 31, 10, 0, 0);
  const spellings = [
    "2026-01-31T10:00:00.000Z",
    "2026-01-31T10:00:00Z",
    "2026-01-31 10:00:00",
    "2026-01-31T11:00:00+01:00",
    String(expected),
    expected,
    expected / 1000,
  ];
  for (const spelling of spellings) {
    it(`may be spelled ${JSON.stringify(spelling)}`, () => {
      assert.equal(epochMs(spelling), expected);
    });
  }

  it("must be one", () => {
    assert.equal(
      countAnswer.safeParse({ calculations: [{ series: [{ time: "soon", data: [] }] }] }).success,
      false,
    );
  });
});

describe("the rows of an answer", () => {
  const one = [cell("new", "ok", { value: 1 })];
  const placed: [string, string | number, number[]][] = [
    ["in the bucket that begins with them", from + 20_000, [20_000]],
    ["in the first bucket", "2026-01-31 10:00:00", [0]],
    ["nowhere when they are from after", from + 60_000, []],
    ["nowhere when they are from before, which is asked for and thrown away", from - 10_000, []],
  ];
  for (const [title, time, expected] of placed) {
    it(`are placed ${title}`, () => {
      const rows = rowsOf(answer({ time, data: one }), span);
      assert.deepEqual(
        rows.map(({ start }) => start - from),
        expected,
      );
    });
  }

  it("count what was really stored: a failure sampled at 1 % is one failure seen", () => {
    const data = [
      cell("new", "ok", { value: 1000, sampleInterval: 10, count: 100 }),
      cell("new", "exception", { value: 100, sampleInterval: 100, count: 100 }),
      cell("old", "ok", { value: 0, sampleInterval: 0 }),
    ];
    assert.deepEqual(
      rowsOf(answer({ time: from, data }), span).map(({ versionId, outcome, events }) => [
        versionId,
        outcome,
        events,
      ]),
      [
        ["new", "ok", 100],
        ["new", "exception", 1],
        ["old", "ok", 0],
      ],
    );
  });

  it("count what was read where the API read a part", () => {
    const data = [
      cell("new", "ok", { value: 1280 }),
      cell("new", "exception", { value: 640, sampleInterval: 5 }),
    ];
    const thinned = { ...answer({ time: from, data }), statistics: { abr_level: 128 } };
    assert.deepEqual(
      rowsOf(thinned, span).map(({ events }) => events),
      [10, 1],
    );
  });

  it("are fractions then: a few failures of many groups and buckets are not none", () => {
    const four = (outcome: string) => cell("new", outcome, { value: 4 });
    const data = ["exception", "exceededCpu", "exceededMemory", "unknown"].map(four);
    const buckets = [0, 10_000].map((at) => ({ time: from + at, data }));
    const read = rowsOf({ ...answer(...buckets), statistics: { abr_level: 10 } }, span);
    const recipes = recipesOf([{ kind: "exceptions" }]);
    const [series] = seriesFrom(
      { newVersionId: "new", oldVersionId: "old" },
      recipes,
      new Map([[partId(allRequests), read]]),
    );
    assert.deepEqual(
      series?.map((bucket) => bucket.new),
      [
        { valid: 1.6, bad: 1.6 },
        { valid: 1.6, bad: 1.6 },
      ],
    );
  });

  it("without a group have no outcome", () => {
    const { groups, ...rest } = cell("new", "ok", { value: 3 });
    const [row] = rowsOf(answer({ time: from, data: [{ ...rest, groups: groups.slice(0, 1) }] }), span);
    assert.deepEqual([row?.versionId, row?.outcome], ["new", undefined]);
  });

  it("may be none", () => {
    assert.deepEqual(rowsOf(answer(), span), []);
    assert.deepEqual(rowsOf(countAnswer.parse({}), span), []);
  });

  for (const value of [-1, 1e13, 1e308, null, "12"]) {
    it(`are not read from a count of ${JSON.stringify(value)}`, () => {
      const series = [{ time: from, data: [{ ...cell("new", "ok", { value: 1 }), value }] }];
      assert.equal(countAnswer.safeParse({ calculations: [{ series }] }).success, false);
    });
  }
});

describe("an answer", () => {
  it("was made from one in as many rows as it says in either place", () => {
    const told = (own: number | undefined, run: number | undefined): number =>
      thinningOf({
        calculations: [],
        statistics: { abr_level: own },
        run: { statistics: { abr_level: run } },
      });
    assert.deepEqual([told(undefined, undefined), told(1, 1), told(4, undefined), told(1, 8)], [1, 1, 4, 8]);
  });

  const ofLength = (granularity: number) => ({ ...answer(), run: { status: "COMPLETED", granularity } });

  it("has the buckets that were asked for when their length is right and they begin at its multiples", () => {
    assert.equal(otherGrid(answer({ time: from, data: [] }), span), undefined);
    assert.equal(otherGrid(ofLength(10_000), span), undefined);
  });

  it("has others when it says so, or when one begins elsewhere", () => {
    assert.equal(otherGrid(ofLength(2000), span), "buckets of 2 s");
    assert.equal(
      otherGrid(answer({ time: from + 3000, data: [] }), span),
      "a bucket that begins at 2026-01-31T10:00:03.000Z",
    );
  });
});

describe("an answer with numbers that are none", () => {
  const point = (data: object): object => ({ calculations: [{ series: [{ time: from, data: [data] }] }] });
  const { groups } = cell("new", "ok", { value: 1 });
  const refused: readonly (readonly [string, object])[] = [
    ["a value beyond all events", point({ value: 1e308, groups })],
    ["an endless value", point({ value: JSON.parse("1e999") as number, groups })],
    ["a negative value", point({ value: -1, groups })],
    ["an endless interval", point({ value: 1, sampleInterval: JSON.parse("1e999") as number, groups })],
    ["a time after all dates", { calculations: [{ series: [{ time: 1e300, data: [] }] }] }],
    ["a time before them", { calculations: [{ series: [{ time: -1e300, data: [] }] }] }],
    ["hardly any row read, which would hide all failures", { statistics: { abr_level: 1e308 } }],
    ["buckets without a length", { run: { granularity: 0 } }],
  ];
  for (const [what, body] of refused) {
    it(`is refused: ${what}`, () => {
      assert.equal(countAnswer.safeParse(body).success, false);
    });
  }

  it("adds up to a number, however much it holds", () => {
    const most = Array.from({ length: 2000 }, () => cell("new", "ok", { value: 1e12 }));
    const sum = rowsOf(answer({ time: from, data: most }), span).reduce((all, { events }) => all + events, 0);
    assert.ok(Number.isFinite(sum));
  });
});
