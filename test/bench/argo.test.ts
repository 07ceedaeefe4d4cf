import assert from "node:assert/strict";
import { argo, measure } from "../../bench/detection/judges/argo";
import { abortedAfter, bad, bucketsOf, good, minutesOf, nothing } from "./support";

const strict = argo({ failureLimit: 0, consecutiveSuccessLimit: 0 });
const patient = argo({ failureLimit: 3, consecutiveSuccessLimit: 0 });
const finishing = argo({ failureLimit: 3, consecutiveSuccessLimit: 5 });

function repeat<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

describe("bench: Argo Rollouts", () => {
  for (const [what, judge, minutes, seconds] of [
    ["a failure is one too many without a failureLimit", strict, [good, bad], 120],
    ["a share of exactly the limit is no failure", strict, [{ valid: 100, bad: 1 }], undefined],
    ["failures add up, in a row or not", patient, [bad, good, bad, good, bad, good, bad], 420],
    ["as many failures as the failureLimit are fine", patient, [bad, bad, bad, good, good], undefined],
    ["a minute without requests is 0/0, which is over no limit", strict, [good, nothing, nothing], undefined],
    ["successes in a row end it for good", finishing, [...repeat(5, good), ...repeat(20, bad)], undefined],
    ["a failure between them does not", finishing, [...repeat(4, good), ...repeat(4, bad)], 480],
  ] as const) {
    it(what, () => {
      assert.equal(abortedAfter(judge, minutesOf(...minutes)), seconds);
    });
  }

  it("measures again 10 s after an error: 40 s without an answer abort", () => {
    assert.equal(abortedAfter(patient, bucketsOf(repeat(30, nothing))), 100);
  });

  it("forgets errors with the first answer, and then waits for a minute again", () => {
    const first = 9;
    const buckets = bucketsOf([
      ...repeat(first, nothing),
      good,
      ...repeat(5, nothing),
      bad,
      ...repeat(10, nothing),
    ]);
    assert.equal(abortedAfter(strict, buckets), 160);
  });

  for (const [result, measurement] of [
    [undefined, "error"],
    [NaN, "success"],
    [0.01, "success"],
    [0.011, "failure"],
  ] as const) {
    it(`measures ${result ?? "an empty answer"} as ${measurement}`, () => {
      assert.equal(measure(result, 0.01), measurement);
    });
  }
});
