import assert from "node:assert/strict";
import fc from "fast-check";
import { isHigh, kayentaAtEnd, kayentaGrowing } from "../../bench/detection/judges/kayenta";
import { shiftOf } from "../../bench/detection/statistics/mannWhitney";
import { rootOf } from "../../bench/detection/statistics/root";
import type { Bucket } from "../../provider/health/series";
import { abortedAfter, minutesOf, nothing } from "./support";

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

describe("bench: Kayenta", () => {
  for (const [what, experiment, control, high] of [
    ["no data on one side is not high", [], [1, 2, 3], false],
    ["no data on the other side is not high", [1, 2, 3], [], false],
    ["identical values in another order are not high", [3, 1, 2], [1, 2, 3], false],
    ["one and the same value everywhere is not high", [1, 1, 1], [1, 1], false],
    ["one value above one other is high", [100, 100, 100], [0, 0, 0], true],
    ["one value below one other is not", [0, 0, 0], [100, 100, 100], false],
    ["an interval from 11 to 19 around 15 is high", [16, 17, 18, 19, 20], [1, 2, 3, 4, 5], true],
    ["an interval from 1 to 9 around 5 is not", [6, 7, 8, 9, 10], [1, 2, 3, 4, 5], false],
    // Where no shift is beyond chance the interval ends with the smallest difference, here 12.
    ["2 minutes above 2 others are high, though that can be chance", [15, 16], [1, 3], true],
    ["5 minutes below 5 others are low", [1, 2, 3, 4, 5], [6, 7, 8, 9, 10], false],
    [
      "an increase small against the noise is not high",
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1.1, 2.1, 3.1, 4.1, 0.1, 6.1, 7.1, 5.1],
      false,
    ],
    ["errors in one minute of six are not high", [...zeros(25), 1, 1, 1, 1, 1], zeros(30), false],
  ] as const) {
    it(what, () => {
      assert.equal(isHigh(experiment, control), high);
    });
  }

  /** The new version answers one of 100 requests a minute badly, more and more; the old one none of as many. */
  function growing(minutes: number): Bucket[] {
    const fresh = minutesOf(...Array.from({ length: minutes }, (_, at) => ({ valid: 1000, bad: 10 + at })));
    return fresh.map((bucket, at) => ({
      ...bucket,
      old: { valid: bucket.new.valid, bad: at % 7 === 0 ? 1 : 0 },
    }));
  }

  it("is asked once at the end", () => {
    assert.equal(abortedAfter(kayentaAtEnd, growing(30)), 1800);
    assert.equal(abortedAfter(kayentaAtEnd, growing(29)), undefined);
  });

  it("is asked every 5 minutes on all minutes so far", () => {
    assert.equal(abortedAfter(kayentaGrowing, growing(30)), 300);
  });

  it("leaves minutes without requests out", () => {
    const gaps = growing(30).map((bucket, at) => (at % 12 < 6 ? bucket : { ...bucket, new: nothing }));
    assert.equal(abortedAfter(kayentaAtEnd, gaps), 1800);
  });

  it("says nothing where nothing was served", () => {
    assert.equal(
      abortedAfter(kayentaGrowing, minutesOf(...Array.from({ length: 30 }, () => nothing))),
      undefined,
    );
  });
});

describe("bench: the shift between two samples", () => {
  it("is what Kayenta's own test expects", () => {
    const { lower, estimate } = shiftOf([10, 20, 30, 40], [1, 2, 3, 4], 1.959963984540054);
    assert.ok(Math.abs(lower - 6) < 1e-4, `${lower}`);
    assert.ok(Math.abs(estimate - 22.5) < 1e-4, `${estimate}`);
  });

  // Without ties the rank sum is a count of differences, so its roots are ordered differences.
  const sample = fc.uniqueArray(fc.integer({ min: -1_000_000, max: 1_000_000 }), {
    minLength: 5,
    maxLength: 25,
  });

  it("lies at the ordered differences that the normal approximation points to", () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        // Thirds keep differences of the one sample apart from those of the other.
        const xs = first.map((value) => value + 1 / 3);
        const differences = xs.flatMap((x) => second.map((y) => x - y)).sort((a, b) => a - b);
        const pairs = differences.length;
        fc.pre(new Set(differences.map((value) => value.toFixed(3))).size === pairs);
        const deviation = Math.sqrt((pairs * (xs.length + second.length + 1)) / 12);
        const z = Math.SQRT2;
        const at = Math.ceil(pairs / 2 - 0.5 - z * deviation);
        const { lower, estimate } = shiftOf(xs, second, z);
        assert.ok(Math.abs(lower - (differences[at - 1] ?? NaN)) < 1e-3, `${lower}`);
        const [below = NaN, above = NaN] = [
          differences[Math.floor(pairs / 2) - 1],
          differences[Math.ceil(pairs / 2)],
        ];
        assert.ok(estimate >= below - 1e-3 && estimate <= above + 1e-3, `${estimate}`);
      }),
    );
  });
});

describe("bench: a root", () => {
  for (const [what, curve, low, high, root] of [
    ["of a line", (x: number) => x - 1, 0, 5, 1],
    ["of a cube", (x: number) => x ** 3 - 2, 0, 2, Math.cbrt(2)],
    ["of a step", (x: number) => (x < 0.3 ? -1 : 1), 0, 1, 0.3],
    ["at the lower end", (x: number) => x, 0, 1, 0],
    ["of what falls", (x: number) => 1 - Math.exp(x - 2), -10, 10, 2],
  ] as const) {
    it(`${what} is found`, () => {
      assert.ok(Math.abs(rootOf(curve, low, high, 1e-6) - root) < 1e-6);
    });
  }
});
