import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPlanFile, type PlanFiles } from "../provider/plan/file/load";

const readme = readFileSync(join(__dirname, "..", "README.md"), "utf8");

describe("the README", () => {
  it("has a plan file with which nothing is wrong", () => {
    const plans = Array.from(readme.matchAll(/^```yaml\n([^]*?)^```/gm), ([, text = ""]) => text).filter(
      (text) => text.includes("stages:"),
    );
    assert.ok(plans.length > 0);
    for (const text of plans) {
      const files: PlanFiles = { locate: (path) => ({ id: path, name: path }), read: () => text };
      const { problems } = loadPlanFile("web.yaml", files, { args: {}, asText: true, missing: "refuse" });
      assert.deepEqual(problems, []);
    }
  });
});
