import assert from "node:assert/strict";
import type { Sli } from "../../provider/health/sli";
import type { FailureGroup, Failures } from "../../provider/rollout/ports";
import type { ObservedWorker } from "./telemetry.contract";

/** A Worker whose failures can be asked for. */
export interface FailingWorker extends ObservedWorker {
  readonly failures: Failures;
}

/** What every {@link Failures} keeps to, tried on one Worker. */
export function failuresContract(start: () => Promise<FailingWorker>): void {
  let worker: FailingWorker;
  before(async () => {
    worker = await start();
  });

  async function found(
    load: Parameters<ObservedWorker["serve"]>[0],
    sli: Sli,
  ): Promise<readonly FailureGroup[]> {
    const { from, to } = await worker.serve(load);
    const { newVersionId, oldVersionId } = worker;
    const { groups } = await worker.failures.find({ sli, newVersionId, oldVersionId, from, to });
    return groups;
  }

  it("names an exception with its message, its request and where it came from", async () => {
    const groups = await found({ requests: 3, old: "ok", new: "throws" }, { kind: "serverErrors" });
    assert.equal(groups.length, 1);
    const { requestIds = [], stack = [], ...group } = groups[0] ?? {};
    assert.deepEqual(group, { what: "Error: thrown for a test", request: "GET /throws", new: 3, old: 0 });
    assert.equal(requestIds.length, 2);
    assert.match(stack[0] ?? "", /^at .*fetch.*index\.mjs:\d+:\d+/);
  });

  // Digits in a path may be an id: they are not shown.
  it("names a status with its request, of both versions", async () => {
    const groups = await found({ requests: 2, old: "status500", new: "status500" }, { kind: "serverErrors" });
    assert.deepEqual(
      groups.map(({ requestIds, ...group }) => [group, requestIds.length]),
      [[{ what: "status 500", request: "GET /…", new: 2, old: 2 }, 2]],
    );
  });

  it("names what took too long, beside all of the same request", async () => {
    const groups = await found({ requests: 2, old: "ok", new: "slow" }, { kind: "wallTime", limitMs: 40 });
    assert.deepEqual(
      groups.map(({ request, new: fresh, of }) => [request, fresh, of]),
      [["GET /slow", 2, { new: 2, old: 0 }]],
    );
  });

  it("finds nothing where nothing failed", async () => {
    assert.deepEqual(await found({ requests: 1, old: "ok", new: "ok" }, { kind: "serverErrors" }), []);
  });
}
