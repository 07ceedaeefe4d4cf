import assert from "node:assert/strict";
import { lowerBound } from "../../bench/detection/judges/confidenceSequence";
import { groupSequential } from "../../bench/detection/judges/groupSequential";
import { normalTail } from "../../bench/detection/statistics/normal";
import { boundaries } from "../../bench/detection/statistics/spending";

describe("the normal distribution", () => {
  for (const [x, tail] of [
    [0, 0.5],
    [1, 0.15865525393145707],
    [2.5758293035489, 0.005],
    [3.5, 0.00023262907903552502],
    [8, 6.220960574271785e-16],
    [-2, 0.9772498680518208],
  ] as const) {
    it(`has ${tail} above ${x}`, () => {
      assert.ok(Math.abs(normalTail(x) / tail - 1) < 1e-9, String(normalTail(x)));
    });
  }
});

describe("the boundaries of a group-sequential test", () => {
  // Of one look all of the level is spent there: the boundary is the level's quantile.
  it("are the plain test's at a single look", () => {
    const [only = 0] = boundaries(1, 2.5758293035489);
    assert.ok(Math.abs(only - 2.326347874) < 1e-3, String(only));
  });

  it("fall from look to look, and stay above the plain test's", () => {
    const found = boundaries(30, 2.5758293035489);
    assert.deepEqual(
      found,
      found.toSorted((a, b) => b - a),
    );
    // By the same recursion in another language: 14.11 at the first, 3.41 in the middle, 2.48 at the last.
    for (const [look, expected] of [
      [0, 14.11],
      [15, 3.41],
      [29, 2.48],
    ] as const) {
      assert.ok(Math.abs((found[look] ?? 0) - expected) < 0.01, `${look + 1}: ${found[look]}`);
    }
  });

  it("stop a version that fails, and not one that hardly does", () => {
    const release = {
      max: 0.01,
      maxIncrease: 1,
      level: 0.01,
      soak: 30,
      past: [],
      truth: () => ({ new: 0, old: 0 }),
    };
    const stoppedAt = (kind: "max" | "maxIncrease", bad: number): number => {
      const watch = groupSequential(kind).watch(release);
      return Array.from({ length: 30 }, (_, at) => at).findIndex((at) =>
        watch({ start: at * 10_000, new: { valid: 500, bad }, old: { valid: 4500, bad: 22 } }),
      );
    };
    for (const kind of ["max", "maxIncrease"] as const) {
      assert.equal(stoppedAt(kind, 3), -1);
      const at = stoppedAt(kind, 50);
      assert.ok(at >= 0 && at < 6, String(at));
    }
  });
});

describe("a confidence sequence", () => {
  it("is below what was measured, and closer with more events", () => {
    const few = lowerBound({ valid: 1000, bad: 30 }, 0.01);
    const many = lowerBound({ valid: 100_000, bad: 3000 }, 0.01);
    assert.ok(few < many && many < 0.03, `${few} ${many}`);
    assert.equal(lowerBound({ valid: 0, bad: 0 }, 0.01), 0);
  });
});
