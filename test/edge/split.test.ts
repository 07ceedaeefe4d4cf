import assert from "node:assert/strict";
import fc from "fast-check";
import { chooseVersion, type Split } from "../../edge/data/split";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const percentage = fc.double({ min: 0, max: 100, noNaN: true });

function between(newShare: number): Split {
  return [
    { versionId: "old", percentage: 100 - newShare },
    { versionId: "new", percentage: newShare },
  ];
}

describe("the choice of a version", () => {
  it("gives each version its share of the draws", () => {
    fc.assert(
      fc.property(percentage, random, (newShare, drawn) => {
        const chosen = chooseVersion(between(newShare), { random: () => drawn });
        assert.equal(chosen, drawn * 100 < 100 - newShare ? "old" : "new");
      }),
    );
  });

  it("never gives a request to a version at 0 %", () => {
    for (const drawn of [0, 0.5, 1 - Number.EPSILON]) {
      assert.equal(chooseVersion(between(0), { random: () => drawn }), "old");
      assert.equal(chooseVersion(between(100), { random: () => drawn }), "new");
    }
  });

  it("gives every request to some version when the shares miss 100 by a little", () => {
    fc.assert(
      fc.property(random, fc.double({ min: -0.001, max: 0.001, noNaN: true }), (drawn, miss) => {
        const split = [
          { versionId: "old", percentage: 50 + miss },
          { versionId: "new", percentage: 50 },
        ];
        assert.ok(chooseVersion(split, { random: () => drawn }));
      }),
    );
  });

  it("keeps a key where it is, whatever is drawn", () => {
    fc.assert(
      fc.property(fc.string(), percentage, random, random, (key, newShare, one, other) => {
        const split = between(newShare);
        assert.equal(
          chooseVersion(split, { key, random: () => one }),
          chooseVersion(split, { key, random: () => other }),
        );
      }),
    );
  });

  it("never moves a key back to the old version while the new one's share grows", () => {
    fc.assert(
      fc.property(fc.string(), percentage, percentage, (key, one, other) => {
        const before = chooseVersion(between(Math.min(one, other)), { key, random: Math.random });
        const after = chooseVersion(between(Math.max(one, other)), { key, random: Math.random });
        assert.ok(before === "old" || after === "new");
      }),
    );
  });

  /** What a client meets over releases of versions 1, 2, 3 …, each one in stages that may be broken off. */
  const releases = fc.array(
    fc.record({
      stages: fc.array(percentage, { maxLength: 3 }).map((shares) => shares.toSorted((a, b) => a - b)),
      isAborted: fc.boolean(),
    }),
    { maxLength: 6 },
  );

  it("never moves a key backwards over releases in stages, but where one is aborted", () => {
    fc.assert(
      fc.property(fc.string(), releases, (key, history) => {
        let live = 0;
        let seen = 0;
        for (const [index, { stages, isAborted }] of history.entries()) {
          const [old, next] = [live, index + 1];
          for (const share of [0, ...stages, ...(isAborted ? [] : [100])]) {
            const split = [
              { versionId: String(old), percentage: 100 - share },
              { versionId: String(next), percentage: share },
            ];
            const version = Number(chooseVersion(split, { key, random: Math.random }));
            assert.ok(version >= seen, `from ${seen} to ${version} at ${share} %`);
            seen = version;
          }
          // An abort takes everybody back to the old version at once, and nobody further.
          if (isAborted) seen = old;
          else live = next;
        }
      }),
    );
  });

  it("has a key in the same place in every release: who was first is first again", () => {
    fc.assert(
      fc.property(fc.string(), percentage, percentage, (key, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        const first = chooseVersion(between(small), { key, random: Math.random });
        const again = chooseVersion(
          [
            { versionId: "new", percentage: 100 - large },
            { versionId: "newer", percentage: large },
          ],
          { key, random: Math.random },
        );
        assert.ok(first !== "new" || again === "newer");
      }),
    );
  });

  it("spreads keys evenly", () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `client-${index}`);
    const moved = keys.filter((key) => chooseVersion(between(30), { key, random: Math.random }) === "new");
    // 5 standard deviations of 10 000 draws at 30 % are 230.
    assert.ok(Math.abs(moved.length - 3000) < 230, `${moved.length} of 10000`);
  });

  it("follows an override to a version of the split only, at 0 % too", () => {
    fc.assert(
      fc.property(percentage, random, fc.option(fc.string(), { nil: undefined }), (newShare, drawn, key) => {
        const draw = { key, random: () => drawn };
        const split = between(newShare);
        assert.equal(chooseVersion(split, { ...draw, override: "new" }), "new");
        assert.equal(chooseVersion(split, { ...draw, override: "old" }), "old");
        assert.equal(chooseVersion(split, { ...draw, override: "other" }), chooseVersion(split, draw));
      }),
    );
  });

  it("finds none when nothing is deployed", () => {
    assert.equal(chooseVersion([], { random: Math.random }), undefined);
  });
});
