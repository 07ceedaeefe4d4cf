import assert from "node:assert/strict";
import { lineBeside } from "../../provider/cli/dashboard/runs";

const line = "stage 2/4 · 25 %";
const said = { line, hasBegun: true, versionId: "new" };
const over = { newVersionId: "new", endedAt: "2030-01-01T06:00:00.000Z" };

describe("the line of a run on the dashboard", () => {
  it("is what the run said last", () => {
    assert.equal(lineBeside({ ...over, endedAt: null }, said), line);
    assert.equal(lineBeside(null, said), line);
  });

  it("does not tell of a stage where an order has ended the release since", () => {
    assert.match(lineBeside(over, said), /learns at its next look that the release is over/);
  });

  it("is what the run said where the release that is over is an earlier one", () => {
    assert.equal(lineBeside({ ...over, newVersionId: "another" }, said), line);
    assert.equal(lineBeside(over, { ...said, hasBegun: false }), line);
  });
});
