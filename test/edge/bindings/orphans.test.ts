import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Edge } from "../../../edge";
import { fateOfSockets, type Followed, type SocketsFate } from "../../../edge/storage/sockets";
import { addVersion, deploy, goLive, useEdge } from "../support";
import { said } from "./socket";

const AN_HOUR = 3_600_000;
const QUIET_MS = 300;

const ROOM = { type: "durable_object_namespace", name: "ROOM", class_name: "Room" };
const MIGRATED = { bindings: [ROOM], migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] } };

type Shares = Record<string, number>;

/** One object that holds WebSockets while it hibernates, and echoes. */
const ECHO = `
import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {
  fetch() {
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket, message) { socket.send(message); }
  webSocketClose(socket, code) { socket.close(code); }
}
export default { fetch: (request, { ROOM }) => ROOM.getByName("one").fetch(request) };`;

describe("what a deployment does to WebSockets of Durable Objects", () => {
  const cases: [before: Shares, now: Shares, fate: SocketsFate][] = [
    [{ old: 100 }, { old: 100 }, "orphan"],
    [{ old: 100 }, { old: 100, new: 0 }, "orphan"],
    [{ old: 100 }, { old: 90, new: 10 }, "orphan"],
    [{ old: 90, new: 10 }, { old: 50, new: 50 }, "orphan"],
    [{ old: 100, new: 0 }, { old: 100 }, "orphan"],
    [{ old: 90, new: 10 }, { old: 100 }, "close"],
    [{ old: 90, new: 10 }, { old: 0, new: 100 }, "close"],
    [{ old: 100 }, { new: 100 }, "close"],
  ];
  for (const [before, now, fate] of cases) {
    it(`${fate}s them: ${JSON.stringify(before)}, then ${JSON.stringify(now)}`, () => {
      assert.equal(fateOfSockets(followed("one", before), followed("two", now)), fate);
    });
  }

  it("is nothing when it is the one they have, the first, or none", () => {
    const first = followed("one", { old: 100 });
    assert.equal(fateOfSockets(first, followed("one", { old: 100 })), "stay");
    assert.equal(fateOfSockets(undefined, first), "stay");
    assert.equal(fateOfSockets(first, undefined), "stay");
  });

  function followed(deploymentId: string, shares: Shares): Followed {
    const split = Object.entries(shares).map(([versionId, percentage]) => ({ versionId, percentage }));
    return { deploymentId, split };
  }
});

describe("WebSockets of Durable Objects, where deployments orphan them", function () {
  this.timeout(180_000);
  const slow = useEdge({ realism: { orphanedSocketsMs: AN_HOUR } });
  const quick = useEdge({ realism: { orphanedSocketsMs: QUIET_MS } });
  const ideal = useEdge();

  const harmful: [deployment: string, name: string, shares: (older: string, newer: string) => Shares][] = [
    ["the same version once more", "same", (older) => ({ [older]: 100 })],
    ["another version at 0 %", "zero", (older, newer) => ({ [older]: 100, [newer]: 0 })],
    ["another version at 10 %", "split", (older, newer) => ({ [older]: 90, [newer]: 10 })],
  ];
  for (const [deployment, name, shares] of harmful) {
    it(`are answered no more after a deployment of ${deployment}, and new ones are`, async () => {
      const { older, newer, visitor } = await opened(slow.edge, name);
      await deploy(slow.edge, name, shares(older, newer));
      await visitor.isSilent();
    });
  }

  it("are closed when they have been quiet", async () => {
    const { older, newer, visitor } = await opened(quick.edge, "quiet");
    const before = performance.now();
    await deploy(quick.edge, "quiet", { [older]: 100, [newer]: 0 });
    await visitor.closed;
    // A timer may be early by a hair.
    assert.ok(performance.now() - before > QUIET_MS - 5);
    assert.equal(await said(quick.edge, "quiet", "again"), "again");
  });

  it("are closed at once by a promotion and by a rollback, also those that are orphaned", async () => {
    const { older, newer, visitor } = await opened(slow.edge, "moved");
    await deploy(slow.edge, "moved", { [older]: 100, [newer]: 0 });
    const second = await Visitor.open(slow.edge, "moved");
    await deploy(slow.edge, "moved", { [newer]: 100 });
    await Promise.all([visitor.closed, second.closed]);
    const third = await Visitor.open(slow.edge, "moved");
    await deploy(slow.edge, "moved", { [older]: 100 });
    await third.closed;
    assert.equal(await said(slow.edge, "moved", "again"), "again");
  });

  it("stay when something else of the script changes", async () => {
    const { visitor } = await opened(slow.edge, "settled");
    await slow.client.workers.scripts.schedules.update("settled", {
      account_id: slow.edge.accountId,
      body: [],
    });
    assert.equal(await visitor.hears("still there"), "still there");
  });

  it("stay or are closed with their object, on an edge that orphans none", async () => {
    const { older, newer, visitor } = await opened(ideal.edge, "ideal");
    await deploy(ideal.edge, "ideal", { [older]: 100, [newer]: 0 });
    assert.equal(await visitor.hears("still there"), "still there");
    await deploy(ideal.edge, "ideal", { [older]: 90, [newer]: 10 });
    await visitor.closed;
  });
});

/** A Worker with a visitor whose WebSocket is answered, and a version that is not deployed. */
async function opened(edge: Edge, name: string) {
  const older = await goLive(edge, name, ECHO, MIGRATED);
  const newer = await addVersion(edge, name, ECHO, { bindings: [ROOM] });
  return { older, newer, visitor: await Visitor.open(edge, name) };
}

/** Holds a WebSocket. */
class Visitor {
  readonly closed: Promise<unknown>;

  private constructor(
    private readonly edge: Edge,
    private readonly name: string,
    private readonly socket: WebSocket,
  ) {
    this.closed = once(socket, "close");
  }

  /** Returns once the object has answered. */
  static async open(edge: Edge, name: string): Promise<Visitor> {
    const host = `${name}.${edge.subdomain}.localhost:${edge.port}`;
    const socket = new WebSocket(`ws://127.0.0.1:${edge.port}/`, { headers: { host } });
    await once(socket, "open");
    const visitor = new Visitor(edge, name, socket);
    assert.equal(await visitor.hears("first"), "first");
    return visitor;
  }

  async hears(message: string): Promise<string> {
    const answer = once(this.socket, "message") as Promise<[Buffer]>;
    this.socket.send(message);
    return (await answer)[0].toString();
  }

  /** Others are answered again and again, and this one is not. */
  async isSilent(): Promise<void> {
    let heard = 0;
    this.socket.on("message", () => (heard += 1));
    for (let round = 0; round < 5; round += 1) {
      this.socket.send("anybody?");
      assert.equal(await said(this.edge, this.name, "hello"), "hello");
    }
    assert.equal(heard, 0);
    assert.equal(this.socket.readyState, WebSocket.OPEN);
    this.socket.terminate();
  }
}
