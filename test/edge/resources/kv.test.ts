import assert from "node:assert/strict";
import { ask, call, goLive, refusalOf, useEdge } from "../support";

/** Reads and writes a key of its namespace. */
const WORKER = `
export default {
  async fetch(request, { KV }) {
    const key = new URL(request.url).pathname.slice(1);
    if (request.method === "PUT") await KV.put(key, await request.text(), { metadata: { by: "worker" } });
    return Response.json(await KV.getWithMetadata(key));
  },
};`;

describe("KV namespaces", function () {
  this.timeout(60_000);
  const it_ = useEdge();
  const account = (): { account_id: string } => ({ account_id: it_.edge.accountId });

  it("are made, listed, renamed and deleted", async () => {
    const { namespaces } = it_.client.kv;
    const made = await namespaces.create({ ...account(), title: "orders" });
    assert.match(made.id, /^[0-9a-f]{32}$/);
    assert.deepEqual(made, { id: made.id, title: "orders", supports_url_encoding: true });
    assert.deepEqual(await refusalOf(namespaces.create({ ...account(), title: "orders" })), [400, 10014]);
    const other = await namespaces.create({ ...account(), title: "archive" });
    const listed = await namespaces.list({ ...account(), order: "title", direction: "asc", per_page: 5 });
    assert.deepEqual(
      listed.result.map(({ title }) => title),
      ["archive", "orders"],
    );
    await namespaces.update(made.id, { ...account(), title: "orders-2" });
    assert.equal((await namespaces.get(made.id, account())).title, "orders-2");
    await namespaces.delete(other.id, account());
    assert.deepEqual(await refusalOf(namespaces.get(other.id, account())), [404, 10013]);
  });

  it("hold what the API and Workers write, for both to read", async () => {
    const { client, edge } = it_;
    const { id: namespace_id } = await client.kv.namespaces.create({ ...account(), title: "shared" });
    await goLive(edge, "keeper", WORKER, { bindings: [{ type: "kv_namespace", name: "KV", namespace_id }] });
    const inNamespace = { ...account(), namespace_id };
    const { values } = client.kv.namespaces;
    await values.update("a/b ü", {
      ...inNamespace,
      value: "by the API",
      metadata: JSON.stringify({ by: "ü" }),
    });
    const path = `/${encodeURIComponent("a/b ü")}`;
    const written = await ask(edge, "keeper", { path: "/plain", method: "PUT", body: "by a Worker" });
    assert.deepEqual(JSON.parse(written.body), {
      value: "by a Worker",
      metadata: { by: "worker" },
      cacheStatus: null,
    });
    const key = await call(
      edge,
      `/accounts/${edge.accountId}/storage/kv/namespaces/${namespace_id}/metadata${path}`,
    );
    assert.deepEqual(key.json.result, { by: "ü" });
    assert.equal(await (await values.get("a/b ü", inNamespace)).text(), "by the API");
    assert.equal(await (await values.get("plain", inNamespace)).text(), "by a Worker");
    const keys = await client.kv.namespaces.keys.list(namespace_id, account());
    assert.deepEqual(keys.result, [
      { name: "a/b ü", metadata: { by: "ü" } },
      { name: "plain", metadata: { by: "worker" } },
    ]);
    await values.delete("plain", inNamespace);
    assert.deepEqual(await refusalOf(values.get("plain", inNamespace)), [404, 10009]);
  });

  it("take many keys at once, and list them page by page", async () => {
    const { namespaces } = it_.client.kv;
    const { id } = await namespaces.create({ ...account(), title: "many" });
    const body = Array.from({ length: 25 }, (_, index) => ({
      key: `k${String(index).padStart(2, "0")}`,
      value: JSON.stringify({ index }),
    }));
    await namespaces.bulkUpdate(id, { ...account(), body });
    const found = [];
    for await (const { name } of namespaces.keys.list(id, { ...account(), limit: 10, prefix: "k" }))
      found.push(name);
    assert.deepEqual(
      found,
      body.map(({ key }) => key),
    );
    const read = await namespaces.bulkGet(id, { ...account(), keys: ["k03", "none"], type: "json" });
    assert.deepEqual(read, { values: { k03: { index: 3 }, none: null } });
    await namespaces.bulkDelete(id, { ...account(), body: found });
    assert.deepEqual((await namespaces.keys.list(id, account())).result, []);
  });
});
