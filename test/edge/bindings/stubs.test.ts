import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEdge } from "../../../edge";
import { addVersion, ask, call, deploy, goLive, refusalOf, useEdge, type Metadata } from "../support";

/** Evaluates an expression of `env`, and answers with what comes of it. */
const EVALUATING = `
import { DurableObject, env as globalEnv } from "cloudflare:workers";
const uses = {
  ai: (env) => env.AI.run("model"),
  hyperdrive: (env) => env.HYPERDRIVE.connectionString,
  workflow: (env) => env.WORKFLOW.create(),
  service: (env) => env.ADMIN.reset(),
  look: (env) => [typeof env.AI, String(env.AI), env.AI === globalEnv.AI, JSON.stringify(env.AI)],
  data: (env) => env.DATA.writeDataPoint({ doubles: [1] }) ?? null,
  kv: async (env) => { await env.KV.put("a", "1"); return env.KV.get("a"); },
  limit: async (env) => (await env.LIMIT.limit({ key: "me" })).success,
  sign: async (env) => (await crypto.subtle.sign("HMAC", env.KEY, new Uint8Array([1]))).byteLength,
};
export default {
  async fetch(request, env) {
    try {
      return Response.json(await uses[new URL(request.url).pathname.slice(1)](env));
    } catch (error) {
      return new Response(error.message, { status: 500 });
    }
  },
};`;

const NAMESPACE = "0123456789abcdef0123456789abcdef";

const BINDINGS: Metadata[] = [
  { type: "ai", name: "AI" },
  { type: "hyperdrive", name: "HYPERDRIVE", id: NAMESPACE },
  { type: "workflow", name: "WORKFLOW", workflow_name: "w", class_name: "W" },
  { type: "service", name: "ADMIN", service: "stubbed", entrypoint: "Admin" },
  { type: "analytics_engine", name: "DATA", dataset: "visits" },
  { type: "kv_namespace", name: "KV", namespace_id: NAMESPACE },
];

describe("bindings to what the edge does not have", function () {
  this.timeout(60_000);
  const notices: string[] = [];
  const it_ = useEdge({ allowStubs: true, onNotice: (line) => notices.push(line) });
  const use = (what: string, script = "stubbed"): Promise<{ status: number; body: string }> =>
    ask(it_.edge, script, { path: `/${what}` });

  before(async () => {
    await goLive(it_.edge, "stubbed", EVALUATING, { bindings: BINDINGS });
  });

  it("throw when they are used, and say which they are", async () => {
    const used = await Promise.all(["ai", "hyperdrive", "workflow", "service"].map((what) => use(what)));
    assert.deepEqual(
      used.map(({ status }) => status),
      [500, 500, 500, 500],
    );
    const [ai, hyperdrive, workflow, service] = used.map(({ body }) => body);
    assert.match(ai ?? "", /^env\.AI is a stub: .*'ai'.*--allow-stubs.*'run'/);
    assert.match(hyperdrive ?? "", /^env\.HYPERDRIVE is a stub: .*'connectionString'/);
    assert.match(workflow ?? "", /^env\.WORKFLOW is a stub/);
    assert.match(service ?? "", /^env\.ADMIN is a stub: .*named entrypoint/);
  });

  it("can be looked at, as any object is", async () => {
    assert.deepEqual(JSON.parse((await use("look")).body), ["object", "[object Object]", true, "{}"]);
  });

  it("are data points that go nowhere, and a KV namespace that is empty at first", async () => {
    assert.equal((await use("data")).body, "null");
    assert.equal((await use("kv")).body, '"1"');
    const { namespaces } = it_.client.kv;
    assert.equal((await namespaces.get(NAMESPACE, { account_id: it_.edge.accountId })).title, NAMESPACE);
  });

  it("are named to whoever runs the edge, once each, and to the uploader each time", async () => {
    assert.equal(notices.length, BINDINGS.length);
    assert(notices.every((line) => line.startsWith("stubbed: Binding '")));
    const body = new FormData();
    body.set("metadata", JSON.stringify({ main_module: "worker.mjs", bindings: BINDINGS }));
    body.set("file", new File([EVALUATING], "worker.mjs", { type: "application/javascript+module" }));
    const path = `/accounts/${it_.edge.accountId}/workers/scripts/stubbed/versions`;
    const { json } = await call(it_.edge, path, { method: "POST", body });
    assert.deepEqual(
      json.messages.map(({ message }) => `stubbed: ${message}`),
      notices,
    );
    assert.equal(notices.length, BINDINGS.length);
  });

  it("count a rate limit for all versions together", async () => {
    const bindings = [
      { type: "ratelimit", name: "LIMIT", namespace_id: "7", simple: { limit: 2, period: 60 } },
    ];
    const first = await goLive(it_.edge, "limited", EVALUATING, { bindings });
    const second = await addVersion(it_.edge, "limited", EVALUATING, { bindings });
    const answers = [];
    for (const version of [first, second, first]) {
      await deploy(it_.edge, "limited", { [version]: 100 });
      answers.push((await use("limit", "limited")).body);
    }
    assert.deepEqual(answers, ["true", "true", "false"]);
  });

  it("are keys that a Worker uses without seeing them", async () => {
    const key = { format: "raw", algorithm: { name: "HMAC", hash: "SHA-256" }, usages: ["sign"] };
    const bindings = [{ type: "secret_key", name: "KEY", key_base64: "c2VjcmV0", ...key }];
    await goLive(it_.edge, "signer", EVALUATING, { bindings });
    assert.equal((await use("sign", "signer")).body, "32");
  });

  it("are a cache as well, which is kept and caches nothing", async () => {
    const cache_options = { enabled: true, cross_version_cache: true };
    await goLive(it_.edge, "cached", EVALUATING, { cache_options });
    assert.deepEqual(notices.slice(-1), [
      "cached: cache_options is kept, but the local edge caches nothing: the Worker answers every request.",
    ]);
    const account = { account_id: it_.edge.accountId };
    const { result } = await it_.client.workers.scripts.list(account);
    assert.deepEqual(result.find(({ id }) => id === "cached")?.cache_options, cache_options);
  });

  it("fail where a store was deleted that a version is bound to", async () => {
    const { client, edge } = it_;
    const account = { account_id: edge.accountId };
    const { id: namespace_id } = await client.kv.namespaces.create({ ...account, title: "short-lived" });
    await goLive(edge, "orphaned", EVALUATING, {
      bindings: [{ type: "kv_namespace", name: "KV", namespace_id }],
    });
    assert.equal((await use("kv", "orphaned")).body, '"1"');
    await client.kv.namespaces.delete(namespace_id, account);
    const { status, body } = await use("kv", "orphaned");
    assert.equal(status, 500);
    assert.match(body, /410/);
    assert.deepEqual(await refusalOf(client.kv.namespaces.get(namespace_id, account)), [404, 10013]);
  });
});

describe("an edge that starts with stubs from before", () => {
  it("names them, whether or not it allows more", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "stubs-"));
    const before = await startEdge({ stateDir, allowStubs: true });
    await goLive(before, "old", EVALUATING, { bindings: [{ type: "ai", name: "AI" }] });
    await before.close();
    const notices: string[] = [];
    const after = await startEdge({ stateDir, onNotice: (line) => notices.push(line) });
    try {
      assert.match(notices.join("\n"), /^old: Binding 'AI' is a stub[^\n]*$/);
    } finally {
      await after.close();
      await rm(stateDir, { recursive: true });
    }
  });
});
