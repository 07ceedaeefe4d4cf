import assert from "node:assert/strict";
import type { Deployments, Split } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";

/** A Worker to try a {@link Deployments} on: its old version was deployed by an upload, its new one only uploaded. */
export interface DeployableWorker {
  readonly deployments: Deployments;
  readonly oldVersionId: string;
  readonly newVersionId: string;
  /** A version that it does not have. */
  readonly unknownVersionId: string;
  /** The deployments of a Worker that does not exist. */
  readonly ofNoWorker: Deployments;
}

function recordOfRelease({ newVersionId, oldVersionId }: DeployableWorker, startedAt = 0): ReleaseRecord {
  return {
    ...{ id: "r1", run: "r1", owner: "owner-1", phase: "soak", stage: 0, stages: 2, startedAt },
    ...{ newVersionId, oldVersionId, retry: "", next: undefined, begun: [], since: undefined },
  };
}

/** What every {@link Deployments} keeps to, tried on one Worker. */
export function deploymentsContract(start: () => Promise<DeployableWorker>): void {
  let worker: DeployableWorker;
  before(async () => {
    worker = await start();
  });

  const stage = (percent: number): Split => [
    { versionId: worker.newVersionId, percent },
    { versionId: worker.oldVersionId, percent: 100 - percent },
  ];

  async function isUntouched(): Promise<void> {
    const active = await worker.deployments.active();
    assert.deepEqual(active?.split, [{ versionId: worker.oldVersionId, percent: 100 }]);
  }

  it("shows what an upload deployed", async () => {
    await isUntouched();
    assert.equal((await worker.deployments.active())?.byUpload, true);
  });

  describe("while the old version serves", () => {
    beforeEach(async () => {
      await worker.deployments.create([{ versionId: worker.oldVersionId, percent: 100 }], "");
    });

    for (const percent of [0, 25, 99.5, 100]) {
      it(`deploys ${percent} %, and answers with what is active from then on`, async () => {
        const made = await worker.deployments.create(stage(percent), `stage of ${percent} %`);
        assert.deepEqual(made.split, stage(percent));
        assert.equal(made.message, `stage of ${percent} %`);
        assert.equal(made.byUpload, false);
        assert.deepEqual(await worker.deployments.active(), made);
      });
    }

    it("keeps the order of the versions", async () => {
      const turned = stage(10).toReversed();
      await worker.deployments.create(turned, "");
      assert.deepEqual((await worker.deployments.active())?.split, turned);
    });

    it("shows the last of several, none older than the one before", async () => {
      const first = await worker.deployments.create(stage(10), "first");
      const second = await worker.deployments.create(stage(20), "second");
      assert.deepEqual(await worker.deployments.active(), second);
      assert.notEqual(first.id, second.id);
      assert.ok(first.createdAt <= second.createdAt);
      assert.equal((await worker.deployments.active())?.id, second.id);
    });

    it("keeps a message of 1000 bytes to its last one", async () => {
      const message = `${"é".repeat(498)} end`;
      assert.equal(Buffer.byteLength(message), 1000);
      await worker.deployments.create(stage(10), message);
      assert.equal((await worker.deployments.active())?.message, message);
    });

    it("takes no longer message: its end would be lost", async () => {
      await assert.rejects(worker.deployments.create(stage(10), "x".repeat(1001)), RangeError);
      await isUntouched();
    });

    it("proves a record to whoever reads after it, whatever was deployed between", async () => {
      const { deployments } = worker;
      const over = await deployments.active();
      await deployments.create(stage(5), "somebody was faster");
      const record = recordOfRelease(worker, over?.createdAt);
      const made = await deployments.create(stage(10), "Stage 1.", { record, over });
      assert.deepEqual([made.record, made.message, made.isUnproven], [record, "Stage 1.", false]);
      assert.deepEqual(await deployments.active(), made);
    });

    it("proves no record of somebody who has read nothing", async () => {
      const { deployments } = worker;
      const record = recordOfRelease(worker, (await deployments.active())?.createdAt);
      const made = await deployments.create(stage(10), "Stage 1.", { record });
      const active = await deployments.active();
      assert.deepEqual([active?.id, active?.record, active?.isUnproven], [made.id, undefined, true]);
      assert.match(active?.message ?? "", /^Stage 1\. \[workers-release id=r1 /);
    });

    it("deploys when forced, too", async () => {
      const made = await worker.deployments.create(stage(10), "revert", { force: true });
      assert.deepEqual(await worker.deployments.active(), made);
    });

    it("refuses percentages that do not add up to 100", async () => {
      const [fresh, old] = stage(10);
      assert.ok(fresh !== undefined && old !== undefined);
      const split = [fresh, { ...old, percent: 80 }];
      await assert.rejects(worker.deployments.create(split, ""), { name: "PortError", failure: "refused" });
      await isUntouched();
    });

    it("deploys no version that the Worker does not have", async () => {
      const split = [{ versionId: worker.unknownVersionId, percent: 100 }];
      // Not always as "missing": Cloudflare answers the same for a version uploaded a moment ago.
      await assert.rejects(worker.deployments.create(split, ""), { name: "PortError" });
      await isUntouched();
    });

    it("misses a Worker that does not exist", async () => {
      const missing = { name: "PortError", failure: "missing" };
      await assert.rejects(worker.ofNoWorker.active(), missing);
      await assert.rejects(worker.ofNoWorker.create(stage(10), ""), missing);
    });
  });
}
