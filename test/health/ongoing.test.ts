import assert from "node:assert/strict";
import fc from "fast-check";
import { noDispersion } from "../../provider/health/dispersion";
import { OngoingDispersion } from "../../provider/health/ongoing";
import { noCounts, type Bucket, type Series } from "../../provider/health/series";
import { binomial, generator } from "../fakes/random";
import { swing } from "./swing";

/** The old version, whose bad share of 0.5 % swings around by e^±sigma. */
function served(length: number, sigma: number, bucketMs = 10_000, perSecond = 1000, seed = "old"): Series {
  const random = generator(seed);
  const memory = 0.8 ** (bucketMs / 10_000);
  return swing(length, memory, random).map((value, at) => {
    const valid = Math.round((perSecond * bucketMs) / 1000);
    const share = 0.005 * Math.exp(sigma * value - sigma ** 2 / 2);
    return { start: at * bucketMs, new: noCounts, old: { valid, bad: binomial(valid, share, random) } };
  });
}

function afterAll(series: Series, ongoing: OngoingDispersion): OngoingDispersion {
  for (const bucket of series) ongoing.next(bucket);
  return ongoing;
}

describe("the dispersion that a release learns while it goes on", () => {
  it("is seen where the noise begins with the release, in buckets of any width", () => {
    for (const bucketMs of [1000, 10_000, 60_000]) {
      const length = 1_800_000 / bucketMs;
      const { wander } = afterAll(
        served(length, 0.6, bucketMs),
        new OngoingDispersion(noDispersion, bucketMs),
      ).current;
      assert.ok(wander > 4000, `${bucketMs}: ${wander}`);
    }
  });

  it("stays next to none where there is no noise", () => {
    const { clusters, wander } = afterAll(
      served(360, 0),
      new OngoingDispersion(noDispersion, 10_000),
    ).current;
    assert.ok(clusters < 0.5 && wander < 100, `${clusters} ${wander}`);
  });

  it("is never less than what the past has shown", () => {
    const before = { clusters: 3, wander: 7000 };
    assert.deepEqual(afterAll(served(60, 0), new OngoingDispersion(before, 10_000)).current, before);
  });

  it("allows for some wander before there is anything to learn from, and for less and less", () => {
    const ongoing = new OngoingDispersion(noDispersion, 10_000);
    const wander = served(180, 0).map((bucket) => ongoing.next(bucket).wander);
    assert.ok(Math.abs((wander[0] ?? 0) - 0.03) < 1e-12);
    assert.ok((wander[179] ?? 1) < 0.005, String(wander[179]));
  });

  it("is fixed for each bucket by those that settled before it", () => {
    const series = served(200, 0.6);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 199 }), (at) => {
        const from = Math.max(0, at - 11);
        const changed = series.map((bucket, index): Bucket =>
          index < from ? bucket : { ...bucket, old: { valid: 10_000, bad: 10_000 } },
        );
        const [before, after] = [series, changed].map((all) => {
          const ongoing = new OngoingDispersion(noDispersion, 10_000);
          return all.slice(0, at + 1).map((bucket) => ongoing.next(bucket))[at];
        });
        assert.deepEqual(after, before);
      }),
      { numRuns: 30 },
    );
  });

  it("goes on from a copy, and leaves what was copied as it was", () => {
    const series = served(120, 0.6);
    const first = afterAll(series.slice(0, 60), new OngoingDispersion(noDispersion, 10_000));
    const then = first.current;
    const copied = afterAll(series.slice(60), first.copy()).current;
    assert.deepEqual(first.current, then);
    assert.deepEqual(afterAll(series.slice(60), first).current, copied);
  });
});
