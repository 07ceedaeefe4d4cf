import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planFrom } from "../../provider/cli/planOptions";
import { readStackPlan } from "../../provider/cli/stackPlan";
import { seedPlan } from "../rollout/simulate";

describe("the plan of a release, for somebody who looks at it", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "watch-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function file(content: unknown): string {
    const path = join(folder, "given.json");
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  const release = (scriptName: string, plan: unknown = seedPlan) => ({
    ...{ urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/workers-release:Release::checkout", custom: true },
    inputs: { scriptName, plan, __provider: "…" },
  });
  const other = { urn: "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev" };

  it("is read from a file, or from what a stack exports", () => {
    assert.equal(planFrom({ plan: file(seedPlan) }, "checkout")?.stages.length, 5);
    const stack = file({ deployment: { resources: [other, release("web"), release("checkout")] } });
    assert.equal(planFrom({ stack }, "checkout")?.stages[1]?.percent, 25);
    assert.equal(planFrom({}, "checkout"), undefined);
    assert.throws(
      () => planFrom({ plan: "a", stack: "b" }, "checkout"),
      /by --plan or by --stack, not by both/,
    );
  });

  it("is the one that an update under way has begun with", () => {
    const newer = { ...seedPlan, stages: [{ percent: 100, soakTime: "1h" }] };
    const operation = { resource: release("checkout", newer), type: "updating" };
    const deployment = { resources: [release("checkout")], pending_operations: [operation] };
    assert.equal(readStackPlan(file({ deployment }), "checkout").stages.length, 1);
  });

  it("is told to be missing, or wrong, with what to do", () => {
    const read = (content: unknown) => () => readStackPlan(file(content), "checkout");
    assert.throws(read({ deployment: { resources: [other] } }), /has no Release of Worker checkout\.$/);
    assert.throws(read({ deployment: {} }), /has no Release of Worker checkout\.$/);
    assert.throws(read("{"), /cannot be read: .* Give what `pulumi stack export` writes\.$/);
    assert.throws(read({}), /cannot be read: it has no resources\. Give what/);
    const wrong = { deployment: { resources: [release("checkout", { ...seedPlan, confidence: 2 })] } };
    assert.throws(read(wrong), /cannot be used:\n {2}plan\.confidence: got 2, expected/);
    assert.throws(
      () => planFrom({ plan: file({ ...seedPlan, slo: [] }) }, "checkout"),
      /did you mean "slos"\?/,
    );
    assert.throws(
      () => planFrom({ plan: join(folder, "none.json") }, "checkout"),
      /there is no file .*none\.json/,
    );
  });
});
