import assert from "node:assert/strict";
import fc from "fast-check";
import { Beginnings, type Course } from "../../provider/health/beginnings";
import { judge } from "../../provider/health/judge";
import { Judgement } from "../../provider/health/judgement";
import type { Counts, Series } from "../../provider/health/series";
import { binomial, generator } from "../fakes/random";

const courses: fc.Arbitrary<Course | undefined> = fc.option(
  fc.record({ buckets: fc.integer({ min: 1, max: 60 }), changes: fc.integer({ min: 0, max: 5 }) }),
  { nil: undefined },
);
/** Buckets that say something or not, at some place after a change of the split, or before any. */
const steps = fc.array(
  fc.record({
    isInformative: fc.boolean(),
    sinceChange: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
  }),
  { maxLength: 200 },
);

describe("how likely trouble is to begin with a bucket, beforehand,", () => {
  it("adds up to at most 1, whatever was planned and whatever happens", () => {
    fc.assert(
      fc.property(courses, steps, (course, all) => {
        const beginnings = new Beginnings(course);
        let sum = 0;
        for (const { isInformative, sinceChange } of all) {
          const weight = beginnings.next(isInformative, sinceChange);
          assert.ok(weight >= 0);
          sum += weight;
          assert.ok(Math.abs(sum + beginnings.toCome - 1) < 1e-9, `${sum} and ${beginnings.toCome}`);
        }
        assert.ok(sum <= 1 + 1e-9);
      }),
    );
  });

  it("is 1/(i(i+1)) where nothing is planned", () => {
    const beginnings = new Beginnings();
    assert.deepEqual(
      [true, false, true, true].map((isInformative) => beginnings.next(isInformative)),
      [1 / 2, 0, 1 / 6, 1 / 12],
    );
    assert.ok(Math.abs(beginnings.toCome - 1 / 4) < 1e-12);
  });

  it("is larger for each planned bucket, and for those after a change", () => {
    const beginnings = new Beginnings({ buckets: 100, changes: 2 });
    const before = Array.from({ length: 10 }, () => beginnings.next(true));
    const [first, second] = [beginnings.next(true, 0), beginnings.next(true, 1)];
    assert.ok(Math.abs((before[9] ?? 0) - (0.2 / 110 + 0.25 / 100)) < 1e-12);
    assert.ok(Math.abs(first - (0.2 / 132 + 0.25 / 100 + (0.1 * 7) / 12)) < 1e-12);
    assert.ok(second < first && second > 3 * (before[9] ?? 0));
  });

  it("passes from buckets that say nothing to the next one that does", () => {
    const beginnings = new Beginnings({ buckets: 10, changes: 0 });
    for (let at = 0; at < 5; at += 1) assert.equal(beginnings.next(false), 0);
    assert.ok(Math.abs(beginnings.next(true) - (0.1 + (0.35 * 7) / 12 + 6 * 0.045)) < 1e-12);
  });
});

const seeds = Array.from({ length: 15 }, (_, seed) => String(seed));

/** 50 requests/s, 10 % to the new version, 0.5 % of all bad until the new version turns worse. */
function turnsBad(buckets: number, from: number, share: number, seed: string): Series {
  const random = generator(seed);
  const counts = (valid: number, bad: number): Counts => ({ valid, bad: binomial(valid, bad, random) });
  return Array.from({ length: buckets }, (_, at) => ({
    start: at * 10_000,
    new: counts(50, at < from ? 0.005 : share),
    old: counts(450, 0.005),
  }));
}

/** How many buckets after `from` the middle one of the seeds is found bad. */
function foundAfter(share: number, from: number, course: Course | undefined, changeAt = Infinity): number {
  const times = seeds.map((seed) => {
    const judgement = new Judgement({ maxIncrease: 1 }, 0.01, { course });
    const at = turnsBad(from + 300, from, share, seed).findIndex((bucket, index) => {
      judgement.add(bucket, { sinceChange: index < changeAt ? undefined : index - changeAt });
      return judgement.verdict.violated;
    });
    return (at === -1 ? Infinity : at + 1) - from;
  });
  return times.sort((a, b) => a - b)[Math.floor(seeds.length / 2)] ?? Infinity;
}

describe("trouble that begins late", function () {
  this.timeout(60_000);

  it("is found much sooner where the length is planned, and sooner still right after a change of the split", () => {
    const from = 6 * 360;
    const planned = { buckets: 12 * 360, changes: 3 };
    const unplanned = foundAfter(0.015, from, undefined);
    const known = foundAfter(0.015, from, planned);
    const changed = foundAfter(0.015, from, planned, from);
    assert.ok(known < 0.8 * unplanned, `${known} of ${unplanned} buckets`);
    assert.ok(changed < 0.85 * known, `${changed} of ${known} buckets`);
  });

  it("is found sooner by whoever says how long a release is planned", () => {
    const series = turnsBad(300, 90, 0.03, "late");
    const evidence = (plannedBuckets?: number): number =>
      judge({ maxIncrease: 1 }, series, { level: 0.01, plannedBuckets }).evidence;
    assert.ok(evidence(300) > evidence() + 1, `${evidence(300)} against ${evidence()}`);
    assert.throws(() => evidence(0), /^RangeError: plannedBuckets is 0, expected a number from 1 on$/);
  });
});
