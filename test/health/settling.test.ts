import assert from "node:assert/strict";
import { abortedAt, bucketMs, half, share, type Traffic } from "../../bench/imperfect/late";
import { Judgement, type Bounds } from "../../provider/health/judgement";
import type { Bucket, Counts } from "../../provider/health/series";
import { settlingOf } from "../../provider/health/settling";

const seeds = Array.from({ length: 12 }, (_, seed) => String(seed));

describe("buckets that are not settled", () => {
  const max: Bounds = { max: 0.01 };
  const maxIncrease: Bounds = { maxIncrease: 1 };
  const surge = (second: number): number => (second >= 400 && second < 410 ? 3 : 1);
  const healthy: [string, Bounds, Traffic][] = [
    ["successes take 30 s", max, { perSecond: 1000, successTakes: 30 }],
    ["successes take 30 s and there is little traffic", max, { perSecond: 100, successTakes: 30 }],
    ["valid events are 10 s older than bad ones", max, { perSecond: 5000, skew: 10 }],
    ["successes take 30 s and traffic surges", max, { perSecond: 1000, successTakes: 30, surge }],
    [
      "successes take 30 s and traffic doubles",
      max,
      { perSecond: 1000, successTakes: 30, surge: (second) => 1 + second / 900 },
    ],
    ["only the new version takes 30 s", maxIncrease, { perSecond: 1000, successOfNewTakes: 30 }],
    ["only the new version takes 10 s", maxIncrease, { perSecond: 1000, successOfNewTakes: 10 }],
  ];
  for (const [what, bounds, traffic] of healthy) {
    it(`do not convict a healthy version where ${what}`, () => {
      const aborted = (isFloored: boolean): number =>
        seeds.filter((seed) => abortedAt(bounds, traffic, seed, isFloored) !== undefined).length;
      assert.ok(aborted(false) >= 9, `without it, ${aborted(false)} of 12 are aborted`);
      assert.equal(aborted(true), 0);
    }).timeout(120_000);
  }

  const from = (badShare: number) => ({ badOfNew: (second: number) => (second < 300 ? half() : badShare) });
  const bad: [string, Bounds, Traffic, number][] = [
    ["of which every request fails", max, { perSecond: 50, ...from(1) }, 30],
    ["of which every request fails, at one a second", max, { perSecond: 1, ...from(1) }, 90],
    ["of which every request fails, as against the old one", maxIncrease, { perSecond: 50, ...from(1) }, 30],
    ["of which 5 % fail", max, { perSecond: 1000, ...from(0.05) }, 40],
    [
      "of which 5 % fail and successes take 30 s",
      max,
      { perSecond: 1000, successTakes: 30, ...from(0.05) },
      40,
    ],
  ];
  for (const [what, bounds, traffic, within] of bad) {
    it(`convict a version ${what} within ${within} s`, () => {
      const found = seeds
        .map((seed) => (abortedAt(bounds, traffic, seed, true) ?? Infinity) - 300)
        .sort((a, b) => a - b);
      const median = found[6] ?? Infinity;
      assert.ok(median <= within, `${median} s`);
      assert.ok((found[0] ?? 0) > 0, "it is not convicted before it is bad");
    }).timeout(120_000);
  }

  it("seem to be a surge where the old version fails more, until they are settled", () => {
    const served = (bad: number): Counts => ({ valid: 100, bad });
    const series = [0, 1, 2, 3].map((index): Bucket => {
      return { start: index * bucketMs, new: served(0), old: served(index < 2 ? 1 : 40) };
    });
    const surge = (settledUntil: number): number =>
      settlingOf(series, { bucketMs, since: 0, settledUntil, before: served(1), shareAt: () => share }).surge;
    assert.equal(surge(0), 10);
    assert.equal(surge(4 * bucketMs), 1);
  });

  it("are no surge to guess at where more successes came with more failures", () => {
    const series = [0, 1, 2, 3].map((index): Bucket => {
      const times = index < 2 ? 1 : 20;
      return {
        start: index * bucketMs,
        new: { valid: 0, bad: 0 },
        old: { valid: 100 * times, bad: 5 * times },
      };
    });
    const before = { valid: 100, bad: 5 };
    const settling = settlingOf(series, { bucketMs, since: 0, settledUntil: 0, before, shareAt: () => 0 });
    assert.equal(settling.surge, 1);
  });

  it("are judged by what they have where that is more", () => {
    const bucket = { start: 0, new: { valid: 100, bad: 0 }, old: { valid: 10, bad: 0 } };
    const [seen, floored] = [undefined, { max: 50, maxIncrease: 50 }].map((floors) => {
      const judgement = new Judgement({ max: 0.1, maxIncrease: 2 }, 0.01);
      judgement.add(bucket, { floors });
      return judgement.verdict;
    });
    assert.deepEqual(floored, seen);
  });

  it("are told of as they were seen", () => {
    const judgement = new Judgement({ max: 0.01 }, 0.01);
    const bucket = { start: 7, new: { valid: 60, bad: 50 }, old: { valid: 10, bad: 1 } };
    judgement.add(bucket, { floors: { max: 100, maxIncrease: 0 } });
    assert.deepEqual(judgement.verdict.trouble, { since: 7, new: bucket.new, old: bucket.old });
  });
});
