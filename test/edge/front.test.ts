import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { workerdOf } from "./processes";
import {
  addVersion,
  ask,
  deploy,
  enable,
  goLive,
  exceptionsOf,
  invocationsOf,
  putScript,
  saying,
  until,
  useEdge,
} from "./support";

const ECHO = `export default {
  fetch(request) {
    return new Response(request.body, {
      headers: { "x-seen": JSON.stringify([...request.headers]), "x-url": request.url, "x-method": request.method },
    });
  },
};`;

describe("the data plane", () => {
  const started = useEdge();

  it("answers 404 for a Worker that is unknown, not enabled, or not deployed", async () => {
    assert.match((await ask(started.edge, "unknown")).body, /no Worker named unknown/);
    await putScript(started.edge, "hidden", saying("hidden"));
    const hidden = await ask(started.edge, "hidden");
    assert.equal(hidden.status, 404);
    assert.match(hidden.body, /not enabled on this subdomain/);
    await enable(started.edge, "hidden");
    assert.equal((await ask(started.edge, "hidden")).body, "hidden");
    await started.client.workers.scripts.subdomain.delete("hidden", { account_id: started.edge.accountId });
    assert.equal((await ask(started.edge, "hidden")).status, 404);
  });

  it("sends each request to a version of the active deployment", async () => {
    const one = await goLive(started.edge, "split", saying("one"));
    const two = await addVersion(started.edge, "split", saying("two"));
    const words = async (): Promise<Set<string>> => {
      const answers = await Promise.all(Array.from({ length: 40 }, () => ask(started.edge, "split")));
      return new Set(answers.map(({ body }) => body));
    };
    assert.deepEqual(await words(), new Set(["one"]));
    await deploy(started.edge, "split", { [one]: 50, [two]: 50 });
    // One word only out of 40 draws at 50 % happens once in 5e11 times.
    assert.deepEqual(await words(), new Set(["one", "two"]));
    await deploy(started.edge, "split", { [one]: 100, [two]: 0 });
    assert.deepEqual(await words(), new Set(["one"]));
    await deploy(started.edge, "split", { [two]: 100 });
    assert.deepEqual(await words(), new Set(["two"]));
  });

  it("follows an override to a version of the active deployment, at 0 % too, and no other", async () => {
    const one = await goLive(started.edge, "override", saying("one"));
    const two = await addVersion(started.edge, "override", saying("two"));
    const overridden = async (versionId: string): Promise<string> => {
      const headers = { "Cloudflare-Workers-Version-Overrides": `override="${versionId}"` };
      return (await ask(started.edge, "override", { headers })).body;
    };
    assert.equal(await overridden(two), "one");
    await deploy(started.edge, "override", { [two]: 0, [one]: 100 });
    assert.equal(await overridden(two), "two");
    assert.equal((await ask(started.edge, "override")).body, "one");
  });

  it("moves a client with a version key forwards only, in whatever order a deployment names its versions", async () => {
    const one = await goLive(started.edge, "key", saying("one"));
    const two = await addVersion(started.edge, "key", saying("two"));
    const clients = Array.from({ length: 30 }, (_, index) => `client-${index}`);
    const versions = (): Promise<string[]> =>
      Promise.all(
        clients.map(async (client) => {
          const headers = { "cloudflare-workers-version-key": client };
          return (await ask(started.edge, "key", { headers })).body;
        }),
      );
    let last = await versions();
    const stages: Record<string, number>[] = [
      { [one]: 80, [two]: 20 },
      { [two]: 50, [one]: 50 },
      { [one]: 20, [two]: 80 },
      { [two]: 100 },
    ];
    for (const stage of stages) {
      await deploy(started.edge, "key", stage);
      const now = await versions();
      assert.deepEqual(await versions(), now);
      assert.ok(now.every((version, index) => version === "two" || last[index] === "one"));
      last = now;
    }
    assert.ok(last.every((version) => version === "two"));
  });

  it("passes requests and answers on as they are", async () => {
    await goLive(started.edge, "echo", ECHO);
    const answer = await ask(started.edge, "echo", {
      method: "POST",
      path: "/a%20b?c=d&e",
      body: "hello",
      headers: { "x-own": "mine", "cf-ray": "forged", "cf-connecting-ip": "6.6.6.6", "mf-cf-blob": "{}" },
    });
    assert.equal(answer.body, "hello");
    assert.equal(answer.headers["x-method"], "POST");
    assert.equal(answer.headers["x-url"], `http://echo.local.localhost:${started.edge.port}/a%20b?c=d&e`);
    const seen = new Map(JSON.parse(String(answer.headers["x-seen"])) as [string, string][]);
    assert.equal(seen.get("x-own"), "mine");
    assert.equal(seen.get("cf-connecting-ip"), "127.0.0.1");
    assert.equal(seen.get("mf-cf-blob"), undefined);
    assert.match(seen.get("cf-ray") ?? "", /^[0-9a-f]{16}-LOC$/);
    assert.equal(answer.headers["cf-ray"], seen.get("cf-ray"));
  });

  it("streams both ways: a part of the answer arrives before the request has ended", async () => {
    await goLive(started.edge, "stream", ECHO);
    const host = `stream.local.localhost:${started.edge.port}`;
    const request = httpRequest({
      port: started.edge.port,
      host: "127.0.0.1",
      method: "POST",
      headers: { host },
    });
    request.write("first");
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const [chunk] = (await once(response, "data")) as [Buffer];
    assert.equal(chunk.toString(), "first");
    request.end();
    await once(response.resume(), "end");
  });

  it("carries large bodies whole", async () => {
    await goLive(started.edge, "large", ECHO);
    const body = "0123456789abcdef".repeat(500_000);
    const answer = await ask(started.edge, "large", { method: "PUT", body });
    assert.ok(answer.body === body);
  });

  it("answers error 1101 for an uncaught exception, and leaves a Worker's own 500 alone", async () => {
    await goLive(
      started.edge,
      "throws",
      `export default { fetch(request) {
        if (request.url.endsWith("/own")) return new Response("Internal Server Error", { status: 500 });
        throw new Error("no");
      } };`,
    );
    const thrown = await ask(started.edge, "throws");
    assert.equal(thrown.status, 500);
    assert.match(thrown.body, /Error 1101/);
    assert.equal((await ask(started.edge, "throws", { path: "/own" })).body, "Internal Server Error");
  });

  it("outlives clients that leave and requests that make no sense", async () => {
    await goLive(
      started.edge,
      "leave",
      `export default { async fetch(request) {
        if (new URL(request.url).pathname === "/slow") await new Promise((resolve) => setTimeout(resolve, 60_000));
        return new Response("here");
      } };`,
    );
    const left = ask(started.edge, "leave", { path: "/slow", signal: AbortSignal.timeout(100) });
    await assert.rejects(left);
    for (const target of ["//", "*", "http://elsewhere/x", "/\u00ff", "/%", "/a\tb"]) {
      const socket = connect(started.edge.port, "127.0.0.1");
      socket.end(
        `GET ${target} HTTP/1.1\r\nhost: leave.local.localhost\r\nconnection: close\r\n\r\n`,
        "latin1",
      );
      await once(socket.resume(), "close");
    }
    assert.equal((await ask(started.edge, "leave")).body, "here");
  });

  it("tells a Worker what is true of the request in request.cf, and no place on earth", async () => {
    await goLive(
      started.edge,
      "cf",
      "export default { fetch({ cf, headers }) { return Response.json({ ...cf, header: headers.get('cf-ipcountry') }); } };",
    );
    const headers = { "accept-encoding": 'br, "x"' };
    const cf = JSON.parse((await ask(started.edge, "cf", { headers })).body) as Record<string, unknown>;
    assert.equal(cf["colo"], "LOC");
    assert.equal(cf["country"], "XX");
    assert.equal(cf["header"], "XX");
    assert.equal(cf["httpProtocol"], "HTTP/1.1");
    assert.equal(cf["clientAcceptEncoding"], 'br, "x"');
    assert.equal(cf["timezone"], Intl.DateTimeFormat().resolvedOptions().timeZone);
    for (const field of ["tlsVersion", "asn", "asOrganization"]) assert.ok(field in cf, field);
    for (const field of ["city", "latitude", "longitude", "region"]) assert.ok(!(field in cf), field);
  });

  it("reads the override header as a dictionary of several scripts, and ignores one that is none", async () => {
    const one = await goLive(started.edge, "several", saying("one"));
    const two = await addVersion(started.edge, "several", saying("two"));
    await deploy(started.edge, "several", { [one]: 100, [two]: 0 });
    const asked = async (header: string): Promise<string> =>
      (await ask(started.edge, "several", { headers: { "cloudflare-workers-version-overrides": header } }))
        .body;
    assert.equal(await asked(`other="x", several="${two}"`), "two");
    assert.equal(await asked(`several="${one}", several="${two}"`), "two");
    for (const header of [
      `several=${two}`,
      `several="${two}`,
      `Several="${two}"`,
      `several="${two}",`,
      "%",
    ]) {
      assert.equal(await asked(header), "one", header);
    }
  });
});

describe("a version that misbehaves", () => {
  const started = useEdge({ privateNetwork: true });

  it("by looping endlessly leaves its neighbour alone", async () => {
    const good = await goLive(started.edge, "loop", saying("good"));
    const bad = await addVersion(started.edge, "loop", "export default { fetch() { for (;;) {} } };");
    await deploy(started.edge, "loop", { [good]: 100, [bad]: 0 });
    const leave = new AbortController();
    const headers = { "cloudflare-workers-version-overrides": `loop="${bad}"` };
    const stuck = ask(started.edge, "loop", { headers, signal: leave.signal });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(started.edge, "loop")));
    assert.deepEqual(new Set(answers.map(({ body }) => body)), new Set(["good"]));
    leave.abort();
    await assert.rejects(stuck);
    await started.client.workers.scripts.delete("loop", { account_id: started.edge.accountId });
  });

  it("by looping while it starts is refused", async () => {
    await assert.rejects(putScript(started.edge, "startup", "for (;;) {}"), /10021.*exceeded CPU time limit/);
  }).timeout(60_000);

  it("by crashing leaves its neighbour alone, is started again, and its failure is told", async function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell which process to end
    const good = await goLive(started.edge, "crash", saying("good"));
    const before = workerdOf(process.pid);
    const bad = await addVersion(
      started.edge,
      "crash",
      `export default { async fetch(request) {
        const { searchParams } = new URL(request.url);
        if (searchParams.has("wait")) await fetch(searchParams.get("wait"));
        return new Response("again");
      } };`,
    );
    const [victim] = workerdOf(process.pid).filter((pid) => !before.includes(pid));
    assert.ok(victim !== undefined);
    await deploy(started.edge, "crash", { [good]: 100, [bad]: 0 });
    const headers = { "cloudflare-workers-version-overrides": `crash="${bad}"` };
    assert.equal((await ask(started.edge, "crash", { headers })).body, "again");
    // A server that never answers: once it is asked, the version is in the middle of its request.
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const asked = once(silent, "request");
    const { port } = silent.address() as AddressInfo;
    const waiting = ask(started.edge, "crash", { headers, path: `/wait?wait=http://127.0.0.1:${port}/` });
    await asked;
    const neighbours = Array.from({ length: 20 }, () => ask(started.edge, "crash"));
    process.kill(victim, "SIGKILL");
    assert.equal((await waiting).status, 500);
    silent.close();
    assert.deepEqual(new Set((await Promise.all(neighbours)).map(({ body }) => body)), new Set(["good"]));
    await until("the version to run again", async () => {
      const { body } = await ask(started.edge, "crash", { headers });
      return body === "again" ? true : undefined;
    });
    const row = await until("the row of the failed request", async () =>
      (await invocationsOf(started.edge, "crash")).find((row) => row.$workers.event?.path === "/wait"),
    );
    assert.equal(row.$workers.outcome, "exception");
    assert.equal(row.$workers.scriptVersion.id, bad);
    const thrown = await exceptionsOf(started.edge, "crash");
    const own = thrown.find(({ $metadata }) => $metadata.requestId === row.$metadata.requestId);
    assert.match(own?.$metadata.error ?? "", /The process of this version ended/);
  }).timeout(30_000);
});
