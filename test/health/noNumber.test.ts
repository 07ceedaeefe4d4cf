import assert from "node:assert/strict";
import { noDispersion } from "../../provider/health/dispersion";
import { Judgement } from "../../provider/health/judgement";
import { soakResult } from "../../provider/health/soak";

// The telemetry's schema lets none of these through. Should a fault of ours make one, no version is healthy by it.

const ok = { valid: 1000, bad: 0 };

describe("what is no number", () => {
  for (const [what, counts] of [
    ["NaN of all events", { valid: NaN, bad: 1 }],
    ["NaN of the bad ones", { valid: 1000, bad: NaN }],
    ["endlessly many of all events", { valid: Infinity, bad: Infinity }],
  ] as const) {
    for (const slo of [{ max: 0.01 }, { maxIncrease: 1.5 }, { max: 0.01, maxIncrease: 1.5 }]) {
      it(`is a violation, and never healthy: ${what}, by ${Object.keys(slo).join(" and ")}`, () => {
        const judgement = new Judgement(slo, 0.01);
        judgement.add({ start: 0, new: counts, old: { valid: 1000, bad: 1 } });
        judgement.add({ start: 10_000, new: ok, old: ok });
        assert.equal(judgement.verdict.violated, true);
        const served = { new: counts, old: { valid: 1000, bad: 1 } };
        assert.notEqual(soakResult(slo, served, 50, noDispersion), "healthy");
      });
    }
  }
});
