import assert from "node:assert/strict";
import fc from "fast-check";
import { halves, isAutomatic, pieces, timeframeFor } from "../../provider/cloudflare/telemetryGrid";

const second = 1000;
const bucketMs = 10 * second;
const span = (buckets: number) => ({ from: 0, to: buckets * bucketMs, bucketMs });

describe("a span", () => {
  it("is cut into pieces of 300 buckets", () => {
    const day = span(24 * 360);
    const cut = pieces(day);
    assert.equal(cut.length, 29);
    assert.deepEqual([cut[0]?.from, cut.at(-1)?.to], [day.from, day.to]);
    cut.slice(1).forEach((piece, index) => {
      assert.equal(piece.from, cut[index]?.to);
    });
    assert.ok(cut.every(({ from, to }) => (to - from) % day.bucketMs === 0));
  });

  it("is never asked for by more than a day at once", () => {
    const wide = { from: 0, to: 600 * 300 * second, bucketMs: 300 * second };
    assert.deepEqual(
      pieces(wide).map(({ from, to }) => (to - from) / (3600 * second)),
      [24, 24, 2],
    );
  });

  it("is halved between two buckets", () => {
    assert.deepEqual(halves(span(3)), [span(1), { ...span(3), from: bucketMs }]);
    assert.equal(halves(span(1)), undefined);
  });

  it("is asked for from so early that the API lists all of it, whichever buckets it leaves out", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (buckets, width) => {
        for (const isObeyed of [true, false]) {
          const wanted = { from: 0, to: buckets * width * second, bucketMs: width * second };
          const asked = timeframeFor(wanted, isObeyed);
          assert.ok(asked.from <= -2 * width * second);
          assert.equal(asked.to, wanted.to);
        }
      }),
    );
  });

  it("is asked for in 60 buckets if it has fewer, which the API gives without being told", () => {
    assert.ok([1, 12, 58].every((buckets) => isAutomatic(timeframeFor(span(buckets), false))));
    assert.ok(!isAutomatic(timeframeFor(span(59), false)));
  });

  it("is asked for in no more than it takes where the API is known to do as it is told", () => {
    assert.equal(timeframeFor(span(12), true).from, -2 * bucketMs);
  });
});
