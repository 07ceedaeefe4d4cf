import assert from "node:assert/strict";
import { said } from "./socket";
import { addVersion, ask, deploy, goLive, until, useEdge } from "../support";

const COUNTER = { type: "durable_object_namespace", name: "COUNTER", class_name: "Counter" };
const MIGRATED = { bindings: [COUNTER], migrations: { new_tag: "v1", new_sqlite_classes: ["Counter"] } };
const UNMIGRATED = { bindings: [COUNTER] };

/** A counter, with all the ways there are to talk to an object. */
function counting(version: string): string {
  return `
import { DurableObject, RpcTarget } from "cloudflare:workers";
const VERSION = ${JSON.stringify(version)};

class Reading extends RpcTarget {
  constructor(value) { super(); this.reading = value; }
  value() { return this.reading; }
}

export class Counter extends DurableObject {
  async increment() {
    const n = ((await this.ctx.storage.get("n")) ?? 0) + 1;
    await this.ctx.storage.put("n", n);
    return n;
  }
  async read() { return new Reading(await this.ctx.storage.get("n")); }
  get version() { return VERSION; }
  whoami() { return [this.ctx.id.toString(), this.ctx.id.name]; }
  async twice(callback) { return callback(await callback("x")); }
  fail() { throw new RangeError("not today"); }
  tables() {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (a)");
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (?)", 5);
    return this.ctx.storage.sql.exec("SELECT a FROM t LIMIT 1").one();
  }
  async setAlarm(milliseconds) { await this.ctx.storage.setAlarm(Date.now() + milliseconds); }
  async alarm() { await this.ctx.storage.put("rung", VERSION); }
  async rung() { return (await this.ctx.storage.get("rung")) ?? null; }
  webSocketClose(socket, code) { socket.close(code); }
  webSocketMessage(socket, message) { socket.send(this.ctx.id.name + " heard " + message); }
  async fetch(request) {
    if (request.headers.get("upgrade") === "websocket") {
      const [client, server] = Object.values(new WebSocketPair());
      this.ctx.acceptWebSocket(server);
      return new Response(null, { status: 101, webSocket: client });
    }
    if (new URL(request.url).pathname === "/unread") return new Response("no, thanks", { status: 413 });
    if (new URL(request.url).pathname === "/throw") throw new RangeError("no");
    return Response.json([request.method, request.url, request.headers.get("x-note"), await request.text()]);
  }
}

const actions = {
  count: (stub) => stub.increment(),
  value: (stub) => stub.read().value(),
  version: (stub) => stub.version,
  whoami: async (stub, ids) => {
    const [id, name] = await stub.whoami();
    return [id === stub.id.toString(), name, (await ids.get(ids.idFromString(id)).whoami())[0] === id];
  },
  twice: (stub) => stub.twice((text) => text + "y"),
  fail: (stub) => stub.fail().catch(({ name, message }) => name + ": " + message),
  tables: (stub) => stub.tables(),
  alarm: (stub) => stub.setAlarm(1),
  later: (stub) => stub.setAlarm(1000),
  rung: (stub) => stub.rung(),
  fetch: async (stub) => {
    const init = { method: "POST", headers: { "x-note": "hello" }, body: "body" };
    return (await stub.fetch("https://object.test/path?q=1", init)).json();
  },
  unread: async (stub) => {
    const body = new Uint8Array(5_000_000);
    return (await stub.fetch("https://object.test/unread", { method: "POST", body })).text();
  },
  throw: (stub) => stub.fetch("https://object.test/throw").catch(({ name, message }) => name + ": " + message),
};

export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    const stub = env.COUNTER.get(env.COUNTER.idFromName(searchParams.get("name") ?? "one"));
    if (request.headers.get("upgrade") === "websocket") return stub.fetch(request);
    return Response.json((await actions[searchParams.get("do")](stub, env.COUNTER)) ?? null);
  },
};`;
}

describe("Durable Objects", function () {
  this.timeout(180_000);
  const it_ = useEdge();
  const run = async (action: string, name = "one", script = "counter"): Promise<unknown> => {
    const answer = await ask(it_.edge, script, { path: `/?do=${action}&name=${encodeURIComponent(name)}` });
    assert.equal(answer.status, 200, answer.body);
    return JSON.parse(answer.body);
  };
  let first: string;

  before(async () => {
    first = await goLive(it_.edge, "counter", counting("first"), MIGRATED);
  });

  it("answer methods, properties, callbacks and requests", async () => {
    assert.equal(await run("count"), 1);
    assert.equal(await run("value"), 1);
    assert.equal(await run("version"), "first");
    assert.equal(await run("twice"), "xyy");
    assert.equal(await run("fail"), "RangeError: not today");
    assert.deepEqual(await run("tables"), { a: 5 });
    assert.deepEqual(await run("fetch"), ["POST", "https://object.test/path?q=1", "hello", "body"]);
    assert.equal(await run("throw"), "RangeError: no");
  });

  it("answer a request that they do not read, however long it is", async () => {
    for (let round = 0; round < 5; round += 1) assert.equal(await run("unread"), "no, thanks");
  });

  it("know their id and their name", async () => {
    assert.deepEqual(await run("whoami", "näme"), [true, "näme", true]);
  });

  it("hold WebSockets", async () => {
    assert.equal(await said(it_.edge, "counter", "hello", "/?name=listener"), "listener heard hello");
  });

  it("are called by their alarm", async () => {
    await run("alarm", "alarmed");
    await until("the alarm", async () => (await run("rung", "alarmed")) ?? undefined);
  });

  it("are one for both versions of a split", async () => {
    const second = await addVersion(it_.edge, "counter", counting("second"), UNMIGRATED);
    await deploy(it_.edge, "counter", { [first]: 50, [second]: 50 });
    // A call that is on its way when objects begin anew fails, as it does at Cloudflare.
    await until("the objects", () => run("version", "shared").catch(() => undefined));
    const counts = await Promise.all(Array.from({ length: 60 }, () => run("count", "shared")));
    assert.deepEqual(
      (counts as number[]).sort((a, b) => a - b),
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
  });

  it("go on with what they have stored when another version is deployed", async () => {
    await run("later", "shared");
    const third = await addVersion(it_.edge, "counter", counting("third"), UNMIGRATED);
    await deploy(it_.edge, "counter", { [third]: 100 });
    // A call that is on its way when objects change their code fails, as it does at Cloudflare.
    const version = (): Promise<unknown> => run("version", "shared").catch(() => undefined);
    await until("the new code", async () => (await version()) === "third" || undefined);
    assert.equal(await run("value", "shared"), 60);
    await until("the alarm", async () => (await run("rung", "shared")) ?? undefined);
  });

  it("can be those of another Worker", async () => {
    const binding = { ...COUNTER, script_name: "counter" };
    await goLive(it_.edge, "visitor", counting("visitor"), { bindings: [binding] });
    assert.equal(await run("value", "shared", "visitor"), 60);
    assert.equal(await run("version", "shared", "visitor"), "third");
  });
});
