import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { IncomingMessage } from "node:http";
import fc from "fast-check";
import { WebSocket, type ClientOptions } from "ws";
import { startEdge, type Edge } from "../../edge";
import { Frames } from "../../edge/data/frames";
import { addVersion, ask, call, deploy, goLive, invocationsOf, until, useEdge, type Row } from "./support";

/** A Worker that speaks WebSocket, and says which version it is. */
function speaking(word: string): string {
  return `export default { fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/refuse") return new Response("no sockets here", { status: 403, headers: { "x-why": "because" } });
    if (pathname === "/throw") throw new Error("no");
    if (request.headers.get("upgrade") !== "websocket") return new Response("plain " + request.method);
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    if (pathname === "/greet") server.send("welcome");
    server.addEventListener("message", ({ data }) => {
      if (data === "who") server.send(${JSON.stringify(word)});
      else if (data === "bye") server.close(4321, "so long");
      else server.send(data);
    });
    server.addEventListener("close", ({ code, reason }) => { server.close(code === 1006 ? 1011 : code, reason); });
    return new Response(null, { status: 101, webSocket: client, headers: { "x-own": "mine" } });
  } };`;
}

function open(edge: Edge, name: string, path = "/", options: ClientOptions = {}): WebSocket {
  const headers = { host: `${name}.local.localhost:${edge.port}`, ...options.headers };
  return new WebSocket(`ws://127.0.0.1:${edge.port}${path}`, { ...options, headers });
}

async function opened(...args: Parameters<typeof open>): Promise<WebSocket> {
  const socket = open(...args);
  await once(socket, "open");
  return socket;
}

async function said(socket: WebSocket, message: string | Buffer): Promise<Buffer> {
  const answer = once(socket, "message") as Promise<[Buffer]>;
  socket.send(message);
  return (await answer)[0];
}

/** What a socket ends with. */
async function ending(socket: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(socket, "close")) as [number, Buffer];
  return [code, reason.toString()];
}

/** The plain answer to a request that asked for a WebSocket. */
async function refusal(socket: WebSocket): Promise<IncomingMessage & { readonly body: string }> {
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
  return Object.assign(response, { body: await text(response) });
}

describe("a WebSocket through the edge", () => {
  const started = useEdge();

  before(async () => {
    await goLive(started.edge, "ws", speaking("one"));
  });

  function rowOf(path: string): Promise<Row> {
    return until(`the row of ${path}`, async () =>
      (await invocationsOf(started.edge, "ws")).find((row) => row.$workers.event?.path === path),
    );
  }

  it("carries text and large binary messages both ways, compressed or not", async () => {
    const large = Buffer.alloc(900_000, "0123456789");
    for (const perMessageDeflate of [false, true]) {
      const socket = await opened(started.edge, "ws", "/", { perMessageDeflate });
      assert.equal((await said(socket, "héllo")).toString(), "héllo");
      assert.ok((await said(socket, large)).equals(large));
      socket.terminate();
    }
  });

  it("delivers what either side sends right behind its headers", async () => {
    const socket = open(started.edge, "ws", "/greet");
    const [first] = (await once(socket, "message")) as [Buffer];
    assert.equal(first.toString(), "welcome");
    socket.terminate();

    const raw = connect(started.edge.port, "127.0.0.1");
    const unmasked = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
    const head =
      `GET / HTTP/1.1\r\nHost: ws.local.localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    raw.write(Buffer.concat([Buffer.from(head), unmasked]));
    let seen = "";
    raw.on("data", (chunk: Buffer) => (seen += chunk.toString("latin1")));
    await until("the echo", () => (seen.endsWith("\x81\x02hi") ? true : undefined));
    assert.match(seen, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
    assert.match(seen, /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
    assert.match(seen, /x-own: mine\r\n/);
    assert.match(seen, /cf-ray: [0-9a-f]{16}-LOC\r\n/);
    raw.destroy();
  });

  it("passes close codes on, whoever says goodbye, as the outcome ok without an answer", async () => {
    const byServer = await opened(started.edge, "ws", "/server-closes");
    byServer.send("bye");
    assert.deepEqual(await ending(byServer), [4321, "so long"]);
    const byClient = await opened(started.edge, "ws", "/client-closes");
    await said(byClient, "x");
    byClient.close(4000, "enough");
    assert.deepEqual(await ending(byClient), [4000, "enough"]);
    for (const path of ["/server-closes", "/client-closes"]) {
      const { $workers } = await rowOf(path);
      assert.equal($workers.outcome, "ok");
      assert.equal($workers.event?.response, undefined);
      assert.equal($workers.event?.request?.method, "GET");
    }
  });

  it("tells of a client that left without a goodbye as disconnected", async () => {
    const socket = await opened(started.edge, "ws", "/leaves");
    await said(socket, "x");
    socket.terminate();
    const { $workers } = await rowOf("/leaves");
    assert.equal($workers.outcome, "responseStreamDisconnected");
    assert.equal($workers.event?.response, undefined);
  });

  it("stays with its version when the deployment changes, and goes where split and override say when it is new", async () => {
    const one = await goLive(started.edge, "stays", speaking("one"));
    const two = await addVersion(started.edge, "stays", speaking("two"));
    const socket = await opened(started.edge, "stays");
    assert.equal((await said(socket, "who")).toString(), "one");
    await deploy(started.edge, "stays", { [one]: 0, [two]: 100 });
    assert.equal((await said(socket, "who")).toString(), "one");
    const next = await opened(started.edge, "stays");
    assert.equal((await said(next, "who")).toString(), "two");
    const headers = { "Cloudflare-Workers-Version-Overrides": `stays="${one}"` };
    const overridden = await opened(started.edge, "stays", "/", { headers });
    assert.equal((await said(overridden, "who")).toString(), "one");
    for (const open of [socket, next, overridden]) open.terminate();
  });

  it("is refused as the Worker refuses it: its answer arrives whole", async () => {
    const response = await refusal(open(started.edge, "ws", "/refuse"));
    assert.equal(response.statusCode, 403);
    assert.equal(response.headers["x-why"], "because");
    assert.equal(response.body, "no sockets here");
    const thrown = await refusal(open(started.edge, "ws", "/throw"));
    assert.equal(thrown.statusCode, 500);
    assert.match(thrown.body, /Error 1101/);
    assert.equal((await rowOf("/refuse")).$workers.event?.response?.status, 403);
    assert.equal((await rowOf("/throw")).$workers.outcome, "exception");
  });

  it("is not for a Worker that is not there, a foreign host, or the API", async () => {
    const unknown = await refusal(open(started.edge, "nobody"));
    assert.equal(unknown.statusCode, 404);
    const foreign = await refusal(open(started.edge, "x", "/", { headers: { host: "evil.example" } }));
    assert.equal(foreign.statusCode, 421);
    const host = `127.0.0.1:${started.edge.port}`;
    const api = await refusal(
      open(started.edge, "x", "/client/v4/user/tokens/verify", { headers: { host } }),
    );
    assert.equal(api.statusCode, 401);
    assert.equal((JSON.parse(api.body) as { success: boolean }).success, false);
  });

  it("is what only a WebSocket request gets: any other upgrade is ignored, its body is not", async () => {
    const asking = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABk" };
    const posted = await ask(started.edge, "ws", {
      method: "POST",
      body: "x".repeat(100_000),
      headers: asking,
    });
    assert.equal(posted.body, "plain POST");
    const headers = { connection: "Upgrade", upgrade: "websocket" };
    assert.equal((await ask(started.edge, "ws", { method: "POST", body: "x", headers })).body, "plain POST");
    const path = `/accounts/${started.edge.accountId}/workers/scripts`;
    assert.equal((await call(started.edge, path)).status, 200);
  });

  it("ends when the edge does", async () => {
    const edge = await startEdge();
    await goLive(edge, "ws", speaking("one"));
    const socket = await opened(edge, "ws");
    const ended = ending(socket);
    await edge.close();
    assert.equal((await ended)[0], 1006);
  });
});

describe("the frames of a WebSocket", () => {
  const frame = (opcode: number, payload: Buffer): Buffer => {
    const { length } = payload;
    const size = Buffer.alloc(length < 126 ? 1 : length < 65_536 ? 3 : 9);
    if (length < 126) size.writeUInt8(0x80 | length);
    else if (length < 65_536) size.writeUIntBE(0xfe0000 + length, 0, 3);
    else {
      size.writeUInt8(0xff);
      size.writeUIntBE(length, 3, 6);
    }
    return Buffer.concat([Buffer.from([0x80 | opcode]), size, Buffer.from("mask"), payload]);
  };
  const payloads = fc.array(
    fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(70_000).fill(0x88))),
    { maxLength: 5 },
  );

  it("say goodbye with a close frame only, however they are cut", () => {
    fc.assert(
      fc.property(payloads, fc.boolean(), fc.integer({ min: 1, max: 5000 }), (bodies, closes, step) => {
        const frames = bodies.map((body) => frame(2, Buffer.from(body)));
        const stream = Buffer.concat(closes ? [...frames, frame(8, Buffer.from([3, 232]))] : frames);
        const watched = new Frames();
        for (let at = 0; at < stream.length; at += step) watched.read(stream.subarray(at, at + step));
        assert.equal(watched.hasClosed, closes);
      }),
    );
  });
});
