import assert from "node:assert/strict";
import { objectEvents } from "../../../edge/data/object-events";
import type { Version } from "../../../edge/scripts/types";
import type { ObjectTrace } from "../../../edge/storage/object-tail";
import { said } from "./socket";
import { ask, call, goLive, rowsOf, until, useEdge, type Row } from "../support";

const OBJECTS = {
  bindings: [{ type: "durable_object_namespace", name: "ROOMS", class_name: "Room" }],
  migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
};

const WORKER = `
import { DurableObject } from "cloudflare:workers";

export class Room extends DurableObject {
  enter() { console.log({ who: "ada" }); return this.ctx.storage.setAlarm(Date.now() + 1); }
  alarm() { console.warn("rung"); }
  webSocketMessage(socket, message) { socket.send(message); }
  webSocketClose(socket, code) { socket.close(code); }
  fetch(request) {
    if (new URL(request.url).pathname === "/throw") throw new RangeError("no room");
    if (request.headers.get("upgrade") !== "websocket") return new Response("room", { status: 201 });
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
}

export default { async fetch(request, env) {
  const room = env.ROOMS.getByName("one");
  if (new URL(request.url).pathname === "/enter") return Response.json((await room.enter()) ?? null);
  return room.fetch(request).catch(({ message }) => new Response(message, { status: 502 }));
} };`;

type Told = Row & { readonly $workers: { readonly executionModel?: string } };

describe("what Durable Objects do", function () {
  this.timeout(180_000);
  const it_ = useEdge();
  let versionId: string;

  before(async () => {
    versionId = await goLive(it_.edge, "rooms", WORKER, OBJECTS);
  });

  async function told(eventType: string, script = "rooms"): Promise<Told[]> {
    const rows = (await rowsOf(it_.edge, script)) as Told[];
    return rows.filter(
      ({ $workers }) => $workers.executionModel === "durableObject" && $workers.eventType === eventType,
    );
  }

  async function invocation(eventType: string, message: RegExp): Promise<Told> {
    return until(`a row of ${eventType}`, async () =>
      (await told(eventType)).find(
        ({ $metadata: { type, message: said = "" } }) => type === "cf-worker-event" && message.test(said),
      ),
    );
  }

  it("is told as invocations of the version they run: requests", async () => {
    assert.equal((await ask(it_.edge, "rooms", { path: "/plain" })).status, 201);
    const { $workers, $metadata } = await invocation("fetch", /^GET http.*\/plain$/);
    assert.equal($workers.scriptVersion.id, versionId);
    assert.deepEqual([$workers.outcome, $metadata.level], ["ok", "info"]);
    assert.equal($workers.event?.response?.status, 201);
  });

  it("and what they throw, with a line of its own", async () => {
    assert.equal((await ask(it_.edge, "rooms", { path: "/throw" })).body, "no room");
    const { $workers, $metadata } = await invocation("fetch", /\/throw$/);
    assert.deepEqual([$workers.outcome, $metadata.level], ["exception", "error"]);
    const lines = (await told("fetch")).filter((row) => row.$metadata.type === "cf-worker");
    assert.deepEqual(
      lines.map((row) => row.$metadata.message),
      ["no room"],
    );
  });

  it("calls of methods and alarms, with what they log", async () => {
    await ask(it_.edge, "rooms", { path: "/enter" });
    assert.equal((await invocation("jsrpc", /^Room\.jsrpc$/)).$workers.outcome, "ok");
    await invocation("alarm", /^Room\.alarm$/);
    const lines = [...(await told("jsrpc")), ...(await told("alarm"))].filter(
      (row) => row.$metadata.type === "cf-worker",
    );
    assert.deepEqual(
      lines.map(({ source, $metadata }) => source["who"] ?? $metadata.message),
      ["ada", "rung"],
    );
  });

  it("messages on WebSockets that can hibernate", async () => {
    assert.equal(await said(it_.edge, "rooms", "hello"), "hello");
    assert.equal((await invocation("hibernatableWebSocket", /^Room\./)).$workers.outcome, "ok");
  });

  it("is not told where observability is off", async () => {
    await goLive(it_.edge, "silent", WORKER, { ...OBJECTS, observability: { enabled: false } });
    await ask(it_.edge, "silent", { path: "/first" });
    const settings = { method: "PATCH", body: JSON.stringify({ observability: { enabled: true } }) };
    const path = `/accounts/${it_.edge.accountId}/workers/scripts/silent/script-settings`;
    // What was gathered until then is told by the time of what comes later.
    await until("the second row", async () => {
      const { status } = await call(it_.edge, path, settings);
      assert.equal(status, 200);
      await ask(it_.edge, "silent", { path: "/second" });
      const rows = await told("fetch", "silent");
      return rows.some((row) => row.$metadata.message?.endsWith("/second")) ? true : undefined;
    });
  });
});

describe("the rows of an object's invocation", () => {
  const version = { id: "v", scriptName: "rooms" } as unknown as Version;
  const trace = {
    ...{ seenAt: 1_500, eventTimestamp: 1_000, outcome: "ok", truncated: false },
    ...{ exceptions: [], logs: [], entrypoint: "Room", durableObjectId: "ab12" },
  };
  const rowsFor = (event: ObjectTrace["event"], more: Partial<ObjectTrace> = {}) =>
    objectEvents(version, { ...trace, event, ...more });

  it("name the class, the object, and a request id that is theirs alone", () => {
    const logs = [{ timestamp: 1_200, level: "log", message: ["hi"] }];
    const [line, row] = rowsFor({ rpcMethod: "enter" }, { logs });
    assert.deepEqual([row?.entrypoint, row?.durableObjectId, row?.wallTimeMs], ["Room", "ab12", 500]);
    assert.match(row?.requestId ?? "", /^[0-9a-f]{32}$/);
    assert.equal(line?.requestId, row?.requestId);
    assert.equal(line?.timestamp, 1_000);
    assert.notEqual(rowsFor({ rpcMethod: "enter" })[0]?.requestId, row?.requestId);
  });

  it("name the visitor's request where a Worker has passed it on", () => {
    const request = (headers: Record<string, string>) => ({ method: "GET", url: "http://room/a?b", headers });
    const [passed] = rowsFor({ request: request({ "cf-ray": "0123456789abcdef-LOC" }) });
    assert.deepEqual([passed?.rayId, passed?.path], ["0123456789abcdef", "/a"]);
    const [own] = rowsFor({ request: request({}) });
    assert.ok(own && !("rayId" in own));
  });

  it("call an alarm that threw an exception, whatever workerd says", () => {
    const exceptions = [{ timestamp: 1_300, name: "Error", message: "no", stack: "at alarm" }];
    const [thrown, row] = rowsFor({ scheduledTime: "2026-11-26T00:00:00.000Z" }, { exceptions });
    assert.deepEqual([row?.eventType, row?.outcome, row?.level], ["alarm", "exception", "error"]);
    assert.deepEqual(thrown?.exception, { name: "Error", stack: "at alarm", timestamp: 1_300 });
  });
});
