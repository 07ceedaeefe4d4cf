import assert from "node:assert/strict";
import { isAlive, workerdOf } from "../processes";
import { ask, goLive, invocationsOf, until, useEdge } from "../support";

const WORKER = `
let asked = 0;
export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/long") await scheduler.wait(1500);
    if (pathname === "/after") context.waitUntil(scheduler.wait(1500).then(() => console.log("late")));
    return new Response(String(asked += 1));
  },
};`;

describe("a version that is not used", function () {
  this.timeout(180_000);
  before(function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell which processes there are
  });
  const started = useEdge({ unusedMs: 300 });

  async function unused(): Promise<void> {
    await until("no process", () => (workerdOf(process.pid).some(isAlive) ? undefined : true));
  }

  it("has no process after a while, and starts again when it is", async () => {
    await goLive(started.edge, "idle", WORKER);
    assert.equal((await ask(started.edge, "idle")).body, "1");
    await unused();
    assert.equal((await ask(started.edge, "idle")).body, "1");
    await unused();
  });

  it("is one only when its requests are answered, and what they have left to do is done", async () => {
    await goLive(started.edge, "busy", WORKER);
    assert.equal((await ask(started.edge, "busy", { path: "/long" })).status, 200);
    await ask(started.edge, "busy", { path: "/after" });
    await unused();
    const rows = await until("both rows", async () => {
      const all = await invocationsOf(started.edge, "busy");
      return all.length === 2 ? all : undefined;
    });
    assert.deepEqual(new Set(rows.map(({ $workers }) => $workers.outcome)), new Set(["ok"]));
    assert.ok(rows.some(({ $workers }) => $workers.event?.path === "/after" && $workers.wallTimeMs >= 1_400));
  });
});
