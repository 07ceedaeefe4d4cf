import assert from "node:assert/strict";
import { adviceOn } from "../../provider/backtest/advice";
import { backtest, TooShort, type Backtest } from "../../provider/backtest/backtest";
import type { Detection } from "../../provider/backtest/detection";
import type { Plan } from "../../provider/plan/plan";
import type { Slo } from "../../provider/plan/types";
import { hourOfDay, midnight, minute, planOn, traceOf, type Rhythm } from "./traces";

const errors: Slo = { name: "5xx", sli: "serverErrors", max: 0.01 };
const onErrors = planOn(errors);

/** A few releases are enough where the answer is known. */
const few = { unchanged: 48, worse: 0 };

function tried(plan: Plan, rhythm: Rhythm, most = few, seed = 1): Promise<Backtest> {
  return backtest(plan, traceOf(rhythm), { seed, most });
}

describe("a backtest of an unchanged version", () => {
  it("finds no abort where the bad share is well below the limit", async () => {
    const { unchanged } = await tried(onErrors, { perSecond: () => 20, badShare: () => 0.004 });
    assert.equal(unchanged.runs, 48);
    assert.equal(unchanged.aborted.count, 0);
    assert.equal(unchanged.inconclusive.count, 0);
    assert.ok(unchanged.aborted.high > 0.05 && unchanged.aborted.high < 0.1, "what 48 releases can tell");
  });

  it("finds nothing but aborts where it is above the limit, in every hour", async () => {
    const { unchanged } = await tried(onErrors, { perSecond: () => 20, badShare: () => 0.05 });
    assert.equal(unchanged.aborted.count, unchanged.runs);
    assert.deepEqual(
      unchanged.bySlo.map(({ slo, violated }) => [slo, violated.count]),
      [["5xx", 48]],
    );
    assert.ok(unchanged.byHour.every(({ began, aborted }) => aborted === began));
  });

  it("names the hours of a nightly spike, and when it was", async () => {
    const isSpike = (elapsed: number): boolean => Math.floor(hourOfDay(elapsed)) === 3;
    const { unchanged } = await tried(
      onErrors,
      { perSecond: () => 20, badShare: (elapsed) => (isSpike(elapsed) ? 0.05 : 0.002) },
      { ...few, unchanged: 96 },
    );
    const hours = unchanged.byHour.filter(({ aborted }) => aborted > 0).map(({ hour }) => hour);
    assert.ok(hours.every((hour) => hour === 2 || hour === 3));
    const inSpike = unchanged.byHour[3];
    assert.ok(inSpike && inSpike.aborted >= inSpike.began - 1);
    assert.equal(unchanged.incidents.length, 2);
    for (const [day, { from, to }] of unchanged.incidents.entries()) {
      const three = midnight + (day * 24 + 3) * 60 * minute;
      assert.ok(from >= three && to <= three + 70 * minute);
    }
  });

  it("is not aborted by a rhythm of day and night that a relative SLO shares with the old version", async () => {
    const relative = planOn({ name: "5xx", sli: "serverErrors", maxIncrease: 1.5 });
    const byDay = (elapsed: number): number => 1 + Math.sin((2 * Math.PI * hourOfDay(elapsed)) / 24);
    const { unchanged } = await tried(relative, {
      perSecond: (elapsed) => 10 + 20 * byDay(elapsed),
      badShare: (elapsed) => 0.002 + 0.03 * byDay(elapsed),
    });
    assert.equal(unchanged.aborted.count, 0);
  });

  it("tells stages and hours that see too few requests", async () => {
    const isNight = (elapsed: number): boolean => hourOfDay(elapsed) < 6;
    const { unchanged, stages } = await tried(
      onErrors,
      { perSecond: (elapsed) => (isNight(elapsed) ? 0.5 : 20), badShare: () => 0.001 },
      { ...few, unchanged: 96 },
    );
    const [first, , last] = stages;
    assert.ok(first && last);
    // 10 % of 0.5 requests a second in 4m 30s are 13 or 14, at 100 % they are 135; `minRequests` is 50.
    assert.ok(first.fewRequests < 20);
    assert.deepEqual(first.hours, [0, 1, 2, 3, 4, 5]);
    assert.equal(last.tooFew.count, 0);
    assert.ok(first.enoughMs !== undefined && first.enoughMs >= 17 * minute && first.enoughMs <= 30 * minute);
    const [slo] = unchanged.bySlo;
    assert.ok(slo && slo.insufficient.count > 10);
    assert.ok(
      unchanged.byHour.every(({ hour, inconclusive }) => hour < 6 || hour === 23 || inconclusive === 0),
    );
  });

  it("refuses a trace into which no release fits", async () => {
    const short = traceOf({ perSecond: () => 1, badShare: () => 0, days: 1 / 24 });
    await assert.rejects(backtest(onErrors, short, { seed: 1 }), TooShort);
  });

  it("leaves out what it does not know", async () => {
    const trace = traceOf({ perSecond: () => 20, badShare: () => 0.03 });
    const isKnown = (index: number): boolean => index < 720 || index >= 2160;
    const buckets = trace.buckets.map((cells, index) => (isKnown(index) ? cells : undefined));
    const { unchanged } = await backtest(onErrors, { ...trace, buckets }, { seed: 1, most: few });
    assert.ok(unchanged.runs > 15 && unchanged.runs < 25, String(unchanged.runs));
  });

  it("has as many releases of a Worker that is younger than what was asked for", async () => {
    const trace = traceOf({ perSecond: () => 20, badShare: () => 0.03 });
    const buckets = trace.buckets.map((cells, index) => (index < 1440 ? undefined : cells));
    const { unchanged } = await backtest(onErrors, { ...trace, buckets }, { seed: 1, most: few });
    assert.equal(unchanged.runs + unchanged.ranOut, few.unchanged);
  });
});

describe("a backtest of worse versions", () => {
  const rhythm: Rhythm = { perSecond: () => 50, badShare: () => 0.004 };
  let found: readonly Detection[] = [];

  before(async () => {
    ({ detection: found } = await tried(onErrors, rhythm, { unchanged: 24, worse: 8 }));
  });

  const cell = (stage: number, times: number): Detection => {
    const one = found.find((each) => each.stage === stage && each.times === times);
    assert.ok(one);
    return one;
  };

  it("catches what is wholly bad in every stage, within two minutes", () => {
    for (const stage of [0, 1, 2]) {
      const { inStage, medianMs } = cell(stage, Infinity);
      assert.equal(inStage.count, 8);
      assert.ok(medianMs !== undefined && medianMs <= 2 * minute);
    }
  });

  it("catches what is worse sooner, and with a larger share sooner", () => {
    const ms = (stage: number, times: number): number => cell(stage, times).medianMs ?? Infinity;
    for (const stage of [0, 1, 2]) assert.ok(ms(stage, Infinity) <= ms(stage, 5));
    assert.ok(ms(0, Infinity) < ms(0, 5), "in the first stage it takes longer to see 5 times as bad");
    assert.ok(ms(0, 5) > ms(1, 5));
    assert.ok(ms(1, 5) >= ms(2, 5));
  });

  it("says of what the limit allows that there is nothing to catch", () => {
    assert.equal(cell(0, 1.5).allowed, true);
    assert.equal(cell(0, 1.5).caught.of, 0);
    assert.equal(cell(0, 5).allowed, false);
  });

  it("says so where there is nothing that there could be more of", async () => {
    const { detection } = await tried(
      onErrors,
      { ...rhythm, badShare: () => 0 },
      { unchanged: 12, worse: 4 },
    );
    const allowed = detection.filter(({ stage }) => stage === 0).map((one) => one.allowed);
    assert.deepEqual(allowed, ["nothing", "nothing", "nothing", false]);
  });

  it("does not ask more of an SLO that only compares where there is nothing left to compare with", async () => {
    const plan = planOn({ name: "relative", sli: "serverErrors", maxIncrease: 3 });
    const trace = traceOf({ perSecond: () => 20, badShare: () => 0.002, days: 1 });
    const tested = await backtest(plan, trace, {
      ...{ seed: 1, most: { unchanged: 10, worse: 2 }, badness: [Infinity] },
    });
    assert.deepEqual(
      tested.detection.map(({ percent, alone }) => [percent, alone]),
      [
        [10, false],
        [50, false],
        [100, true],
      ],
    );
    assert.doesNotMatch(adviceOn(plan, tested).join(" "), /At 100 %/);
  });
});

describe("the limits that would fit", () => {
  it("are above what 99 of 100 spans had", async () => {
    const { limits } = await tried(
      onErrors,
      { perSecond: () => 20, badShare: () => 0.03 },
      { unchanged: 4, worse: 0 },
    );
    const [limit] = limits;
    assert.ok(limit?.fits !== undefined);
    assert.ok(limit.fits >= limit.p99 && limit.fits > 0.03 && limit.fits < 0.06);
    assert.ok(Math.abs(limit.median - 0.03) < 0.003);
  });

  it("are what its requests can vouch for where nothing was bad", async () => {
    const { limits } = await tried(
      onErrors,
      { perSecond: () => 1, badShare: () => 0 },
      { unchanged: 4, worse: 0 },
    );
    const [limit] = limits;
    assert.ok(limit?.fits !== undefined && limit.fits >= 3 / limit.valid && limit.fits < 4 / limit.valid);
  });

  it("let an unchanged version pass that the plan's own limit aborts", async () => {
    const rhythm: Rhythm = { perSecond: () => 20, badShare: () => 0.03 };
    const { limits } = await tried(onErrors, rhythm, { unchanged: 4, worse: 0 });
    const fitting = planOn({ ...errors, max: limits[0]?.fits ?? 0 });
    const { unchanged } = await tried(fitting, rhythm);
    assert.equal(unchanged.aborted.count, 0);
  });
});

describe("the seed of a backtest", () => {
  const rhythm: Rhythm = { perSecond: () => 20, badShare: () => 0.008 };
  const some = { unchanged: 8, worse: 2 };

  it("gives the same answer again", async () => {
    assert.deepEqual(await tried(onErrors, rhythm, some, 7), await tried(onErrors, rhythm, some, 7));
  });

  it("gives another one when it is another", async () => {
    const one = await tried(onErrors, rhythm, some, 7);
    const other = await tried(onErrors, rhythm, some, 8);
    assert.notDeepEqual(one.detection, other.detection);
  });
});
