import assert from "node:assert/strict";
import { csvTrace } from "../../provider/backtest/file/csv";
import { jsonTrace } from "../../provider/backtest/file/json";
import { traceIn, type FileTrace } from "../../provider/backtest/file/trace";
import { planSchema } from "../../provider/plan/schema";

const plan = planSchema.parse({
  slos: [
    { name: "5xx", sli: "serverErrors", max: 0.01 },
    { name: "slow", sli: "wallTime", percentile: 99, limit: "500ms" },
    { sli: "wallTime", slower: "20%" },
  ],
  stages: [{ percent: 100, soakTime: "5m" }],
});

function csv(...lines: string[]): FileTrace {
  return traceIn(csvTrace(lines.join("\n"), "week.csv"), plan, "week.csv");
}

function json(file: object | string): FileTrace {
  const text = typeof file === "string" ? file : JSON.stringify(file, undefined, 1);
  return traceIn(jsonTrace(text, "week.json"), plan, "week.json");
}

describe("a trace in CSV", () => {
  it("is read by the names of its columns, and what is not in it is not known", () => {
    const { trace, missing } = csv(
      "time,requests,5xx,slow",
      "2026-11-26T18:00:00Z,100,2,1",
      "2026-11-26T18:01:00Z,90,0,0",
      "2026-11-26T19:03:00+01:00,80,1,0",
    );
    assert.equal(trace.bucketMs, 60_000);
    assert.equal(trace.from, Date.UTC(2026, 10, 26, 18));
    assert.deepEqual(trace.buckets[0]?.slice(0, 2), [
      { valid: 100, bad: 2 },
      { valid: 100, bad: 1 },
    ]);
    assert.equal(trace.buckets[2], undefined);
    assert.equal(trace.buckets[3]?.[0]?.bad, 1);
    assert.deepEqual(missing, ["wallTime slower", "canceled"]);
  });

  for (const [what, lines, fault] of [
    [
      "a time that is none",
      ["time,requests,5xx", "yesterday,1,0"],
      /^week\.csv:2: time: got "yesterday", expected a date and time with its zone/,
    ],
    [
      "a number that is none",
      ["time,requests,5xx", "2026-11-26T18:00:00Z,1,-1"],
      /^week\.csv:2: 5xx: got "-1", expected a number of events/,
    ],
    [
      "more bad than there are",
      ["time,requests,5xx", "2026-11-26T18:00:00Z,1,2"],
      /^week\.csv:2: 5xx: got 2 bad of 1/,
    ],
    [
      "a missing column",
      ["time,5xx", "2026-11-26T18:00:00Z,1"],
      /^week\.csv:1: there is no column "requests"/,
    ],
    [
      "a name that no SLO has",
      ["time,requests,5xy", "2026-11-26T18:00:00Z,1,0"],
      /^week\.csv:1: no SLO of the plan is called "5xy": did you mean "5xx"\?/,
    ],
    [
      "nothing of what is bad",
      ["time,requests", "2026-11-26T18:00:00Z,1"],
      /^week\.csv:1: nothing of what is bad is told/,
    ],
    ["a line that is too long", ["time,requests,5xx", "2026-11-26T18:00:00Z,1,0,0"], /^week\.csv:2: /],
    [
      "the same time twice",
      ["time,requests,5xx", ...Array<string>(2).fill("2026-11-26T18:00:00Z,1,0"), "2026-11-26T18:01:00Z,1,0"],
      /^week\.csv:3: the bucket that begins at 2026-11-26T18:00:00\.000Z is there twice/,
    ],
    [
      "a time beside the grid",
      [
        "time,requests,5xx",
        "2026-11-26T18:00:00Z,1,0",
        "2026-11-26T18:01:00Z,1,0",
        "2026-11-26T18:02:30Z,1,0",
      ],
      /^week\.csv:4: time: got 2026-11-26T18:02:30\.000Z, expected a whole number of buckets of 1m/,
    ],
    [
      "one bucket alone",
      ["time,requests,5xx", "2026-11-26T18:00:00Z,1,0"],
      /^week\.csv:2: there is one bucket only/,
    ],
    ["nothing at all", ["time,requests,5xx"], /^week\.csv: there is no bucket/],
  ] as const) {
    it(`is refused with ${what}, by its line`, () => {
      assert.throws(() => csv(...lines), { name: "TraceFault", message: fault });
    });
  }
});

describe("a trace in JSON", () => {
  const row = { time: "2026-11-26T18:00:00Z", requests: 100, bad: { "5xx": 2 } };

  it("may have latencies, by edges of one's own", () => {
    const edges = { wallTime: [10, 100, 1000] };
    const { trace, missing } = json({
      bucket: "10s",
      edges,
      rows: [{ ...row, latencies: { wallTime: [0, 80, 20, 0] } }],
    });
    assert.equal(trace.bucketMs, 10_000);
    const slower = trace.buckets[0]?.[2];
    assert.equal(slower?.valid, 100);
    assert.equal(slower.latencies?.slice(0, 1)[0], 0, "none is faster than 10 ms");
    // The new version is allowed 20 % more: by its edges the same requests are in lower bins.
    const mean = (bins: readonly number[] = []): number =>
      bins.reduce((sum, requests, bin) => sum + requests * bin, 0);
    assert.ok(mean(slower.tolerated) < mean(slower.latencies));
    assert.ok(!missing.includes("wallTime slower"));
  });

  for (const [what, file, fault] of [
    ["text that is no JSON", '{\n "bucket": "1m",\n "rows": [,]\n}', /^week\.json:3: this is no JSON/],
    [
      "an unknown property",
      { bucket: "1m", rows: [{ ...row, bda: {} }] },
      /^week\.json:4: rows\[0\]: unknown property "bda": did you mean "bad"\?|known are/,
    ],
    [
      "a number that is none",
      { bucket: "1m", rows: [row, { ...row, requests: -1 }] },
      /^week\.json:13: rows\[1\]\.requests: got -1, expected a number of events/,
    ],
    [
      "bins that do not fit",
      { bucket: "1m", edges: { wallTime: [10] }, rows: [{ ...row, latencies: { wallTime: [1] } }] },
      /^week\.json:\d+: latencies\.wallTime: got 1 numbers, expected 2/,
    ],
    [
      "a bucket that is no duration",
      { bucket: "soon", rows: [row] },
      /^week\.json:2: bucket: got "soon", expected a duration/,
    ],
  ] as const) {
    it(`is refused with ${what}, by its line`, () => {
      assert.throws(() => json(file), { name: "TraceFault", message: fault });
    });
  }
});
