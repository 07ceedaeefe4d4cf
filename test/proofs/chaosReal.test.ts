import assert from "node:assert/strict";
import { proveReal } from "./chaos/real/prove";
import { realSummaryText } from "./chaos/real/report";

describe("real releases amid faults and people", function () {
  this.timeout(600_000);

  // The same seeds every time: what fails once fails again, as far as real time lets it.
  it("keep every invariant in 3 scenarios", async () => {
    const summary = await proveReal({ runs: 3, seed: 1 });
    assert.equal(
      summary.failures.length,
      0,
      `${summary.failures.join("\n\n")}\n\n${realSummaryText(summary)}`,
    );
  });
});
