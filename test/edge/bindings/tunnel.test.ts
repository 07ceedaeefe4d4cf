import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duplexPair, type Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Tunnel } from "../../../edge/storage/tunnel";

const AN_HOUR = 3_600_000;
const REQUEST = { method: "GET", url: "/", rawHeaders: [] } as unknown as IncomingMessage;

describe("a tunnel to an object", () => {
  const folder = mkdtempSync(join(tmpdir(), "edge-tunnel-"));
  const path = join(folder, "socket");
  let answer: string;
  let last: Socket;
  /** Answers the head of a request, and echoes what comes after it. */
  const server = createServer((socket) => {
    last = socket;
    socket.once("data", () => {
      socket.write(`${answer}\r\n\r\n`);
      socket.on("error", () => undefined).pipe(socket);
    });
  });

  before(() => {
    server.listen(path);
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** A tunnel whose request was answered so. */
  async function opened(status: string) {
    answer = `HTTP/1.1 ${status}`;
    const [client, caller] = duplexPair();
    const tunnel = new Tunnel(caller, () => undefined);
    const ended = once(caller, "close");
    tunnel.open(path, REQUEST, Buffer.alloc(0));
    assert.equal(await next(client), `${answer}\r\n\r\n`);
    return { tunnel, caller, client, ended };
  }

  it("that is an orphaned WebSocket loses its object, answers nothing and outlives a reset", async () => {
    const { tunnel, caller, client, ended } = await opened("101 Switching Protocols");
    tunnel.orphan(AN_HOUR);
    client.on("data", () => assert.fail("it was answered"));
    client.write("anybody?");
    await once(last, "close");
    tunnel.cut();
    assert.equal(caller.destroyed, false);
    tunnel.close();
    await ended;
  });

  it("that is an orphaned WebSocket is closed once the client has been quiet for so long", async () => {
    const quietMs = 100;
    const { tunnel, caller, client, ended } = await opened("101 Switching Protocols");
    const orphanedAt = performance.now();
    tunnel.orphan(quietMs);
    let sentAt = orphanedAt;
    while (!caller.destroyed && performance.now() - orphanedAt < 3 * quietMs) {
      client.write("anybody?");
      sentAt = performance.now();
      await sleep(10);
    }
    await ended;
    // A timer may be early by a hair.
    assert.ok(performance.now() - sentAt > quietMs - 5, `closed ${performance.now() - sentAt} ms later`);
  });

  it("that is an orphaned WebSocket is closed when the client leaves", async () => {
    const { tunnel, client, ended } = await opened("101 Switching Protocols");
    tunnel.orphan(AN_HOUR);
    client.end();
    await ended;
  });

  for (const status of ["200 OK", "403 Forbidden"]) {
    it(`is not orphaned when it is no WebSocket: ${status}`, async () => {
      const { tunnel, client, ended } = await opened(status);
      tunnel.orphan(0);
      client.write("hello");
      assert.equal(await next(client), "hello");
      tunnel.cut();
      await ended;
    });
  }
});

async function next(stream: Duplex): Promise<string> {
  const [data] = (await once(stream, "data")) as [Buffer];
  return data.toString();
}
