import assert from "node:assert/strict";
import { isBelievable, longestReleaseMs } from "../../provider/rollout/record/believable";
import type { Split } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import { all, newVersion, oldVersion, otherVersion } from "./simulate";
import { aRecord, began, between, minute } from "./situations";

const first = { oldVersionId: undefined };

const cases: readonly (readonly [Partial<ReleaseRecord>, string, Split, boolean])[] = [
  [{ phase: "soak" }, "its old and new version", between(oldVersion, newVersion, 25), true],
  [{ phase: "wait" }, "its old and new version", between(oldVersion, newVersion, 25), true],
  [{ phase: "soak" }, "its new version at 0 %", between(oldVersion, newVersion, 0), true],
  [{ phase: "soak" }, "its new version at 100 %", between(oldVersion, newVersion, 100), true],
  [{ phase: "soak" }, "its old version alone, where 0 % is left out", all(oldVersion), true],
  [{ phase: "soak" }, "its new version alone, where 0 % is left out", all(newVersion), true],
  [{ phase: "soak", ...first }, "the new version alone", all(newVersion), true],
  [{ phase: "soak", ...first }, "another version as well", between(oldVersion, newVersion, 25), false],
  [{ phase: "soak" }, "another version alone", all(otherVersion), false],
  [{ phase: "soak" }, "another version with the new one", between(otherVersion, newVersion, 25), false],
  [{ phase: "wait" }, "another version with the old one", between(oldVersion, otherVersion, 25), false],
  [{ phase: "soak" }, "another version at 0 %", between(otherVersion, newVersion, 100), false],
  [{ phase: "aborted" }, "the old version alone", all(oldVersion), true],
  [{ phase: "aborted" }, "the old version, and the new one at 0 %", between(oldVersion, newVersion, 0), true],
  [{ phase: "aborted" }, "the new version alone", all(newVersion), false],
  [{ phase: "aborted" }, "both", between(oldVersion, newVersion, 1), false],
  [{ phase: "aborted", ...first }, "the new version alone", all(newVersion), true],
  [{ phase: "aborted", ...first }, "another version alone", all(otherVersion), false],
  [{ phase: "inconclusive" }, "the old version alone", all(oldVersion), true],
  [{ phase: "inconclusive" }, "the new version alone", all(newVersion), false],
  [{ phase: "completed" }, "the new version alone", all(newVersion), true],
  [{ phase: "completed" }, "the old version alone", all(oldVersion), false],
  [{ phase: "completed" }, "both", between(oldVersion, newVersion, 99), false],
  [{ phase: "completed" }, "no version", [], false],
];

describe("a record of a release", () => {
  for (const [changes, what, split, expected] of cases) {
    const { phase = "", oldVersionId } = { oldVersionId: oldVersion, ...changes };
    const whose = oldVersionId === undefined ? " of a first version" : "";
    it(`that says ${phase}${whose} is ${expected ? "" : "not "}believed of ${what}`, () => {
      assert.equal(isBelievable(aRecord(changes), { split, createdAt: began + minute }), expected);
    });
  }

  for (const [what, ms, expected] of [
    ["at the moment of its deployment", 0, true],
    ["sixty days before it", longestReleaseMs, true],
    ["earlier than that", longestReleaseMs + 1, false],
    ["a minute after it, by a clock that is ahead", -minute, true],
    ["later than that", -minute - 1, false],
  ] as const) {
    it(`that began ${what} is ${expected ? "" : "not "}believed`, () => {
      assert.equal(isBelievable(aRecord(), { split: all(oldVersion), createdAt: began + ms }), expected);
    });
  }

  it("that began in 1970 is not believed", () => {
    const record = aRecord({ startedAt: 0 });
    assert.equal(isBelievable(record, { split: all(oldVersion), createdAt: began }), false);
  });
});
