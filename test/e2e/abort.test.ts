import assert from "node:assert/strict";
import type { Ran } from "./stack";
import { faulty, useWorkers, type Deployed, type Worker } from "./worker";

describe("a Worker that fails while pulumi up releases it", function () {
  this.timeout(180_000);
  const opened = useWorkers();
  let worker: Worker;
  let badVersion: string;
  let released: Ran;
  let deployments: Deployed[];

  before(async () => {
    worker = await opened.worker("cart");
    badVersion = await worker.upload(faulty);
    worker.load.path = "/faulty";
    worker.program({ versionId: badVersion });
    released = await worker.stack.up();
    deployments = await worker.deployments();
  });

  const verdict =
    /Release of cart: SLO "5xx" violated in stage 2 of 3 \(50 %\), \d+s into the stage: [\d.]+ % of the new version's requests failed \(\d+ of \d+ since \d\d:\d\d:\d\dZ\), limit 1 %; in the same time the old version had 0 % \(0 of \d+\)\./;

  it("makes it exit with 1 and say everything in one place", () => {
    assert.equal(released.code, 1, released.output);
    const [, reason = ""] = released.output.split("error: 1 error occurred:\n    \t* ");
    const [sentence = ""] = reason.split("\n", 1);
    assert.match(sentence, verdict);
    assert.equal(
      sentence.replace(verdict, "").replace(/[\d:]{8}Z/, "HH:MM:SSZ"),
      ` All traffic is back on the old version ${worker.oldVersion}. Confirmed by the telemetry: the new version has ` +
        "served nothing since HH:MM:SSZ. Fix the Worker and release a new version, " +
        "or set `retry` to another value to release this one again.",
    );
  });

  it("tells what failed, with ids to look for", () => {
    const [, failed = ""] = released.output.split("What failed since ");
    assert.match(
      failed,
      /^\d\d:\d\d:\d\dZ, of what is new or has grown:\s+1\. status 500 · GET \/faulty · new version \d+, old version 0\s+requests [0-9a-f]{32}, [0-9a-f]{32}\s/,
    );
    assert.match(failed, /Filters for the logs: \$metadata\.service eq cart, /);
  });

  it("gets no traffic any more", async () => {
    assert.deepEqual(await worker.shares(badVersion), [0, 0, 50, 0]);
    assert.deepEqual((await worker.active()).split, { [worker.oldVersion]: 100 });
  });

  it("is remembered by its last deployment and by the state", async () => {
    assert.match(deployments.at(-1)?.message ?? "", verdict);
    const { outputs, initErrors } = await worker.stack.release();
    assert.deepEqual(
      [outputs["status"], outputs["versionId"], outputs["deployedVersionId"], outputs["oldVersionId"]],
      ["aborted", badVersion, worker.oldVersion, worker.oldVersion],
    );
    assert.match(String(outputs["reason"]), verdict);
    assert.deepEqual(initErrors, [outputs["reason"]]);
    const stages = outputs["stages"] as { percent: number; slos: { valid: number; verdict: string }[] }[];
    // What the second stage did in the second it began in is not the first one's.
    assert.deepEqual(
      stages.map(({ percent, slos: [slo] }) => [percent, slo?.verdict, (slo?.valid ?? 0) > 0]),
      [
        [0, "healthy", false],
        [50, "violated", true],
      ],
    );
  });

  for (const [when, command] of [
    ["the next pulumi up", undefined],
    ["the one after a refresh", "refresh"],
  ] as const) {
    it(`fails at once in ${when}, with the reason of then, and moves nothing`, async () => {
      if (command) await worker.stack.succeed(command, "--yes", "--skip-preview");
      const { code, output } = await worker.stack.up();
      assert.equal(code, 1, output);
      const [, reason = ""] = output.split(`Version ${badVersion} was aborted before: `);
      assert.match(reason, verdict);
      assert.deepEqual(await worker.deployments(), deployments);
      assert.equal((await worker.stack.release()).outputs["status"], "aborted");
    });
  }

  it("stops nothing else where whenAborted is warn: it is told, and nothing moves", async () => {
    worker.program({ versionId: badVersion, whenAborted: "warn" });
    const { code, output } = await worker.stack.up();
    assert.equal(code, 0, output);
    assert.match(
      output,
      /Warning: version \S+ was aborted and is not released; everything else of the update goes on/,
    );
    assert.deepEqual(await worker.deployments(), deployments);
    const { outputs, initErrors } = await worker.stack.release();
    assert.deepEqual([outputs["status"], initErrors], ["aborted", undefined]);
    const preview = await worker.stack.preview();
    assert.match(preview.output, /Warning: version \S+ was aborted and is not released/);
    assert.doesNotMatch(preview.output, /to update/);
  });

  it("is released again with another retry", async () => {
    worker.load.path = "/";
    worker.program({ versionId: badVersion, retry: "the dependency is well again" });
    const { code, output } = await worker.stack.up();
    assert.equal(code, 0, output);
    assert.deepEqual((await worker.shares(badVersion)).slice(deployments.length), [0, 50, 100, 100]);
    const { outputs, initErrors } = await worker.stack.release();
    assert.deepEqual([outputs["status"], initErrors], ["completed", undefined]);
  });
});
