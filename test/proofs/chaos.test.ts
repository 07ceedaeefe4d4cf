import assert from "node:assert/strict";
import { explain, proveChaos } from "./chaos/prove";
import { summaryText } from "./chaos/report";

describe("releases amid faults and people", function () {
  this.timeout(300_000);

  // The same seeds every time: what fails once fails again.
  it("keep every invariant in 400 scenarios", async () => {
    const order = { runs: 400, seed: 1 };
    const summary = await proveChaos(order);
    const stories = await explain(summary, order, 3);
    assert.equal(summary.failures.length, 0, `${stories.join("\n\n")}\n\n${summaryText(summary)}`);
  });
});
