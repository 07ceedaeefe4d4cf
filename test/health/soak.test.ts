import assert from "node:assert/strict";
import { noDispersion } from "../../provider/health/dispersion";
import { noCounts } from "../../provider/health/series";
import { comparedResult, soakResult } from "../../provider/health/soak";

const old = { valid: 900, bad: 9 };

describe("a soak", () => {
  for (const [bad, valid, minRequests, result] of [
    [40, 49, 50, "insufficient"],
    [0, 50, 50, "healthy"],
    [1, 50, 50, "healthy"],
    [3, 100, 50, "healthy"],
    [6, 100, 50, "unsure"],
    [30, 1000, 50, "unsure"],
    [0, 0, 0, "healthy"],
  ] as const) {
    it(`with ${bad} bad of ${valid} requests at a limit of 1 % is ${result}`, () => {
      assert.equal(
        soakResult({ max: 0.01 }, { new: { valid, bad }, old }, minRequests, noDispersion),
        result,
      );
    });
  }

  for (const [bad, served, result] of [
    [2, old, "healthy"],
    [8, old, "unsure"],
    [8, { valid: 900, bad: 90 }, "healthy"],
    [1, { valid: 900, bad: 0 }, "healthy"],
    [8, noCounts, "healthy"],
  ] as const) {
    it(`with ${bad} bad of 100 beside ${served.bad} of ${served.valid}, at most twice as many, is ${result}`, () => {
      const fresh = { valid: 100, bad };
      assert.equal(soakResult({ maxIncrease: 2 }, { new: fresh, old: served }, 50, noDispersion), result);
    });
  }

  it("is not unsure of a bad share that swings like that by itself", () => {
    const served = { new: { valid: 10_000, bad: 150 }, old };
    assert.equal(soakResult({ max: 0.01 }, served, 50, noDispersion), "unsure");
    assert.equal(soakResult({ max: 0.01 }, served, 50, { clusters: 0, wander: 0.2 }), "healthy");
  });
});

describe("a soak in which latencies are compared", () => {
  const result = (evidence: number, valid = 100) =>
    comparedResult(evidence, { new: { valid, bad: 0 }, old: { valid: 100, bad: 0 } }, 50);

  it("leaves doubt where an equal version shows as much in less than 1 of 20 releases", () => {
    assert.deepEqual([result(0), result(Math.log(20)), result(3.1)], ["healthy", "healthy", "unsure"]);
  });

  it("is insufficient with too few requests, whatever they show", () => {
    assert.equal(result(3.1, 49), "insufficient");
  });
});
