import assert from "node:assert/strict";
import { isLoss, quietOf, rateBefore, usualIn } from "../../provider/health/quiet";
import { noCounts, type Counts, type Series } from "../../provider/health/series";
import { binomial, generator } from "../fakes/random";

const second = 1000;
const minute = 60 * second;
const valid = (count: number): Counts => ({ valid: count, bad: 0 });

describe("what is usual", () => {
  it("is the mean, and the smallest of the means over 5, 15 and 60 minutes", () => {
    const falling = Array.from({ length: 60 }, (_, at) => valid(at < 50 ? 60 : 30));
    const { perMs, lowestPerMs } = usualIn(falling, minute);
    assert.equal(perMs, 55 / minute);
    assert.equal(lowestPerMs, 30 / minute);
    assert.equal(usualIn(falling.toReversed(), minute).lowestPerMs, 55 / minute);
  });

  it("is nothing where nothing is known", () => {
    assert.deepEqual(usualIn([], minute), { perMs: 0, lowestPerMs: 0, burst: 1 });
  });

  it("comes one by one, or in bursts of at most 10", () => {
    const random = generator("bursts");
    const hour = (size: number): Counts[] =>
      Array.from({ length: 360 }, () => valid(size * binomial(20, 0.5, random)));
    const burst = (size: number): number => usualIn(hour(size), 10 * second).burst;
    assert.ok(burst(1) < 1.5, String(burst(1)));
    assert.ok(burst(10) > 2, String(burst(10)));
    assert.equal(burst(500), 10);
  });
});

describe("a time without a request", () => {
  for (const [what, quietMs, perSecond, burst, expected] of [
    ["is normal where few come", 90 * second, 0.05, 1, "normal"],
    ["is suspect where one in a hundred would be so long", 5 * second, 1, 1, "suspect"],
    ["is not suspect before", 4 * second, 1, 1, "normal"],
    ["is silence after 90 s", 90 * second, 50, 1, "silent"],
    ["is only suspect before, however many are missed", 89 * second, 1000, 1, "suspect"],
    ["is silence where half of what is usual would not leave it", 480 * second, 0.05, 1, "silent"],
    ["is not silence before", 479 * second, 0.05, 1, "suspect"],
    ["must be longer where they come in bursts", 480 * second, 0.05, 2, "suspect"],
    ["says nothing where none are usual", 10 * minute, 0, 1, "normal"],
  ] as const) {
    it(what, () => {
      assert.equal(quietOf(quietMs, perSecond / 1000, burst), expected);
    });
  }
});

describe("the rate before a time", () => {
  const usual = { perMs: 0.06, lowestPerMs: 0.05, burst: 1 };
  const since = 100 * minute;
  const served = (minutes: number, count: number): Series =>
    Array.from({ length: minutes }, (_, at) => ({
      start: since + at * minute,
      new: valid(count / 10),
      old: valid((count * 9) / 10),
    }));

  it("is what was usual before, as long as little is known", () => {
    assert.equal(rateBefore(since, [], since, usual), 0.05);
    assert.ok(Math.abs(rateBefore(since, [], since, { ...usual, lowestPerMs: 1 }) - 0.06) < 1e-9);
  });

  it("follows traffic that falls", () => {
    assert.equal(rateBefore(since + 5 * minute, served(5, 600), since, usual), 600 / minute);
  });

  it("does not follow a peak", () => {
    const rate = rateBefore(since + 5 * minute, served(5, 60_000), since, usual);
    const hour = (55 * 3600 + 5 * 60_000) / 60 / minute;
    assert.ok(Math.abs(rate - hour) < 1e-9, String(rate));
  });

  it("takes no account of what came later", () => {
    const later = [...served(5, 600), { start: since + 5 * minute, new: noCounts, old: valid(9e9) }];
    assert.equal(rateBefore(since + 5 * minute, later, since, usual), 600 / minute);
  });
});

describe("events of which some are not recorded", () => {
  it("are lost where a dozen are missing and none is recorded", () => {
    assert.equal(isLoss(0, 12), true);
    assert.equal(isLoss(0, 11.9), false);
  });

  it("are lost where more are missing than chance leaves out", () => {
    assert.equal(isLoss(1000, 1164), true);
    assert.equal(isLoss(1000, 1163), false);
  });

  it("are not where as many are recorded as should be, or more", () => {
    for (const [recorded, expected] of [
      [0, 0],
      [5, 5],
      [1000, 10],
    ] as const) {
      assert.equal(isLoss(recorded, expected), false);
    }
  });

  it("are taken for lost by chance in fewer than 1 of 160 000 cases", () => {
    for (const expected of [12, 20, 50, 300]) {
      let probability = Math.exp(-expected);
      let sum = 0;
      for (let recorded = 0; isLoss(recorded, expected); recorded += 1) {
        sum += probability;
        probability *= expected / (recorded + 1);
      }
      assert.ok(sum > 0 && sum < 1 / 160_000, `${sum} for ${expected}`);
    }
  });
});
