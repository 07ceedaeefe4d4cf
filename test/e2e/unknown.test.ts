import assert from "node:assert/strict";
import { plan, useWorkers, type Worker } from "./worker";

/** A program whose release gets everything from another resource: it is not known while that one is about to change. */
function program(worker: Worker, generation: number): string {
  const values = {
    accountId: worker.edge.accountId,
    scriptName: worker.name,
    versionId: worker.oldVersion,
    retry: "",
    plan,
  };
  return `
    const pulumi = require("@pulumi/pulumi");
    const { Release } = require("pulumi-workers-release");
    const provider = {
      create: async (inputs) => ({ id: "settings", outs: { ...inputs, ...inputs.values } }),
      update: async (id, olds, inputs) => ({ outs: { ...inputs, ...inputs.values } }),
    };
    const unknown = ${JSON.stringify(Object.fromEntries(Object.keys(values).map((key) => [key, null])))};
    for (const key of Object.keys(unknown)) unknown[key] = undefined;
    class Settings extends pulumi.dynamic.Resource {
      constructor(name, args) {
        super(provider, name, { ...unknown, ...args });
      }
    }
    const settings = new Settings("settings", { generation: ${generation}, values: ${JSON.stringify(values)} });
    const { accountId, scriptName, versionId, retry, plan } = settings;
    new Release("release", { accountId, scriptName, versionId, retry, plan }, { protect: true });`;
}

describe("a protected release whose inputs a preview does not know", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  it("is shown to be updated, not replaced, and the update keeps to the plan of the preview", async () => {
    const worker = await opened.worker("unknown");
    worker.stack.write(program(worker, 1));
    const first = await worker.stack.up();
    assert.equal(first.code, 0, first.output);
    const deployments = await worker.deployments();
    worker.stack.write(program(worker, 2));
    const preview = await worker.stack.run("preview", "--save-plan=plan.json");
    assert.equal(preview.code, 0, preview.output);
    assert.match(preview.output, /Release release update/);
    assert.doesNotMatch(preview.output, /replace/);
    const { code, output } = await worker.stack.run("up", "--yes", "--plan=plan.json");
    assert.equal(code, 0, output);
    assert.deepEqual(await worker.deployments(), deployments, "nothing has moved");
  });
});
