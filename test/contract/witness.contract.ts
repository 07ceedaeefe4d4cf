import assert from "node:assert/strict";
import { noCounts } from "../../provider/health/series";
import { PortError, type TimeSpan, type Witness } from "../../provider/rollout/ports";
import type { Load } from "./telemetry.contract";

/** A Worker with two versions that serve at the same time, to try a {@link Witness} on. */
export interface WitnessedWorker {
  readonly witness: Witness;
  readonly oldVersionId: string;
  readonly newVersionId: string;
  /** Serves a load, and waits until it is counted. Gives a span in which it was served, and no other load. */
  serve(load: Load): Promise<TimeSpan>;
  /** The same Worker for somebody who may not read metrics. */
  readonly forbidden: Witness;
}

/** What every {@link Witness} keeps to, tried on one Worker. */
export function witnessContract(start: () => Promise<WitnessedWorker>): void {
  let worker: WitnessedWorker;
  before(async () => {
    worker = await start();
  });

  const ask = (...spans: TimeSpan[]) => {
    const { newVersionId, oldVersionId, witness } = worker;
    return witness.count({ newVersionId, oldVersionId, spans });
  };

  it("counts what each version served in each span", async () => {
    const first = await worker.serve({ requests: 3, old: "ok", new: "ok" });
    const second = await worker.serve({ requests: 2, old: "ok", new: "ok" });
    const [three, two] = [3, 2].map((valid) => ({ new: { valid, bad: 0 }, old: { valid, bad: 0 } }));
    assert.deepEqual(await ask(first, second), [three, two]);
    assert.deepEqual(await ask(second, first), [two, three]);
  });

  it("takes an exception for bad, and an answer of any status for well", async () => {
    const span = await worker.serve({ requests: 4, old: "status500", new: "throws" });
    assert.deepEqual(await ask(span), [{ new: { valid: 4, bad: 4 }, old: { valid: 4, bad: 0 } }]);
  });

  it("knows of nothing where nothing was served", async () => {
    const { from } = await worker.serve({ requests: 1, old: "ok", new: "ok" });
    const nothing = { new: noCounts, old: noCounts };
    assert.deepEqual(await ask({ from: from - 7_200_000, to: from - 3_600_000 }), [nothing]);
  });

  it("tells of the new version alone where there is no old one", async () => {
    const span = await worker.serve({ requests: 2, old: "ok", new: "ok" });
    const query = { newVersionId: worker.newVersionId, oldVersionId: undefined, spans: [span] };
    assert.deepEqual(await worker.witness.count(query), [{ new: { valid: 2, bad: 0 }, old: noCounts }]);
  });

  it("refuses whoever may not ask", async () => {
    const { newVersionId, oldVersionId } = worker;
    const asked = worker.forbidden.count({ newVersionId, oldVersionId, spans: [{ from: 0, to: 1000 }] });
    await assert.rejects(
      asked,
      (error) => error instanceof PortError && error.failure === "refused" && error.message !== "",
    );
  });
}
