import assert from "node:assert/strict";
import fc from "fast-check";
import { formatPercent, formatShare } from "../../provider/plan/percent";

describe("a share", () => {
  for (const [share, text] of [
    [0, "0 %"],
    [0.01, "1 %"],
    [0.00125, "0.125 %"],
    [0.012345, "1.2345 %"],
    [0.00000001, "0.000001 %"],
    [0.29, "29 %"],
    [9, "900 %"],
    [99, "9900 %"],
  ] as const) {
    it(`that was set to ${share} is written "${text}"`, () => {
      assert.equal(formatShare(share), text);
    });
  }

  it("of the traffic is written as Cloudflare keeps it", () => {
    assert.equal(formatPercent(35.900000000000006), "35.9 %");
    assert.equal(formatPercent(33.33), "33.33 %");
  });

  it("reads back from what is written of it, whatever it was set to", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.integer({ min: 3, max: 15 }),
        (digits, exponent) => {
          const set = Number(`${digits}e-${exponent}`);
          assert.equal(Number((parseFloat(formatShare(set)) / 100).toPrecision(12)), set);
        },
      ),
    );
  });
});
