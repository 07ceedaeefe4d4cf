import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTelemetry, QueryRefusal, type TelemetryStore } from "../../../edge/telemetry";
import { ThreadedTelemetry } from "../../../edge/telemetry/threaded";
import { until } from "../support";
import { invocation, START } from "./sample";

async function countIn(store: TelemetryStore): Promise<number | undefined> {
  const timeframe = { from: START, to: START + 1000 };
  const parameters = { calculations: [{ operator: "count" }] };
  const { calculations } = (await store.query({ queryId: "q", timeframe, parameters })) as {
    calculations: { aggregates: { value: number }[] }[];
  };
  return calculations[0]?.aggregates[0]?.value;
}

describe("the store in its thread", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "telemetry-"));
  const file = join(folder, "telemetry.sqlite");
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("finds what was recorded before the question, and keeps what was recorded before its end", async () => {
    // These events are older than what is kept by default.
    const first = openTelemetry(file, "account", { keepForMs: Infinity });
    for (let i = 0; i < 100; i++) first.record([invocation({ timestamp: START + i })]);
    assert.equal(await countIn(first), 100);
    first.record([invocation()]);
    await first.close();
    const second = openTelemetry(file, "account", { keepForMs: Infinity });
    assert.equal(await countIn(second), 101);
    await second.close();
  });

  it("removes by itself what is not to be kept", async () => {
    const store = openTelemetry(undefined, "account", { keepForMs: Infinity, keepEvents: 10 });
    store.record(Array.from({ length: 50 }, (_, i) => invocation({ timestamp: START + i })));
    assert.equal(await countIn(store), 50);
    await until("the oldest to go", async () => ((await countIn(store)) === 10 ? true : undefined));
    await store.close();
  });

  it("refuses as the store does", async () => {
    const store = openTelemetry(undefined, "account");
    await assert.rejects(store.keys({ limit: -1 }), (error) => {
      assert.ok(error instanceof QueryRefusal);
      const { status, body } = error as QueryRefusal & { body: { _i: unknown } };
      assert.deepEqual([status, body._i], [400, { limit: -1 }]);
      assert.match(error.message, /limit: is too small, -1/);
      return true;
    });
    await store.close();
  });

  it("says that it is gone, to who waits and to who asks later", async () => {
    const store = new ThreadedTelemetry({
      ...{ file: join(folder, "missing", "x.sqlite"), accountId: "account", options: {} },
    });
    const warned = once(process, "warning") as Promise<[Error]>;
    store.record([invocation()]);
    const gone = /telemetry has ended \(unable to open database file\); restart the edge/;
    await assert.rejects(store.values({}), gone);
    await assert.rejects(store.keys({}), gone);
    assert.match((await warned)[0].message, /1 events are lost: telemetry has ended/);
    await store.close();
  });
});
