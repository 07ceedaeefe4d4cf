import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketSeconds, type Judge } from "../../bench/detection/judges/judge";
import { ours, oursWithoutPast } from "../../bench/detection/judges/ours";
import { judge, type Strictness } from "../../provider/health/judge";
import type { Bucket, Counts } from "../../provider/health/series";
import { abortedAfter, bucketsOf, release } from "./support";

const counts = fc
  .integer({ min: 0, max: 200 })
  .chain((valid) => fc.integer({ min: 0, max: Math.min(valid, 6) }).map((bad): Counts => ({ valid, bad })));
const bucketMs = bucketSeconds * 1000;

/** The second after which the verdict on everything so far is "violated". */
function violatedAfter(
  kind: Judge["kind"],
  buckets: readonly Bucket[],
  strictness: Strictness,
): number | undefined {
  const slo = { [kind]: release[kind] };
  const looks = buckets.findIndex((_, at) => judge(slo, buckets.slice(0, at + 1), strictness).violated);
  return looks === -1 ? undefined : (looks + 1) * bucketSeconds;
}

describe("bench: ours", () => {
  for (const kind of ["max", "maxIncrease"] as const) {
    it(`aborts by ${kind} when the public verdict on the series so far is "violated"`, () => {
      const fresh = fc.array(counts, { minLength: 1, maxLength: 25 });
      const old = fc.array(counts, { minLength: 25, maxLength: 25 });
      // A past that swings little: after a wild one hardly anything is conclusive.
      const quiet = fc.integer({ min: 1, max: 3 }).map((bad): Counts => ({ valid: 200, bad }));
      const pasts = fc.array(fc.oneof({ weight: 4, arbitrary: quiet }, counts), {
        minLength: 30,
        maxLength: 60,
      });
      let aborts = 0;
      fc.assert(
        fc.property(fresh, old, pasts, (served, before, past) => {
          const buckets = bucketsOf(served, before);
          const { level, soak: plannedBuckets } = release;
          const seconds = abortedAfter(ours(kind), buckets, { ...release, past });
          assert.equal(
            seconds,
            violatedAfter(kind, buckets, {
              level,
              plannedBuckets,
              past: { bucketMs, buckets: past },
              bucketMs,
            }),
          );
          assert.equal(
            abortedAfter(oursWithoutPast(kind), buckets),
            violatedAfter(kind, buckets, { level, plannedBuckets }),
          );
          if (seconds !== undefined) aborts += 1;
        }),
        // About one in nine aborts by maxIncrease.
        { numRuns: 300 },
      );
      assert.ok(aborts > 5, `${aborts} aborts prove nothing`);
    });
  }
});
