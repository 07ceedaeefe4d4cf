import assert from "node:assert/strict";
import type { Filter, Sli } from "../../provider/health/sli";
import { seriesFrom } from "../../provider/cloudflare/telemetryCounts";
import {
  allRequests,
  partId,
  partsFor,
  recipesOf,
  type Part,
} from "../../provider/cloudflare/telemetryParts";
import type { Row } from "../../provider/cloudflare/telemetryRow";

const row = (
  versionId: string,
  outcome: string | undefined,
  events: number,
  start = 0,
  status?: number,
): Row => ({
  versionId,
  outcome,
  status,
  events,
  start,
});

const versions = { newVersionId: "new", oldVersionId: "old" };

const checkout: Filter = { key: "event", operation: "eq", type: "string", value: "checkout" };
const declined: Filter = { key: "declined", operation: "eq", type: "boolean", value: true };
const premium: Filter = {
  key: "$workers.event.path",
  operation: "starts_with",
  type: "string",
  value: "/p",
};

const counted: [Part, Row[]][] = [
  [
    allRequests,
    [
      row("new", "ok", 78),
      row("new", undefined, 2),
      row("new", "exception", 5),
      row("new", "canceled", 10),
      row("new", "responseStreamDisconnected", 2),
      row("new", "clientDisconnected", 1),
      row("new", "exceededCpu", 2),
      row("old", "ok", 300),
      row("old", "unknown", 1, 10),
      row("stranger", "exception", 50),
    ],
  ],
  [
    { kind: "statuses", from: 404, to: 599 },
    [
      row("new", "ok", 7, 0, 503),
      row("new", "exception", 5, 0, 500),
      row("new", "canceled", 1, 0, 599),
      row("new", "ok", 4, 0, 404),
      row("new", "ok", 9, 0, 429),
      row("old", "ok", 2, 0, 500),
    ],
  ],
  [
    { kind: "wallTime", limitMs: 500 },
    [row("new", "ok", 20), row("new", "exception", 1), row("old", "ok", 301)],
  ],
  [{ kind: "rows", filters: [checkout] }, [row("new", "unknown", 30), row("old", "unknown", 90)]],
  [{ kind: "rows", filters: [checkout, declined] }, [row("new", "unknown", 6), row("old", "unknown", 3)]],
  [{ kind: "requests", filters: [premium] }, [row("new", "unknown", 8)]],
];
const rows = new Map(counted.map(([part, found]) => [partId(part), found]));

const allSlis: readonly Sli[] = [
  { kind: "exceptions" },
  { kind: "serverErrors" },
  {
    kind: "status",
    statuses: [
      { from: 404, to: 404 },
      { from: 500, to: 599 },
    ],
  },
  { kind: "status", statuses: [{ from: 429, to: 429 }] },
  { kind: "wallTime", limitMs: 500 },
  { kind: "custom", valid: [], bad: [premium] },
  { kind: "canceled" },
];

describe("bad and valid events", () => {
  const names = [
    "exceptions",
    "server errors",
    "404 and 5xx",
    "429",
    "slow requests",
    "premium paths",
    "left",
  ];
  const expected: [number, number, number][] = [
    // New, old, old in the second bucket.
    [7, 0, 1],
    [7 + 7 + 1, 2, 1],
    [7 + 5 + 1 + 4, 2, 0],
    [9, 0, 0],
    [21, 300, 0],
    [8, 0, 0],
    [13, 0, 0],
  ];
  expected.forEach(([fresh, old, later], index) => {
    it(`of ${names[index] ?? ""} are counted per version and bucket`, () => {
      const series = seriesFrom(versions, recipesOf(allSlis), rows)[index];
      assert.deepEqual(series, [
        { start: 0, new: { valid: 100, bad: fresh }, old: { valid: 300, bad: old } },
        { start: 10, new: { valid: 0, bad: 0 }, old: { valid: 1, bad: later } },
      ]);
    });
  });

  it("of filters of one's own are the rows that pass, whatever they are rows of", () => {
    const sli: Sli = { kind: "custom", valid: [checkout], bad: [declined] };
    assert.deepEqual(seriesFrom(versions, recipesOf([sli]), rows), [
      [{ start: 0, new: { valid: 30, bad: 6 }, old: { valid: 90, bad: 3 } }],
    ]);
  });

  it("leave the old version empty when there was none", () => {
    const [series] = seriesFrom(
      { ...versions, oldVersionId: undefined },
      recipesOf([{ kind: "exceptions" }]),
      rows,
    );
    assert.deepEqual(
      series?.map(({ old }) => old),
      [
        { valid: 0, bad: 0 },
        { valid: 0, bad: 0 },
      ],
    );
  });
});

describe("events that are no requests", () => {
  const valid: Part = { kind: "requests", on: "queue", filters: [] };
  const [, failed] = partsFor(recipesOf([{ kind: "exceptions", on: "queue" }]));

  it("are bad by their outcome, or by how long they take", () => {
    assert.ok(failed !== undefined);
    const late: Part = { kind: "wallTime", limitMs: 500, on: "queue" };
    const found: [Part, Row[]][] = [
      [valid, [row("new", undefined, 40), row("old", undefined, 60)]],
      [failed, [row("new", undefined, 4), row("old", undefined, 3)]],
      [late, [row("new", undefined, 7)]],
    ];
    const slis: Sli[] = [
      { kind: "exceptions", on: "queue" },
      { kind: "serverErrors", on: "queue" },
      { kind: "wallTime", limitMs: 500, on: "queue" },
    ];
    const series = seriesFrom(
      versions,
      recipesOf(slis),
      new Map(found.map(([part, counts]) => [partId(part), counts])),
    );
    assert.deepEqual(
      series.map(([bucket]) => [bucket?.new, bucket?.old.bad]),
      [
        [{ valid: 40, bad: 4 }, 3],
        [{ valid: 40, bad: 4 }, 3],
        [{ valid: 40, bad: 7 }, 0],
      ],
    );
  });

  it("are asked for a status where they are calls of objects, and counted once", () => {
    const [recipe] = recipesOf([{ kind: "serverErrors", on: "durableObject" }]);
    const [, statuses] = recipe?.bad ?? [];
    assert.deepEqual(statuses?.part, { kind: "statuses", on: "durableObject", from: 500, to: 599 });
    assert.deepEqual(
      [row("new", "ok", 1, 0, 500), row("new", "exception", 1, 0, 500)].map((one) => statuses.passes(one)),
      [true, false],
    );
  });

  it("share no query with requests", () => {
    const parts = partsFor(recipesOf([{ kind: "exceptions" }, { kind: "exceptions", on: "queue" }]));
    assert.deepEqual(parts, [allRequests, valid, failed]);
  });
});

describe("the parts that are counted", () => {
  it("are the requests alone for exceptions", () => {
    assert.deepEqual(partsFor(recipesOf([{ kind: "exceptions" }])), [allRequests]);
  });

  it("are one more for all statuses together and for each limit, however many SLIs share it", () => {
    const parts = partsFor(
      recipesOf([
        { kind: "serverErrors" },
        { kind: "wallTime", limitMs: 500 },
        { kind: "status", statuses: [{ from: 404, to: 404 }] },
        { kind: "wallTime", limitMs: 500 },
        { kind: "cpuTime", limitMs: 500 },
        { kind: "wallTime", limitMs: 100 },
      ]),
    );
    assert.deepEqual(parts, [
      allRequests,
      { kind: "statuses", from: 404, to: 599 },
      { kind: "wallTime", limitMs: 500 },
      { kind: "cpuTime", limitMs: 500 },
      { kind: "wallTime", limitMs: 100 },
    ]);
  });

  it("are two for filters of one's own, and one where every request is valid", () => {
    const parts = partsFor(
      recipesOf([
        { kind: "exceptions" },
        { kind: "custom", valid: [checkout], bad: [declined] },
        { kind: "custom", valid: [], bad: [premium] },
      ]),
    );
    assert.deepEqual(parts, [
      allRequests,
      { kind: "rows", filters: [checkout] },
      { kind: "rows", filters: [checkout, declined] },
      { kind: "requests", filters: [premium] },
    ]);
  });
});
