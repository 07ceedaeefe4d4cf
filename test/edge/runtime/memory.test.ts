import assert from "node:assert/strict";
import { workerdOf } from "../processes";
import { ask, goLive, invocationsOf, until, useEdge } from "../support";

const WORKER = `
const kept = [];
export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/echo") return new Response(request.body);
    if (pathname === "/grow") {
      for (let count = 0; count < Number(searchParams.get("mb")); count += 10) {
        kept.push(new Uint8Array(10_000_000).fill(1));
        await scheduler.wait(20);
      }
    }
    return new Response(String(kept.length));
  },
};`;

describe("the limit of memory", function () {
  this.timeout(180_000);
  before(function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell what a process holds
  });
  const started = useEdge({ limits: { memoryMb: 64 } });

  async function processOf(name: string): Promise<() => number[]> {
    const others = workerdOf(process.pid);
    await goLive(started.edge, name, WORKER);
    return () => workerdOf(process.pid).filter((pid) => !others.includes(pid));
  }

  it("gives new requests another process, and lets those in flight finish", async () => {
    const own = await processOf("grown");
    const [first] = own();
    const grown = await ask(started.edge, "grown", { path: "/grow?mb=240" });
    assert.deepEqual([grown.status, grown.body], [200, "24"]);
    await until("another process", async () =>
      (await ask(started.edge, "grown")).body === "0" ? true : undefined,
    );
    await until("the end of the first", () => (own().includes(first ?? 0) ? undefined : true));
  });

  it("ends a request that makes it grow on and on with error 1102", async () => {
    await goLive(started.edge, "growing", WORKER);
    const { status, body } = await ask(started.edge, "growing", { path: "/grow?mb=2000" });
    assert.equal(status, 503);
    assert.match(body, /1102/);
    const row = await until("the row", async () => (await invocationsOf(started.edge, "growing"))[0]);
    assert.equal(row.$workers.outcome, "exceededMemory");
    assert.equal((await ask(started.edge, "growing")).body, "0");
  });

  it("leaves a version alone that passes large bodies on", async () => {
    const own = await processOf("passing");
    const before = own();
    for (let round = 0; round < 5; round += 1) {
      const { body } = await ask(started.edge, "passing", {
        path: "/echo",
        method: "POST",
        body: Buffer.alloc(40_000_000, "x"),
      });
      assert.equal(body.length, 40_000_000);
    }
    assert.deepEqual(own(), before);
  });
});
