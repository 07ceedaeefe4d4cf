import assert from "node:assert/strict";
import { said } from "./socket";
import {
  addVersion,
  ask,
  call,
  deploy,
  goLive,
  invocationsOf,
  putScript,
  saying,
  until,
  useEdge,
  type Metadata,
} from "../support";

const CALLER = `export default {
  fetch(request, env) {
    const { pathname } = new URL(request.url);
    return env.OTHER.fetch("https://callee.test" + pathname + "?q=1", {
      method: "POST", headers: { "x-note": "hello" }, body: "body",
    });
  },
};`;

const CALLEE = `export default {
  async fetch(request) {
    const { pathname, search, hostname } = new URL(request.url);
    const body = await request.text();
    return Response.json([request.method, hostname, pathname + search, request.headers.get("x-note"), body]);
  },
};`;

function calling(service: string): Metadata {
  return { bindings: [{ type: "service", name: "OTHER", service }] };
}

describe("a service binding", function () {
  this.timeout(180_000);
  const it_ = useEdge();

  it("sends requests to a Worker that is not on the subdomain, and they are recorded as its own", async () => {
    const { edge } = it_;
    await putScript(edge, "callee", CALLEE);
    await goLive(edge, "caller", CALLER, calling("callee"));
    const { body } = await ask(edge, "caller", { path: "/a/path" });
    assert.deepEqual(JSON.parse(body), ["POST", "callee.test", "/a/path?q=1", "hello", "body"]);
    const row = await until("the telemetry", async () => (await invocationsOf(edge, "callee"))[0]);
    assert.equal(row.$workers.event?.path, "/a/path");
    assert.equal(row.$workers.outcome, "ok");
    // The caller has made a request of its own, which says nothing of the visitor's.
    assert.equal(row.$metadata.rayId, undefined);
  });

  it("has a request id at each hop, and the visitor's ray and trace at all that pass its request on", async () => {
    const { edge } = it_;
    const passing = "export default { fetch: (request, env) => env.OTHER.fetch(request) };";
    await putScript(
      edge,
      "third",
      `export default { fetch: ({ headers }) => new Response(headers.get("cf-ray")) };`,
    );
    await putScript(edge, "second", passing, calling("third"));
    await goLive(edge, "first", passing, calling("second"));
    const { headers, body } = await ask(edge, "first");
    const [ray] = String(headers["cf-ray"]).split("-");
    assert.equal(body.split("-")[0], ray);
    const rows = await Promise.all(
      ["first", "second", "third"].map((name) =>
        until(`the telemetry of ${name}`, async () => (await invocationsOf(edge, name))[0]),
      ),
    );
    assert.deepEqual(new Set(rows.map(({ $metadata }) => $metadata.rayId)), new Set([ray]));
    assert.equal(new Set(rows.map(({ $metadata }) => $metadata.traceId)).size, 1);
    assert.equal(new Set(rows.map(({ $metadata }) => $metadata.requestId)).size, 3);
  });

  it("follows the split of the Worker that is called", async () => {
    const { edge } = it_;
    const first = await putScript(edge, "split", saying("one"));
    const second = await addVersion(edge, "split", saying("two"));
    await goLive(edge, "asker", CALLER, calling("split"));
    assert.equal((await ask(edge, "asker")).body, "one");
    await deploy(edge, "split", { [first]: 50, [second]: 50 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(edge, "asker")));
    assert.deepEqual([...new Set(answers.map(({ body }) => body))].sort(), ["one", "two"]);
  });

  it("is refused when there is no such Worker", async () => {
    const { edge } = it_;
    await assert.rejects(putScript(edge, "lonely", CALLER, calling("nobody")), /10143.*nobody/s);
    const { status } = await call(edge, `/accounts/${edge.accountId}/workers/scripts/lonely/settings`);
    assert.equal(status, 404);
  });

  it("ends a circle of Workers that call each other, with and without what came in", async () => {
    const { edge } = it_;
    const passing = "export default { fetch: (request, env) => env.OTHER.fetch(request) };";
    await goLive(edge, "passing", passing, calling("passing"));
    assert.match((await ask(edge, "passing")).body, /^error code: 1019/);
    const anew = 'export default { fetch: (request, env) => env.OTHER.fetch("http://again/") };';
    await goLive(edge, "anew", anew, calling("anew"));
    assert.match((await ask(edge, "anew")).body, /^error code: 1019/);
  });

  it("says that it takes no calls of methods", async () => {
    const code = `export default {
      fetch: (request, env) => env.OTHER.add(1, 2).catch(({ message }) => new Response(message)),
    };`;
    await goLive(it_.edge, "methods", code, calling("methods"));
    assert.match((await ask(it_.edge, "methods")).body, /not configured for RPC/);
  });

  it("carries WebSockets", async () => {
    const { edge } = it_;
    const echo = `export default { fetch() {
      const [client, server] = Object.values(new WebSocketPair());
      server.accept();
      server.addEventListener("message", ({ data }) => { server.send("echo " + data); });
      return new Response(null, { status: 101, webSocket: client });
    } };`;
    await putScript(edge, "echo", echo);
    const passing = "export default { fetch: (request, env) => env.OTHER.fetch(request) };";
    await goLive(edge, "switch", passing, calling("echo"));
    assert.equal(await said(edge, "switch", "hello"), "echo hello");
  });
});
