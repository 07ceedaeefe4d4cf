import assert from "node:assert/strict";
import { halfForLong, halfWay } from "./halfWay";
import { healthy, plan, useWorkers, type Worker } from "./worker";

const halfUntilApproved = {
  ...plan,
  stages: [
    { percent: 50, soakTime: "2s", progression: "manual" },
    { percent: 100, soakTime: "2s" },
  ],
};

/** It fails after two seconds, when the release has long begun. */
const failingResource = `
const create = async () => {
  await new Promise((resolve) => setTimeout(resolve, 2000));
  throw new Error("the neighbour failed");
};
new (require("@pulumi/pulumi").dynamic.Resource)({ create }, "bad", {});
`;

describe("while pulumi up releases a Worker", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  /** What serves is what they deployed, by a deployment that is not the release's. */
  async function assertTheirs(worker: Worker, split: Record<string, number>): Promise<void> {
    const active = await worker.active();
    assert.deepEqual([active.split, active.message], [split, ""]);
  }

  it("another version that somebody deploys ends the release, and stays", async () => {
    const { worker, up } = await halfWay(await opened.worker("hotfix"));
    const hotfix = await worker.upload(healthy);
    await worker.deploy({ [hotfix]: 100 });
    const { code, output } = await up.ended;
    assert.equal(code, 1, output);
    assert.match(
      output,
      new RegExp(`deployed something else \\(100 % ${hotfix}\\)\\. That was left as it is`),
    );
    await assertTheirs(worker, { [hotfix]: 100 });
    assert.equal((await worker.stack.release()).outputs["status"], "superseded");
  });

  it("somebody who rolls back ends it as aborted, and the version stays aborted", async () => {
    const { worker, up } = await halfWay(await opened.worker("rollback"));
    await worker.deploy({ [worker.oldVersion]: 100 });
    const { code, output } = await up.ended;
    assert.equal(code, 1, output);
    assert.match(output, /put the old version back to 100 %/);
    assert.equal((await worker.stack.release()).outputs["status"], "aborted");

    const again = await worker.stack.up();
    assert.equal(again.code, 1, again.output);
    assert.match(again.output, /was aborted before: .* put the old version back to 100 %/);
    assert.equal(again.output.match(/Fix the Worker/g)?.length, 1, again.output);
    await assertTheirs(worker, { [worker.oldVersion]: 100 });
  });

  it("a manual stage waits for whoever deploys the split of the next, which is watched as any other", async () => {
    const { worker, newVersion, up } = await halfWay(await opened.worker("approval"), {
      plan: halfUntilApproved,
    });
    const waiting = await worker.until("the wait", ({ message }) =>
      message.includes("waits for an approval"),
    );
    assert.deepEqual(waiting.split, { [worker.oldVersion]: 50, [newVersion]: 50 });
    await worker.deploy({ [newVersion]: 100 });
    const { code, output } = await up.ended;
    assert.equal(code, 0, output);
    assert.match(output, /stage 1 of 2 \(50 %\) has soaked well and waits for an approval to go to 100 %/);
    assert.match(output, /stage 2 of 2 \(100 %\), approved by .* with .*, soaks 2s/);
    // The wait is a deployment as well, and so is what the release made of the approval.
    assert.deepEqual(await worker.shares(newVersion), [0, 50, 50, 100, 100, 100]);
  });

  it("another program that releases it is refused, and goes on with it once it may take over", async () => {
    const { worker, newVersion, up } = await halfWay(await opened.worker("rivals"));
    const quick = {
      ...halfForLong,
      stages: [{ percent: 50, soakTime: "3s" }, ...halfForLong.stages.slice(1)],
    };
    const rival = await opened.stack();
    const releasing = (args: Record<string, unknown>): string => `
      const { Release } = require("pulumi-workers-release");
      new Release("rival", ${JSON.stringify({ scriptName: worker.name, versionId: newVersion, plan: quick, ...args })});`;
    const { id } = await worker.active();

    rival.write(releasing({}));
    const refused = await rival.up();
    assert.equal(refused.code, 1, refused.output);
    assert.match(
      refused.output,
      /another stack or program drives: .*, owner [0-9a-f]{8}, begun .*No traffic was moved/,
    );
    assert.match(refused.output, new RegExp(`takeOver: "${id}"`));
    assert.equal((await worker.active()).id, id);

    rival.write(releasing({ takeOver: id }));
    const taken = await rival.up();
    assert.equal(taken.code, 0, taken.output);
    const { code, output } = await up.ended;
    assert.equal(code, 1, output);
    assert.match(
      output,
      /another run \(.*\) has taken the release over\. This run has left the traffic to it/,
    );
    assert.deepEqual(await worker.shares(newVersion), [0, 50, 50, 100, 100]);
  });

  it("the failure of another resource in the program does not stop the release", async () => {
    const worker = await opened.worker("neighbour");
    const versionId = await worker.upload(healthy);
    worker.program({ versionId }, failingResource);
    const { code, output } = await worker.stack.up();
    assert.equal(code, 1, output);
    assert.match(output, /error: the neighbour failed/);
    assert.match(output, /Release of neighbour complete/);
    assert.deepEqual((await worker.active()).split, { [versionId]: 100 });
  });
});
