import assert from "node:assert/strict";
import { judge, type Bounds, type Past, type Series } from "../../provider/health";

const level = 0.01;

function seriesOf(...buckets: readonly [newBad: number, oldBad: number][]): Series {
  return buckets.map(([newBad, oldBad], index) => ({
    start: index * 10_000,
    new: { valid: 50, bad: newBad },
    old: { valid: 450, bad: oldBad },
  }));
}

describe("the public judge", () => {
  const both: Bounds = { max: 0.01, maxIncrease: 2 };

  it("says by which bound an SLO is violated", () => {
    const bothWorse = judge(both, seriesOf([10, 90], [10, 90], [10, 90]), { level });
    assert.deepEqual([bothWorse.violated, bothWorse.bound], [true, "max"]);
    const newWorse = judge({ max: 0.5, maxIncrease: 2 }, seriesOf([10, 2], [10, 1], [10, 3]), { level });
    assert.deepEqual([newWorse.violated, newWorse.bound], [true, "maxIncrease"]);
    assert.equal(judge(both, seriesOf([0, 4], [1, 5], [0, 3]), { level }).violated, false);
  });

  it("shares the level among the bounds", () => {
    const series = seriesOf([0, 0]);
    assert.equal(judge({ max: 0.01 }, series, { level }).conclusive, Math.log(100));
    assert.equal(judge(both, series, { level }).conclusive, Math.log(200));
  });

  it("makes allowance for what the old version did before", () => {
    const buckets = Array.from({ length: 300 }, (_, at) => ({
      valid: 500,
      bad: Math.floor(at / 20) % 2 === 0 ? 0 : 10,
    }));
    const series = seriesOf([2, 18], [3, 20], [2, 21], [3, 19], [2, 20], [2, 17]);
    const suspicious = judge({ max: 0.01 }, series, { level });
    const used = judge({ max: 0.01 }, series, { level, past: { bucketMs: 10_000, buckets } });
    assert.deepEqual([suspicious.violated, used.violated], [true, false]);
  });

  for (const [slo, given, message] of [
    [{}, level, "the SLO sets no bound, expected `max`, `maxIncrease` or both"],
    [{ max: 1 }, level, "max is 1, expected a share from 0 to below 1"],
    [{ max: NaN }, level, "max is NaN, expected a share from 0 to below 1"],
    [{ maxIncrease: 0.5 }, level, "maxIncrease is 0.5, expected a ratio from 1 to 1000"],
    [{ maxIncrease: 2, margin: 1 }, level, "margin is 1, expected a share from 0 to below 1"],
    [{ maxIncrease: 2, alone: -1 }, level, "alone is -1, expected a share from 0 to below 1"],
    [{ max: 0.1, alone: 0.5 }, level, "alone is given, expected `maxIncrease` beside it"],
    [{ max: 0 }, 0, "level is 0, expected a probability above 0 and below 1"],
  ] as const) {
    it(`refuses what it cannot judge: ${message}`, () => {
      assert.throws(() => judge(slo, [], { level: given }), new RangeError(message));
    });
  }

  const fine = { start: 0, new: { valid: 5, bad: 1 }, old: { valid: 9, bad: 0 } };
  const withNew = (counts: object): Series => [fine, { ...fine, start: 1, new: { ...fine.new, ...counts } }];
  const past = (...buckets: readonly unknown[]): { past: Past } => ({
    past: { bucketMs: 1000, buckets } as Past,
  });
  for (const [series, rest, message] of [
    [withNew({ valid: NaN }), {}, "series[1].new.valid is NaN, expected a number of events from 0 on"],
    [withNew({ valid: "5" }), {}, "series[1].new.valid is 5, expected a number of events from 0 on"],
    [withNew({ bad: -1 }), {}, "series[1].new.bad is -1, expected a number of events from 0 on"],
    [withNew({ bad: Infinity }), {}, "series[1].new.bad is Infinity, expected a number of events from 0 on"],
    [withNew({ bad: 6 }), {}, "series[1].new.bad is 6, expected at most series[1].new.valid, 5"],
    [[{ ...fine, old: undefined }], {}, "series[0].old is missing, expected counts of valid and bad events"],
    [[fine, undefined], {}, "series[1] is missing, expected a list without gaps"],
    [[fine, fine], {}, "series[1].start is 0, expected more than that of the bucket before, 0"],
    [[{ ...fine, start: NaN }], {}, "series[0].start is NaN, expected milliseconds since the epoch"],
    [[], { bucketMs: 0 }, "bucketMs is 0, expected milliseconds above 0"],
    [[], past({ valid: 1, bad: 2 }), "past.buckets[0].bad is 2, expected at most past.buckets[0].valid, 1"],
    [[], past(fine.new, undefined, fine.new), "past.buckets[1] is missing, expected a list without gaps"],
    [[], { past: { bucketMs: NaN, buckets: [] } }, "past.bucketMs is NaN, expected milliseconds above 0"],
  ] as [Series, object, string][]) {
    it(`refuses what proves nothing: ${message}`, () => {
      assert.throws(() => judge({ max: 0.01 }, series, { level, ...rest }), new RangeError(message));
    });
  }
});
