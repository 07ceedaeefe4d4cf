import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import * as v8 from "node:v8";
import * as vm from "node:vm";
import { ask, goLive, invocationsOf, until, useEdge, type Row } from "./support";

const WORKER = `
let aborted = 0;
let given = 0;
export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/echo") return new Response(request.body);
    if (pathname === "/unread") return new Response("no, thanks", { status: 413 });
    if (pathname === "/sse") return new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } });
    if (pathname === "/status") return new Response(null, { status: Number(searchParams.get("of")) });
    if (pathname === "/given") return new Response(String(given));
    if (pathname === "/aborted") return new Response(String(aborted));
    if (pathname === "/method") return new Response(request.method, { headers: { "x-method": request.method } });
    if (pathname === "/url") return new Response(String(request.url.length));
    if (pathname === "/headers") return new Response(JSON.stringify([...request.headers]));
    if (pathname === "/cookies") {
      const headers = new Headers();
      for (let i = 0; i < 100; i++) headers.append("set-cookie", "c" + i + "=" + i + "; Path=/");
      return new Response("", { headers });
    }
    if (pathname === "/encoded") {
      return new Response(new Uint8Array([31, 139, 8]), { encodeBody: "manual", headers: { "content-encoding": "gzip" } });
    }
    if (pathname === "/count") {
      let bytes = 0;
      for await (const chunk of request.body) bytes += chunk.byteLength;
      return new Response(String(bytes));
    }
    if (pathname === "/sip") {
      for await (const chunk of request.body) await scheduler.wait(1_000);
      return new Response("");
    }
    if (pathname === "/endless") {
      request.signal.addEventListener("abort", () => { aborted++; });
      const chunk = new Uint8Array(65_536);
      return new Response(new ReadableStream({
        pull(controller) { given += chunk.length; controller.enqueue(chunk); },
      }));
    }
    return new Response("path " + pathname);
  },
};`;

const FLAGS = { compatibility_flags: ["enable_request_signal"] };

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc") as () => void;

/** Bytes in buffers that somebody still holds on to. */
function heldInBuffers(): number {
  // What one collection has found is freed in the background; the next one waits for that.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

describe("bodies and clients of the data plane", () => {
  const started = useEdge();
  const host = "bodies.local.localhost";

  before(async () => {
    await goLive(started.edge, "bodies", WORKER, FLAGS);
  });

  function open(path: string, options: object = {}): ClientRequest {
    return httpRequest({ host: "127.0.0.1", port: started.edge.port, path, headers: { host }, ...options });
  }

  async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return response;
  }

  /** Sends bytes as they are and returns all that comes back until the connection ends. */
  async function raw(bytes: string): Promise<string> {
    const socket = connect(started.edge.port, "127.0.0.1");
    socket.write(bytes, "latin1");
    return text(socket);
  }

  function rowOf(path: string): Promise<Row> {
    return until(`the row of ${path}`, async () =>
      (await invocationsOf(started.edge, "bodies")).find((row) => row.$workers.event?.path === path),
    );
  }

  it("sends an answer's headers before there is a body", async () => {
    const request = open("/sse").end();
    const response = await answerTo(request);
    assert.equal(response.headers["content-type"], "text/event-stream");
    request.destroy();
  });

  it("sends a request's headers before there is a body", async () => {
    const request = open("/unread", { method: "POST" });
    request.flushHeaders();
    const response = await answerTo(request);
    assert.equal(response.statusCode, 413);
    request.destroy();
  });

  it("answers for a Worker that does not read the request, however long that is, and keeps the connection", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 3; round++) {
      const request = open("/unread", { method: "POST", agent });
      request.end(Buffer.alloc(20_000_000));
      const response = await answerTo(request);
      assert.equal(response.statusCode, 413);
      assert.equal(await text(response), "no, thanks");
    }
    agent.destroy();
  });

  it("sends nothing on a connection that a Worker has left with an unread body", async () => {
    for (let round = 0; round < 40; round++) {
      const body = "x".repeat(round % 2 === 0 ? 100_000 : 10);
      assert.equal(
        (await ask(started.edge, "bodies", { path: "/unread", method: "POST", body })).status,
        413,
      );
    }
  });

  it("carries 150 MB each way in bounded memory", async () => {
    const chunk = Buffer.alloc(1_000_000, "x");
    const request = open("/echo", { method: "POST" });
    const received = answerTo(request).then(async (response) => {
      let bytes = 0;
      for await (const part of response) bytes += (part as Buffer).length;
      return bytes;
    });
    const before = heldInBuffers();
    let most = 0;
    for (let sent = 0; sent < 150; sent++) {
      if (!request.write(chunk)) await once(request, "drain");
      if (sent % 10 === 0) most = Math.max(most, heldInBuffers());
    }
    request.end();
    assert.equal(await received, 150_000_000);
    assert.ok(most - before < 50_000_000, `${most - before} bytes held`);
  }).timeout(60_000);

  it("takes from a client what the Worker reads, and from a Worker what the client reads", async () => {
    const upload = open("/sip", { method: "POST" });
    let taken = 0;
    while (upload.write(Buffer.alloc(100_000)) || (await drains(upload))) {
      taken += 100_000;
      assert.ok(taken < 100_000_000, "the edge swallows whatever it gets");
    }
    upload.on("error", () => undefined).destroy();

    const download = open("/endless").end();
    const response = await answerTo(download);
    response.pause();
    const given = async (): Promise<number> =>
      Number((await ask(started.edge, "bodies", { path: "/given" })).body);
    let last = -1;
    await until("the Worker to wait", async () => {
      const before = last;
      last = await given();
      assert.ok(last < 100_000_000, "the edge swallows whatever it gets");
      return last === before && last > 0 ? true : undefined;
    });
    download.destroy();
  }).timeout(30_000);

  async function drains(request: ClientRequest): Promise<boolean> {
    const signal = AbortSignal.timeout(700);
    return once(request, "drain", { signal }).then(
      () => true,
      () => false,
    );
  }

  const plain = (path: string, more = ""): string =>
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`;

  it("tells the version of a client that leaves while it answers: outcome responseStreamDisconnected", async () => {
    const request = open("/endless").end();
    const response = await answerTo(request);
    await once(response, "data");
    request.destroy();
    const { $workers, $metadata } = await rowOf("/endless");
    assert.deepEqual([$workers.outcome, $metadata.level], ["responseStreamDisconnected", "info"]);
    await until("the version to have seen it", async () =>
      (await ask(started.edge, "bodies", { path: "/aborted" })).body === "0" ? undefined : true,
    );
  });

  it("tells the version of a client that leaves while it sends", async () => {
    const request = open("/count", { method: "POST" });
    request.on("error", () => undefined);
    request.write("some");
    await until("the version to have begun", async () => {
      await ask(started.edge, "bodies", { path: "/" });
      return true;
    });
    request.destroy();
    assert.equal((await rowOf("/count")).$workers.outcome, "canceled");
  });

  it("answers Expect: 100-continue, HEAD, and statuses without a body", async () => {
    const request = open("/echo", { method: "POST", headers: { host, expect: "100-continue" } });
    request.flushHeaders();
    await once(request, "continue");
    request.end("now");
    assert.equal(await text(await answerTo(request)), "now");

    const head = await ask(started.edge, "bodies", { path: "/method", method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers["x-method"], "HEAD");
    assert.equal(head.body, "");
    for (const status of [204, 205, 304]) {
      const answer = await ask(started.edge, "bodies", { path: `/status?of=${status}` });
      assert.equal(answer.status, status);
      assert.equal(answer.body, "");
    }
  });

  it("takes chunked requests with trailers and extensions", async () => {
    const chunked = "Transfer-Encoding: chunked\r\nTrailer: x-sum\r\nConnection: close\r\n\r\n";
    const body = "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nx-sum: 5\r\n\r\n";
    const answer = await raw(`POST /count HTTP/1.1\r\nHost: ${host}\r\n${chunked}${body}`);
    assert.match(answer, /^HTTP\/1\.1 200 [^]*\r\n\r\n5$/);
  });

  it("passes on odd methods, long URLs, many cookies, and encodings as they are", async () => {
    for (const method of ["PROPFIND", "PURGE", "QUERY", "OPTIONS", "DELETE", "PATCH"]) {
      assert.equal((await ask(started.edge, "bodies", { path: "/method", method })).body, method);
    }
    const path = `/url?${"x".repeat(15_000)}`;
    const expected = `http://${host}:${started.edge.port}${path}`.length;
    assert.equal((await ask(started.edge, "bodies", { path })).body, String(expected));
    const cookies = (await ask(started.edge, "bodies", { path: "/cookies" })).headers["set-cookie"];
    assert.equal(cookies?.length, 100);
    assert.equal(cookies[99], "c99=99; Path=/");
    const headers = { "accept-encoding": "br;q=1.0, gzip;q=0.5" };
    const seen = await ask(started.edge, "bodies", { path: "/headers", headers });
    assert.ok(seen.body.includes('["accept-encoding","br;q=1.0, gzip;q=0.5"]'), seen.body);
    const encoded = await ask(started.edge, "bodies", { path: "/encoded", headers });
    assert.equal(encoded.headers["content-encoding"], "gzip");
    assert.equal(encoded.headers["content-length"], "3");
  });

  it("takes headers up to 128 KB, and URLs up to 16", async () => {
    const headers = { "x-large": "x".repeat(100_000) };
    const seen = await ask(started.edge, "bodies", { path: "/headers", headers });
    assert.ok(seen.body.length > 100_000, seen.body.slice(0, 200));
    assert.equal((await ask(started.edge, "bodies", { path: `/${"x".repeat(17_000)}` })).status, 414);
    assert.match(await raw(plain("/", `x-large: ${"x".repeat(140_000)}\r\n`)), /^HTTP\/1\.1 431 /);
  });

  it("answers pipelined requests in their order", async () => {
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const answers = await raw(get("/one") + get("/two") + get("/three") + plain("/four"));
    const bodies = [...answers.matchAll(/path (\/(?:one|two|three|four))/g)].map(([, path]) => path);
    assert.deepEqual(bodies, ["/one", "/two", "/three", "/four"]);
  });

  const smuggled: [what: string, head: string, body: string][] = [
    ["a length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\nX"],
    ["two lengths", "Content-Length: 5\r\nContent-Length: 6", "hello!"],
    ["a list of lengths", "Content-Length: 5, 5", "hello"],
    ["a length with a sign", "Content-Length: +5", "hello"],
    ["an unknown transfer encoding", "Transfer-Encoding: gzip, chunked", "0\r\n\r\n"],
    ["chunked that is not the last encoding", "Transfer-Encoding: chunked, identity", "0\r\n\r\n"],
    ["a hidden transfer encoding", "Transfer-Encoding : chunked", "0\r\n\r\n"],
    ["a folded header", "X-A: b\r\n Transfer-Encoding: chunked", ""],
    ["a second host", `Host: other.local.localhost`, ""],
    ["a chunk whose size is no number", "Transfer-Encoding: chunked", "0x5\r\nhello\r\n0\r\n\r\n"],
    ["a bare line feed", "X-A: b\nX-B: c", ""],
  ];
  for (const [what, head, body] of smuggled) {
    it(`refuses a request with ${what}`, async () => {
      const answer = await raw(
        `POST /smuggled HTTP/1.1\r\nHost: ${host}\r\n${head}\r\nConnection: close\r\n\r\n${body}`,
      );
      assert.match(answer, /^HTTP\/1\.1 4\d\d /);
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1);
      assert.ok(!answer.includes("path /smuggled"), answer);
    });
  }

  it("has no tunnel for CONNECT", async () => {
    const socket: Socket = connect(started.edge.port, "127.0.0.1");
    socket.write(`CONNECT ${host}:80 HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assert.match(await text(socket), /^HTTP\/1\.1 400 /);
  });
});
