import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEdge, type Edge } from "../../../edge";
import { workerdOf } from "../processes";
import { ask, call, goLive, saying, until } from "../support";

const KEEPING = {
  bindings: [
    { type: "kv_namespace", name: "KV", namespace_id: "kept" },
    { type: "d1", name: "DB", database_id: "kept" },
    { type: "r2_bucket", name: "BUCKET", bucket_name: "kept" },
    { type: "durable_object_namespace", name: "OBJECTS", class_name: "Notebook" },
  ],
  migrations: { new_tag: "v1", new_classes: ["Notebook"] },
};

/** Writes a number everywhere, or says what numbers are where. */
const KEEPER = `
import { DurableObject } from "cloudflare:workers";

export class Notebook extends DurableObject {
  write(n) { return this.ctx.storage.put(n, n); }
  async read() { return [...(await this.ctx.storage.list()).keys()].filter((key) => key !== "rung"); }
  remind() { return this.ctx.storage.setAlarm(Date.now() + 1000); }
  alarm() { return this.ctx.storage.put("rung", true); }
  async rung() { return (await this.ctx.storage.get("rung")) === true; }
}

export default {
  async fetch(request, { KV, DB, BUCKET, OBJECTS }) {
    const [, action, n] = new URL(request.url).pathname.split("/");
    const notebook = OBJECTS.getByName("the");
    if (action === "remind") return Response.json(await notebook.remind() ?? null);
    if (action === "rung") return Response.json(await notebook.rung());
    await DB.exec("CREATE TABLE IF NOT EXISTS notes (n TEXT)");
    if (action === "write") {
      const insert = DB.prepare("INSERT INTO notes VALUES (?)").bind(n).run();
      await Promise.all([KV.put(n, n), BUCKET.put(n, n), insert, notebook.write(n)]);
      return Response.json(n);
    }
    return Response.json({
      kv: (await KV.list()).keys.map(({ name }) => name),
      d1: await DB.prepare("SELECT n FROM notes").raw().then((rows) => rows.map(([n]) => n)),
      r2: (await BUCKET.list()).objects.map(({ key }) => key),
      objects: await notebook.read(),
    });
  },
};`;

type Found = Record<"kv" | "d1" | "r2" | "objects", string[]>;

async function run<T>(edge: Edge, path: string): Promise<T> {
  const answer = await ask(edge, "keeper", { path });
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body) as T;
}

/** That every store has all of `numbers`. */
function assertKept(found: Found, numbers: readonly string[]): void {
  for (const [store, kept] of Object.entries(found)) {
    const missing = numbers.filter((number) => !kept.includes(number));
    assert.deepEqual(missing, [], `${store} has lost some`);
  }
}

describe("what a Worker has stored", function () {
  this.timeout(120_000);
  const stateDir = mkdtempSync(join(tmpdir(), "edge-stores-"));
  const started: Edge[] = [];
  const start = async (): Promise<Edge> => {
    const edge = await startEdge({ stateDir, allowStubs: true });
    started.push(edge);
    return edge;
  };
  const end = (): Promise<unknown> => Promise.all(started.splice(0).map((edge) => edge.close()));

  afterEach(end);
  after(() => {
    rmSync(stateDir, { recursive: true, force: true });
  });

  it("costs no process until it is used", async () => {
    const edge = await start();
    await goLive(edge, "keeper", KEEPER, KEEPING);
    assert.equal(workerdOf(process.pid).length, 1);
    await run(edge, "/write/1");
    assert.equal(workerdOf(process.pid).length, 5);
  });

  it("is there after a restart, and alarms ring that were set before", async () => {
    const first = await start();
    await run(first, "/write/2");
    await run(first, "/remind");
    await end();
    const second = await start();
    // Nobody has asked for anything yet: it is the alarm that is waited for.
    await until("the objects' process", () => (workerdOf(process.pid).length === 1 ? true : undefined));
    assertKept(await run<Found>(second, "/read"), ["1", "2"]);
    await until("the alarm", async () => (await run<boolean>(second, "/rung")) || undefined);
  });

  it("is there when the processes that keep it have been killed", async () => {
    const edge = await start();
    await run(edge, "/write/3");
    for (const pid of workerdOf(process.pid)) process.kill(pid, "SIGKILL");
    const found = await until("an answer", () => run<Found>(edge, "/read").catch(() => undefined));
    assertKept(found, ["1", "2", "3"]);
  });

  it("is there after the edge was killed while it was written", async () => {
    const fixture = join(__dirname, "../fixtures/writing-edge.ts");
    const argv = ["-r", "ts-node/register/transpile-only", fixture, stateDir];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const edge = JSON.parse(line.toString()) as Edge;
    const answered: string[] = [];
    const write = async (writer: number): Promise<void> => {
      for (let count = 0; ; count++) {
        const number = `${String(writer)}-${String(count)}`;
        await run(edge, `/write/${number}`);
        answered.push(number);
      }
    };
    const writers = [1, 2, 3, 4].map((writer) => write(writer).catch(() => undefined));
    await until("some writes", () => (answered.length > 40 ? true : undefined));
    child.kill("SIGKILL");
    await Promise.all(writers);
    assertKept(await run<Found>(await start(), "/read"), answered);
  });

  it("in Durable Objects goes with the Worker; what the account has stays", async () => {
    const edge = await start();
    const path = `/accounts/${edge.accountId}/workers/scripts/keeper`;
    assert.equal((await call(edge, path, { method: "DELETE" })).status, 200);
    const folder = join(stateDir, "storage", "objects");
    await until("the objects' end", () => (readdirSync(folder).length === 0 ? true : undefined));
    await goLive(edge, "keeper", KEEPER, KEEPING);
    const { kv, objects } = await run<Found>(edge, "/read");
    assert.deepEqual(objects, []);
    assert.ok(kv.includes("1"));
  });

  it("makes no difference to a Worker that stores nothing", async () => {
    const edge = await start();
    await goLive(edge, "plain", saying("plain"));
    assert.equal(workerdOf(process.pid).length, 1);
  });
});
