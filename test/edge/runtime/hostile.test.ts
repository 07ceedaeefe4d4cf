import assert from "node:assert/strict";
import { APIError } from "cloudflare";
import { ask, goLive, invocationsOf, putScript, until, useEdge, type Answer } from "../support";

/** Each path is an attack on the machine, the edge or the neighbours. */
const HOSTILE = `
import { DurableObject } from "cloudflare:workers";

const kept = [];
const line = "x".repeat(1_000_000);
const eat = async () => { for (;;) { kept.push(new Uint8Array(10_000_000).fill(1)); await scheduler.wait(1); } };
const fork = () => { kept.push(Promise.resolve().then(fork).then(fork)); };

export class Room extends DurableObject {
  async fetch(request) { return request.url.endsWith("/object") ? eat() : new Response("room"); }
}

const attacks = {
  "/promises": () => { fork(); return new Promise(() => {}); },
  "/logs": () => { for (let count = 0; count < 50; count += 1) console.log(line); return new Response("logged"); },
  "/throws": () => { throw new Error(line.repeat(20)); },
  "/itself": async ({ url }) => {
    const answers = await Promise.allSettled([1, 2, 3].map(async () => (await fetch(url)).text()));
    return new Response(answers.map(({ value, reason }) => value ?? String(reason)).join().slice(0, 100));
  },
  "/query": (request, { DB }) => DB.prepare(
    "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
  ).all(),
  "/object": (request, { ROOM }) => ROOM.getByName("one").fetch(request),
  "/room": (request, { ROOM }) => ROOM.getByName("one").fetch(request),
};

export default {
  fetch: (request, env) => attacks[new URL(request.url).pathname](request, env),
};`;

const NEIGHBOUR = `
export default {
  async fetch(request, { KV }) {
    await KV.put("key", "kept");
    return new Response(await KV.get("key"));
  },
};`;

const BINDINGS = {
  bindings: [
    { type: "d1", name: "DB", id: "hostile" },
    { type: "durable_object_namespace", name: "ROOM", class_name: "Room" },
  ],
  migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
};

const KV = { bindings: [{ type: "kv_namespace", name: "KV", namespace_id: "neighbour" }] };

const LOGS = `
const line = "x".repeat(1_000_000);
for (let count = 0; count < 200; count += 1) { console.log(line); console.error(line); }`;

/** An attack that does not end is left alone after a while. */
const LONG_MS = 8_000;

describe("a hostile Worker", function () {
  this.timeout(180_000);
  before(function () {
    if (process.platform !== "linux") this.skip(); // elsewhere there are no limits
  });
  const started = useEdge({ limits: { cpuMs: 500, memoryMb: 32 }, allowStubs: true });
  before(async () => {
    await goLive(started.edge, "hostile", HOSTILE, BINDINGS);
    await goLive(started.edge, "neighbour", NEIGHBOUR, KV);
    await ask(started.edge, "neighbour");
  });

  /** Attacks, and has the neighbour answer until that is over. Returns what the attacker was answered. */
  async function attack(path: string, name = "hostile"): Promise<Answer | undefined> {
    const over = new AbortController();
    const attacked = ask(started.edge, name, { path, signal: AbortSignal.timeout(LONG_MS) }).catch(
      () => undefined,
    );
    void attacked.then(() => {
      over.abort();
    });
    for (let count = 0; count < 10 || !over.signal.aborted; count += 1) {
      const { status, body } = await ask(started.edge, "neighbour");
      assert.deepEqual([status, body], [200, "kept"], `the neighbour, during ${path}`);
    }
    return attacked;
  }

  /** How much more memory the edge holds after `work`, in megabytes. */
  async function grownBy(work: () => Promise<unknown>): Promise<number> {
    const before = process.memoryUsage().rss;
    await work();
    return (process.memoryUsage().rss - before) / 1024 / 1024;
  }

  it("that forks promises without end is ended", async () => {
    assert.equal((await attack("/promises"))?.status, 503);
  });

  it("that logs by the megabyte is told in part, and fills nobody's memory", async () => {
    const grown = await grownBy(() => attack("/logs"));
    assert.ok(grown < 150, `${grown} MB`);
    const row = await until("its row", async () =>
      (await invocationsOf(started.edge, "hostile")).find(({ $workers }) => $workers.event?.path === "/logs"),
    );
    assert.equal(row.$workers.outcome, "ok");
  });

  it("that throws by the megabyte fills nobody's memory", async () => {
    const grown = await grownBy(() => attack("/throws"));
    assert.ok(grown < 150, `${grown} MB`);
  });

  it("that calls itself three times over is stopped", async () => {
    // What it has begun goes on for a while, at its own expense.
    await goLive(started.edge, "many", HOSTILE, BINDINGS);
    await attack("/itself", "many");
    assert.equal((await ask(started.edge, "neighbour")).body, "kept");
  });

  it("whose object eats memory is ended, and has another object then", async () => {
    const answer = await attack("/object");
    assert.ok(answer !== undefined && answer.status >= 500, String(answer?.status));
    assert.equal((await ask(started.edge, "hostile", { path: "/room" })).body, "room");
  });

  const topLevels: [what: string, code: string, complaint: RegExp][] = [
    ["eats memory", "const all = []; for (;;) all.push(new Uint8Array(10_000_000).fill(1));", /memory limit/],
    ["logs by the megabyte", `${LOGS} throw new Error("enough");`, /"code":10021/],
  ];
  for (const [what, code, complaint] of topLevels)
    it(`that ${what} before it has begun is refused, and fills nobody's memory`, async () => {
      const grown = await grownBy(() =>
        assert.rejects(putScript(started.edge, "early", `${code}\n${NEIGHBOUR}`), (error) => {
          assert.ok(error instanceof APIError);
          assert.match(error.message, complaint);
          return true;
        }),
      );
      assert.ok(grown < 150, `${grown} MB`);
      assert.equal((await ask(started.edge, "neighbour")).body, "kept");
    });

  it("whose query does not end holds up no other kind of store", async () => {
    assert.equal(await attack("/query"), undefined);
  });
});
