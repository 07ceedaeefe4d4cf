import assert from "node:assert/strict";
import type { Sli } from "../../provider/health/sli";
import { seriesFrom } from "../../provider/cloudflare/telemetryCounts";

const row = (versionId: string, outcome: string | undefined, invocations: number, start = 0) => ({
  versionId,
  outcome,
  invocations,
  start,
});

const query = { newVersionId: "new", oldVersionId: "old", from: 0, to: 20, bucketMs: 10 };

const counted = new Map([
  [
    "invocations",
    [
      row("new", "ok", 78),
      row("new", undefined, 2),
      row("new", "exception", 5),
      row("new", "canceled", 10),
      row("new", "responseStreamDisconnected", 3),
      row("new", "exceededCpu", 2),
      row("old", "ok", 300),
      row("old", "unknown", 1, 10),
      row("stranger", "exception", 50),
    ],
  ],
  [
    "statusErrors",
    [row("new", "ok", 7), row("new", "exception", 5), row("new", "canceled", 1), row("old", "ok", 2)],
  ],
  ["wallTime 500", [row("new", "ok", 20), row("new", "exception", 1), row("old", "ok", 301)]],
]);

describe("bad and valid events", () => {
  const expected: [Sli, number, number, number][] = [
    // New, old, old in the second bucket.
    [{ kind: "exceptions" }, 7, 0, 1],
    [{ kind: "serverErrors" }, 7 + 7 + 1, 2, 1],
    [{ kind: "wallTime", limitMs: 500 }, 21, 300, 0],
  ];
  for (const [sli, fresh, old, later] of expected) {
    it(`of ${sli.kind} are counted per version and bucket`, () => {
      assert.deepEqual(seriesFrom({ ...query, slis: [sli] }, counted), [
        [
          { start: 0, new: { valid: 100, bad: fresh }, old: { valid: 300, bad: old } },
          { start: 10, new: { valid: 0, bad: 0 }, old: { valid: 1, bad: later } },
        ],
      ]);
    });
  }

  it("come as one series per SLI, in the order asked", () => {
    const slis: Sli[] = [{ kind: "wallTime", limitMs: 500 }, { kind: "exceptions" }];
    const series = seriesFrom({ ...query, slis }, counted);
    assert.deepEqual(
      series.map(([first]) => first?.new.bad),
      [21, 7],
    );
  });

  it("leave the old version empty when there was none", () => {
    const [series] = seriesFrom(
      { ...query, oldVersionId: undefined, slis: [{ kind: "exceptions" }] },
      counted,
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
