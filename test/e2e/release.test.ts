import assert from "node:assert/strict";
import type { Ran } from "./stack";
import { healthy, plan, useWorkers, type Worker } from "./worker";

describe("a Worker released by pulumi up", function () {
  this.timeout(180_000);
  const opened = useWorkers();
  let worker: Worker;
  let newVersion: string;
  let released: Ran;

  before(async () => {
    worker = await opened.worker("shop");
    newVersion = await worker.upload(healthy);
    worker.program({ versionId: newVersion });
    released = await worker.stack.up();
  });

  it("goes through the stages of the plan, and then its new version serves alone", async () => {
    assert.equal(released.code, 0, released.output);
    const splits = (await worker.deployments()).map(({ split }) => split);
    assert.deepEqual(splits, [
      { [worker.oldVersion]: 100 },
      { [worker.oldVersion]: 100, [newVersion]: 0 },
      { [worker.oldVersion]: 50, [newVersion]: 50 },
      { [worker.oldVersion]: 0, [newVersion]: 100 },
      { [newVersion]: 100 },
    ]);
  });

  it("tells each stage where the resource is, and meanwhile how it goes", () => {
    const [live = "", lasting = ""] = released.output.split("Diagnostics:");
    assert.match(
      live,
      /Release release creating .*stage 2\/3 · 50 % · .* of soak left · 5xx 0 % \(0 of \d+\), limit 1 %/,
    );
    const sentences = [
      "Release of shop: stage 1 of 3 (0 %), soaks 2s.",
      "Release of shop: stage 2 of 3 (50 %), soaks 3s.",
      "Release of shop: stage 3 of 3 (100 %), soaks 2s.",
      `Release of shop complete: version ${newVersion} serves all traffic, after`,
    ];
    const places = sentences.map((sentence) => lasting.indexOf(sentence));
    assert.ok(
      places.every((place, index) => place > (places[index - 1] ?? 0)),
      released.output,
    );
  });

  it("leaves its report in the outputs", async () => {
    const { status, reason, oldVersionId, deployedVersionId, stages } = await worker.stack.outputs();
    assert.deepEqual(
      { status, oldVersionId, deployedVersionId },
      { status: "completed", oldVersionId: worker.oldVersion, deployedVersionId: newVersion },
    );
    assert.match(String(reason), /^Release of shop complete/);
    const reports = stages as { percent: number; slos: { name: string; verdict: string; valid: number }[] }[];
    assert.deepEqual(
      reports.map(({ percent, slos }) => [percent, ...slos.map(({ name, verdict }) => `${name} ${verdict}`)]),
      [0, 50, 100].map((percent) => [percent, "5xx healthy", "canceled healthy"]),
    );
    assert.ok((reports[1]?.slos[0]?.valid ?? 0) >= plan.minRequests);
  });

  it("is not released again by the next pulumi up", async () => {
    const before = await worker.deployments();
    const output = await worker.stack.succeed("up", "--yes");
    assert.match(output, /2 unchanged/);
    assert.deepEqual(await worker.deployments(), before);
  });

  it("shows a change of the plan, and releases nothing for it", async () => {
    const before = await worker.deployments();
    const [first, second, last] = plan.stages;
    worker.program({
      versionId: newVersion,
      plan: { ...plan, stages: [first, { ...second, percent: 25 }, last] },
    });
    const { output } = await worker.stack.preview();
    assert.match(output, /The plan changes:\s+stage 25 %: none → soaks 3s\s+stage 50 %: soaks 3s → none/);
    assert.match(output, /Nothing to release: .* No traffic moves\./);
    assert.match(
      (await worker.stack.up()).output,
      /Nothing to release: what changes is recorded and holds from the next release on\. No traffic moves\./,
    );
    assert.deepEqual(await worker.deployments(), before);
  });

  it("is released again, by the new plan, once a refresh has seen that another version serves", async () => {
    await worker.deploy({ [worker.oldVersion]: 100 });
    const { length } = await worker.deployments();
    await worker.stack.succeed("refresh", "--yes", "--skip-preview");
    assert.equal((await worker.stack.release()).outputs["deployedVersionId"], worker.oldVersion);
    assert.match((await worker.stack.preview()).output, /~ 1 to update/);
    const { code, output } = await worker.stack.up();
    assert.equal(code, 0, output);
    assert.deepEqual((await worker.shares(newVersion)).slice(length), [0, 25, 100, 100]);
  });

  it("goes on serving when its release is destroyed", async () => {
    const before = await worker.deployments();
    await worker.stack.succeed("destroy", "--yes", "--skip-preview");
    assert.deepEqual(await worker.deployments(), before);
  });
});
