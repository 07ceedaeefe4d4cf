import assert from "node:assert/strict";
import { countAnswer, epochMs, mayBeCut, rowsOf } from "../../provider/cloudflare/telemetryAnswer";

const from = Date.UTC(2026, 0, 31, 10, 0, 3);
const span = { from, to: from + 60_000, bucketMs: 10_000 };

interface Sampled {
  readonly count: number;
  readonly sampleInterval?: number;
}

function cell(versionId: string, outcome: string, { count, sampleInterval = 1 }: Sampled) {
  const groups = [
    { key: "$workers.scriptVersion.id", value: versionId },
    { key: "$workers.outcome", value: outcome },
  ];
  return { count, value: count, interval: sampleInterval, sampleInterval, groups };
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
  const one = [cell("new", "ok", { count: 1 })];
  const placed: [string, string | number, number[]][] = [
    ["in the bucket that begins with them", from + 20_000, [20_000]],
    ["in the bucket they begin in", from + 27_000, [20_000]],
    ["in the first bucket when they begin shortly before it", "2026-01-31 10:00:00", [0]],
    ["nowhere when they are of another time", from + 60_000, []],
    ["nowhere when they are from before", from - 10_000, []],
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
      cell("new", "ok", { count: 1000, sampleInterval: 10 }),
      cell("new", "exception", { count: 100, sampleInterval: 100 }),
      cell("old", "ok", { count: 0, sampleInterval: 0 }),
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
      cell("new", "ok", { count: 1280 }),
      cell("new", "exception", { count: 640, sampleInterval: 5 }),
    ];
    const thinned = { ...answer({ time: from, data }), statistics: { abr_level: 128 } };
    assert.deepEqual(
      rowsOf(thinned, span).map(({ events }) => events),
      [10, 1],
    );
  });

  it("without a group have no outcome", () => {
    const { groups, ...rest } = cell("new", "ok", { count: 3 });
    const [row] = rowsOf(answer({ time: from, data: [{ ...rest, groups: groups.slice(0, 1) }] }), span);
    assert.deepEqual([row?.versionId, row?.outcome], ["new", undefined]);
  });

  it("may be none", () => {
    assert.deepEqual(rowsOf(answer(), span), []);
    assert.deepEqual(rowsOf(countAnswer.parse({}), span), []);
  });

  it("may be cut when there are as many as an answer holds", () => {
    const data = Array.from({ length: 1999 }, () => cell("new", "ok", { count: 1 }));
    assert.equal(mayBeCut(answer({ time: from, data })), false);
    assert.equal(mayBeCut(answer({ time: from, data }, { time: from, data: one })), true);
  });
});
