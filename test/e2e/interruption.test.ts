import assert from "node:assert/strict";
import { until } from "../edge/support";
import { processesOf } from "./processes";
import type { Ran, Running } from "./stack";
import { healthy, plan, useWorkers, type Worker } from "./worker";

const halfForLong = {
  ...plan,
  stages: [
    { percent: 50, soakTime: "10m" },
    { percent: 100, soakTime: "2s" },
  ],
};

describe("a pulumi up that is stopped in the middle of a release", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  /** Releases a healthy version, stops that at half of the traffic, and waits until the traffic is back. */
  async function stopped(
    name: string,
    stop: (up: Running) => unknown,
  ): Promise<{ worker: Worker; ran: Ran }> {
    const worker = await opened.worker(name);
    const newVersion = await worker.upload(healthy);
    worker.program({ versionId: newVersion, plan: halfForLong });
    const up = worker.stack.startUp();
    await worker.until("half of the traffic", ({ split }) => split[newVersion] === 50);
    await stop(up);
    const active = await worker.until(
      "the old version alone",
      ({ split }) => split[worker.oldVersion] === 100,
    );
    assert.match(active.message, /^Release of .*: interrupted in stage 1 of 2 \(50 %\)/);
    await until("the end of the provider", () =>
      processesOf(worker.stack.folder, "dynamic-provider").length === 0 ? true : undefined,
    );
    return { worker, ran: await up.ended };
  }

  /** It was no verdict: the version can be released again, from the first stage. */
  async function assertReleasedNext(worker: Worker): Promise<void> {
    const [newVersion = ""] = Object.keys((await worker.deployments())[1]?.split ?? {}).filter(
      (version) => version !== worker.oldVersion,
    );
    worker.program({ versionId: newVersion });
    const { code, output } = await worker.stack.up();
    assert.equal(code, 0, output);
    assert.deepEqual(await worker.shares(newVersion), [0, 50, 0, 0, 50, 100, 100]);
  }

  for (const [what, signal] of [
    ["by Ctrl-C", "SIGINT"],
    ["by SIGTERM, as CI does it,", "SIGTERM"],
  ] as const) {
    it(`${what} puts the traffic back, says so, and releases the version the next time`, async () => {
      const { worker, ran } = await stopped(signal.toLowerCase(), (up) => up.process.kill(signal));
      assert.equal(ran.code, 1, ran.output);
      assert.match(
        ran.output,
        /\* Release of .*: interrupted in stage 1 of 2 \(50 %\), .* into the stage\. All traffic is back on the old version .*\. That is no verdict on the version\. The next `pulumi up` releases it from the first stage\./,
      );
      assert.equal((await worker.stack.release()).outputs["status"], "inconclusive");
      await assertReleasedNext(worker);
    });
  }

  it("by Ctrl-C twice, where Pulumi waits for nothing, puts the traffic back all the same", async () => {
    const { worker, ran } = await stopped("impatient", async (up) => {
      up.process.kill("SIGINT");
      await until("the answer to the first", () => (up.output().includes("^C received") ? true : undefined));
      up.process.kill("SIGINT");
    });
    assert.notEqual(ran.code, 0, ran.output);
    await assertReleasedNext(worker);
  });

  it("by kill -9 leaves a provider that puts the traffic back, and then ends", async () => {
    const { worker } = await stopped("killed", (up) => up.process.kill("SIGKILL"));
    // Pulumi's lock on the stack was left, too.
    await worker.stack.succeed("cancel", "--yes");
    await assertReleasedNext(worker);
  });
});
