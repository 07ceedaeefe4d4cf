import assert from "node:assert/strict";
import { workerdOf } from "../processes";
import { ask, goLive, invocationsOf, until, useEdge, type Answer, type Row } from "../support";

const WORKER = `
let asked = 0;
function work(ms) { for (const end = Date.now() + ms; Date.now() < end; ); }
export default {
  async fetch(request, env, context) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/count") return new Response(String(asked));
    asked += 1;
    if (pathname === "/loop") for (;;);
    if (pathname === "/loop-after-answering") context.waitUntil(scheduler.wait(50).then(() => { for (;;); }));
    if (pathname === "/loop-while-answering") {
      let parts = 0;
      return new Response(new ReadableStream({
        async pull(controller) {
          if ((parts += 1) === 3) for (;;);
          controller.enqueue(new TextEncoder().encode("part"));
          await scheduler.wait(20);
        },
      }));
    }
    if (pathname === "/turns") for (;;) { work(5); await scheduler.wait(0); }
    if (pathname === "/work") work(15);
    if (pathname === "/wait") await scheduler.wait(Number(searchParams.get("ms")));
    return new Response("done");
  },
};`;

describe("the limit of CPU time", function () {
  this.timeout(180_000);
  before(function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell what a process uses
  });
  const started = useEdge({ limits: { cpuMs: 200 } });

  async function begun(name: string, count: number): Promise<void> {
    await until(`${count} requests in ${name}`, async () =>
      Number((await ask(started.edge, name, { path: "/count" })).body) >= count ? true : undefined,
    );
  }

  async function rowOf(name: string, path: string): Promise<Row> {
    return until(`the row of ${path}`, async () =>
      (await invocationsOf(started.edge, name)).find(({ $workers }) => $workers.event?.path === path),
    );
  }

  it("ends a request that loops with error 1102, and no other", async () => {
    await goLive(started.edge, "loop", WORKER);
    const waiting = ask(started.edge, "loop", { path: "/wait?ms=2000" });
    await begun("loop", 1);
    const looping = ask(started.edge, "loop", { path: "/loop" });
    const later = Array.from({ length: 10 }, () => ask(started.edge, "loop"));
    const { status, body } = await looping;
    assert.equal(status, 503);
    assert.match(body, /1102/);
    for (const answer of await Promise.all([waiting, ...later])) {
      assert.deepEqual([answer.status, answer.body], [200, "done"]);
    }
    const row = await rowOf("loop", "/loop");
    assert.equal(row.$workers.outcome, "exceededCpu");
    assert.equal(row.$workers.event?.response?.status, 503);
    assert.ok(row.$workers.cpuTimeMs >= 200, String(row.$workers.cpuTimeMs));
    const rows = await until("all rows", async () => {
      const all = await invocationsOf(started.edge, "loop");
      return all.filter(({ $workers }) => $workers.event?.path !== "/count").length === 12 ? all : undefined;
    });
    assert.equal(rows.filter(({ $workers }) => $workers.outcome !== "ok").length, 1);
  });

  it("ends one that uses its CPU time in many turns", async () => {
    await goLive(started.edge, "turns", WORKER);
    const { status, body } = await ask(started.edge, "turns", { path: "/turns" });
    assert.equal(status, 503);
    assert.match(body, /1102/);
    assert.equal((await rowOf("turns", "/turns")).$workers.outcome, "exceededCpu");
    assert.equal((await ask(started.edge, "turns")).body, "done");
  });

  it("breaks off an answer in the middle", async () => {
    await goLive(started.edge, "middle", WORKER);
    await assert.rejects(ask(started.edge, "middle", { path: "/loop-while-answering" }));
    assert.equal((await rowOf("middle", "/loop-while-answering")).$workers.outcome, "exceededCpu");
  });

  it("holds for what goes on after the answer", async () => {
    await goLive(started.edge, "after", WORKER);
    assert.equal((await ask(started.edge, "after", { path: "/loop-after-answering" })).body, "done");
    assert.equal((await rowOf("after", "/loop-after-answering")).$workers.outcome, "exceededCpu");
    assert.equal((await ask(started.edge, "after")).body, "done");
  });

  it("blames nobody else for a loop whose client has left", async () => {
    await goLive(started.edge, "left", WORKER);
    await assert.rejects(ask(started.edge, "left", { path: "/loop", signal: AbortSignal.timeout(50) }));
    assert.equal((await ask(started.edge, "left")).body, "done");
    assert.equal((await rowOf("left", "/loop")).$workers.outcome, "canceled");
  });

  it("never ends a version that is busy with many short requests", async () => {
    const before = workerdOf(process.pid);
    await goLive(started.edge, "busy", WORKER);
    const own = workerdOf(process.pid).filter((pid) => !before.includes(pid));
    const idle = ask(started.edge, "busy", { path: "/wait?ms=3000" });
    const clients = Array.from({ length: 32 }, async () => {
      const answers: Answer[] = [];
      for (let count = 0; count < 8; count += 1) {
        answers.push(await ask(started.edge, "busy", { path: "/work" }));
      }
      return answers;
    });
    const answers = [...(await Promise.all(clients)).flat(), await idle];
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.deepEqual(
      workerdOf(process.pid).filter((pid) => !before.includes(pid)),
      own,
    );
  }).timeout(60_000);

  it("is a version's own where it was uploaded with one", async () => {
    await goLive(started.edge, "own", WORKER, { limits: { cpu_ms: 60_000 } });
    const looping = ask(started.edge, "own", { path: "/loop", signal: AbortSignal.timeout(1_500) });
    await assert.rejects(looping, { name: "AbortError" });
  });
});
