import assert from "node:assert/strict";
import { flagger, passes } from "../../bench/detection/judges/flagger";
import { abortedAfter, bad, good, minutesOf, nothing } from "./support";

describe("bench: Flagger", () => {
  for (const [what, threshold, minutes, seconds] of [
    ["rolls back one tick after the failed check", 1, [good, bad, good], 180],
    ["does not roll back when that tick never comes", 1, [good, good, bad], undefined],
    [
      "adds failed checks up, in a row or not",
      5,
      [bad, good, bad, good, bad, good, bad, good, bad, good],
      600,
    ],
    ["does not check in the tick that rolls back", 2, [bad, bad, good, good], 180],
    ["fails the check where no values are found", 5, Array.from({ length: 6 }, () => nothing), 360],
    ["fails a minute without requests", 1, [good, nothing, nothing], 180],
    ["passes a share of exactly the limit", 1, [{ valid: 100, bad: 1 }, good], undefined],
  ] as const) {
    it(what, () => {
      assert.equal(abortedAfter(flagger(threshold), minutesOf(...minutes)), seconds);
    });
  }

  for (const [share, result] of [
    [undefined, false],
    [NaN, false],
    [0.01, true],
    [0.011, false],
  ] as const) {
    it(`${result ? "passes" : "fails"} ${share ?? "no values"}`, () => {
      assert.equal(passes(share, 0.01), result);
    });
  }
});
