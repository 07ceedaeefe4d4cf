import assert from "node:assert/strict";
import { hmd } from "../../bench/detection/judges/hmd";
import { naive } from "../../bench/detection/judges/naive";
import { logLikelihoodRatio, sequential } from "../../bench/detection/judges/sequential";
import { sprt } from "../../bench/detection/judges/sprt";
import type { Counts } from "../../provider/health/series";
import { abortedAfter, bucketsOf, nothing, release } from "./support";

function repeat(count: number, counts: Counts): Counts[] {
  return Array.from({ length: count }, () => counts);
}

describe("bench: the Workers HMD app", () => {
  const { soak } = release;
  for (const [what, fresh, old, seconds] of [
    ["polls at half the soak", repeat(soak, { valid: 10, bad: 10 }), [], 900],
    [
      "mixes both versions",
      repeat(soak, { valid: 1, bad: 1 }),
      repeat(soak, { valid: 99, bad: 0 }),
      undefined,
    ],
    [
      "reverts for what the old version does",
      repeat(soak, nothing),
      repeat(soak, { valid: 10, bad: 1 }),
      900,
    ],
    ["passes missing data", repeat(soak, nothing), [], undefined],
    [
      "forgets with each poll what was before",
      [...repeat(soak / 2, { valid: 1000, bad: 0 }), ...repeat(soak / 2, { valid: 10, bad: 1 })],
      [],
      1800,
    ],
  ] as const) {
    it(what, () => {
      assert.equal(abortedAfter(hmd, bucketsOf(fresh, old)), seconds);
    });
  }
});

describe("bench: the plain rule", () => {
  for (const [what, buckets, seconds] of [
    ["waits for 50 requests", [{ valid: 49, bad: 49 }], undefined],
    ["is over the limit with one of them bad", [nothing, { valid: 50, bad: 1 }], 20],
    ["is not over a share of exactly the limit", [{ valid: 100, bad: 1 }], undefined],
    [
      "judges all since the beginning",
      [
        { valid: 1000, bad: 0 },
        { valid: 100, bad: 11 },
      ],
      undefined,
    ],
  ] as const) {
    it(what, () => {
      assert.equal(abortedAfter(naive, bucketsOf(buckets)), seconds);
    });
  }
});

describe("bench: the group-sequential proxy", () => {
  it("weighs a difference by the formula", () => {
    // s² = 0.0605/1.001·(1 − 0.0605/1.001)/1000 + the same of 5.5 of 1001 = 6.2251e-5, Δ = 0.055, τ = 0.01:
    // ½·ln(6.2251e-5/1.62251e-4) + 0.055²·1e-4/(2·6.2251e-5·1.62251e-4) = −0.4790 + 14.9747
    const log = logLikelihoodRatio({ valid: 1000, bad: 60 }, { valid: 1000, bad: 5 }, 0.01);
    assert.ok(Math.abs(log - 14.4957) < 5e-4, `${log}`);
  });

  for (const [what, fresh, old] of [
    ["a new version that is better", { valid: 1000, bad: 0 }, { valid: 1000, bad: 500 }],
    ["a new version without traffic", nothing, { valid: 1000, bad: 500 }],
    ["an old version without traffic", { valid: 1000, bad: 500 }, nothing],
    ["a difference that can be chance", { valid: 100, bad: 2 }, { valid: 1000, bad: 10 }],
  ] as const) {
    it(`does not abort ${what}`, () => {
      assert.equal(abortedAfter(sequential, bucketsOf([fresh], [old])), undefined);
    });
  }

  it("adds up what was served", () => {
    const fresh = repeat(10, { valid: 50, bad: 3 });
    // After 8 buckets Δ = 0.0556 and s² = 1.44e-4: ln Λ = 4.1; after 9 s² = 1.28e-4: ln Λ = 5.0.
    assert.equal(abortedAfter(sequential, bucketsOf(fresh, repeat(10, { valid: 450, bad: 2 }))), 90);
  });
});

describe("bench: the bound", () => {
  const one: Counts = { valid: 1, bad: 1 };
  const fine: Counts = { valid: 1, bad: 0 };

  it("adds ln 5 for a bad request of a version 5 times over the limit", () => {
    // 2·ln 5 = 3.22 < ln 100 = 4.61 < 3·ln 5 = 4.83
    assert.equal(abortedAfter(sprt("max"), bucketsOf([one, one, one])), 30);
  });

  it("takes ln(0.95/0.99) for a good one", () => {
    // 4.83 − 5·0.0412 = 4.62 is enough, 4.83 − 6·0.0412 = 4.58 is not.
    assert.equal(abortedAfter(sprt("max"), bucketsOf([...repeat(5, fine), one, one, one])), 80);
    assert.equal(abortedAfter(sprt("max"), bucketsOf([...repeat(6, fine), one, one, one])), undefined);
  });

  it("takes one bad request of a version that fails them all", () => {
    const failing = { ...release, truth: () => ({ new: 1, old: 0.005 }) };
    assert.equal(abortedAfter(sprt("max"), bucketsOf([one]), failing), 10);
  });

  it("knows since when", () => {
    const late = { ...release, truth: (index: number) => ({ new: index < 2 ? 0.005 : 0.05, old: 0.005 }) };
    assert.equal(abortedAfter(sprt("max"), bucketsOf([...repeat(5, one)]), late), 50);
  });

  it("splits bad requests between the versions by their traffic", () => {
    // θ = 1/2, 5 times as bad: 5/6 of them are the new version's. 9·ln(5/3) = 4.60 < ln 100 < 10·ln(5/3) = 5.11
    const old = repeat(10, { valid: 1, bad: 0 });
    assert.equal(abortedAfter(sprt("maxIncrease"), bucketsOf(repeat(9, one), old)), undefined);
    assert.equal(abortedAfter(sprt("maxIncrease"), bucketsOf(repeat(10, one), old)), 100);
  });

  it("takes ln 3 for a bad request of the old version", () => {
    // 12·ln(5/3) − ln 3 = 5.03; 11·ln(5/3) − ln 3 = 4.52
    const old = [one, ...repeat(11, { valid: 1, bad: 0 })];
    assert.equal(abortedAfter(sprt("maxIncrease"), bucketsOf(repeat(12, one), old)), 120);
  });
});
