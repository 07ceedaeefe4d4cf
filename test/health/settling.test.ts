import assert from "node:assert/strict";
import { Judgement, type Bounds } from "../../provider/health/judgement";
import type { Bucket, Counts, Series } from "../../provider/health/series";
import { settlingOf } from "../../provider/health/settling";
import { binomial, generator } from "../fakes/random";

const bucketMs = 10_000;
const share = 0.1;
const seeds = Array.from({ length: 12 }, (_, seed) => String(seed));

/** A release at 10 %, second by second. Times are in seconds since it began. */
interface Traffic {
  /** Requests a second to both versions. */
  readonly perSecond: number;
  /** The bad share of both versions at a time; the new version's where they differ. */
  readonly bad?: (second: number) => number;
  readonly badOfNew?: (second: number) => number;
  /** How many times the usual traffic there is at a time. */
  readonly surge?: (second: number) => number;
  /** How long a request takes that succeeds; one that fails takes none. */
  readonly successTakes?: number;
  readonly successOfNewTakes?: number;
  /** How much later the count of valid events was taken than the count of bad ones reaches. */
  readonly skew?: number;
}

interface Second {
  readonly new: Counts;
  readonly old: Counts;
}

const half = (): number => 0.005;

function drawn({ perSecond, bad = half, badOfNew = bad, surge = () => 1 }: Traffic, seed: string): Second[] {
  const random = generator(seed);
  const of = (rate: number, badShare: number): Counts => {
    const valid = rate > 10 ? Math.round(rate) : binomial(10, rate / 10, random);
    return { valid, bad: binomial(valid, badShare, random) };
  };
  return Array.from({ length: 900 }, (_, second) => {
    const rate = perSecond * surge(second);
    return { new: of(rate * share, badOfNew(second)), old: of(rate * (1 - share), bad(second)) };
  });
}

/** What a look at a time sees of the seconds before. */
function seenAt(now: number, seconds: readonly Second[], traffic: Traffic): Series {
  const { successTakes = 0, successOfNewTakes = successTakes, skew = 0 } = traffic;
  const seen = ({ valid, bad }: Counts, second: number, takes: number): Counts => {
    const good = second + takes + skew < now ? valid - bad : 0;
    return { valid: good + bad, bad };
  };
  return Array.from({ length: Math.ceil(now / 10) }, (_, index): Bucket => {
    const sum = { new: { valid: 0, bad: 0 }, old: { valid: 0, bad: 0 } };
    for (let second = 10 * index; second < Math.min(now, 10 * index + 10); second += 1) {
      const served = seconds[second];
      if (served === undefined) continue;
      for (const [version, takes] of [
        ["new", successOfNewTakes],
        ["old", successTakes],
      ] as const) {
        const { valid, bad } = seen(served[version], second, takes);
        sum[version].valid += valid;
        sum[version].bad += bad;
      }
    }
    return { start: index * bucketMs, ...sum };
  });
}

/** When the release is aborted, in seconds; undefined if it is not within 15 minutes. */
function abortedAt(bounds: Bounds, traffic: Traffic, seed: string, isFloored: boolean): number | undefined {
  const seconds = drawn(traffic, seed);
  const { perSecond } = traffic;
  const before = { valid: perSecond * 10, bad: perSecond * 10 * half() };
  for (let now = 10; now <= 900; now += 10) {
    const series = seenAt(now, seconds, traffic);
    const settledUntil = (now - 120) * 1000;
    const { floorsOf } = settlingOf(series, {
      bucketMs,
      since: 0,
      settledUntil,
      before,
      shareAt: () => share,
    });
    const judgement = new Judgement(bounds, 0.01);
    for (const bucket of series) judgement.add(bucket, isFloored ? { floors: floorsOf(bucket) } : {});
    if (judgement.verdict.violated) return now;
  }
  return undefined;
}

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
