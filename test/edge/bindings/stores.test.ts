import assert from "node:assert/strict";
import { addVersion, ask, deploy, goLive, useEdge, type Answer } from "../support";

const BINDINGS = [
  { type: "kv_namespace", name: "KV", namespace_id: "0123456789abcdef0123456789abcdef" },
  { type: "d1", name: "DB", id: "5ca1ab1e-0000-4000-8000-000000000000" },
  { type: "r2_bucket", name: "BUCKET", bucket_name: "a-bucket" },
];

/** Runs what `?do=` names, and answers with what comes of it. */
function running(actions: string): string {
  return `
const actions = { ${actions} };
export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    const result = await actions[searchParams.get("do")](env, searchParams.get("with"));
    return Response.json(result ?? null);
  },
};`;
}

const ACTIONS = running(`
  async kv({ KV }) {
    await KV.put("text", "one", { metadata: { a: 1 } });
    await KV.put("bytes", new Uint8Array([1, 2, 3]));
    await KV.put("brief", "x", { expirationTtl: 60 });
    await KV.put("gone", "x");
    await KV.delete("gone");
    const stream = await new Response(await KV.get("text", "stream")).text();
    const bytes = [...new Uint8Array(await KV.get("bytes", "arrayBuffer"))];
    const both = [...await KV.get(["text", "gone"])];
    const first = await KV.list({ limit: 2 });
    const rest = await KV.list({ cursor: first.cursor });
    const names = [...first.keys, ...rest.keys].map(({ name }) => name);
    const expires = (await KV.list({ prefix: "br" })).keys[0].expiration > Date.now() / 1000;
    const { value, metadata } = await KV.getWithMetadata("text");
    return { stream, bytes, both, names, expires, value, metadata, gone: await KV.get("gone") };
  },
  async d1({ DB }) {
    await DB.exec("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT, size REAL, data BLOB)");
    await DB.exec("DELETE FROM notes");
    const insert = DB.prepare("INSERT INTO notes (text, size, data) VALUES (?1, ?2, ?3)");
    const run = await insert.bind("a", 1.5, new Uint8Array([7])).run();
    await DB.batch([insert.bind("b", null, null), insert.bind("c", 2, null)]);
    const failed = await DB.batch([insert.bind("d", 1, null), DB.prepare("nonsense")]).catch((error) => error.message);
    const all = await DB.prepare("SELECT text, size, data FROM notes ORDER BY id").all();
    const raw = await DB.prepare("SELECT text FROM notes WHERE size > ?").bind(1).raw();
    const first = await DB.prepare("SELECT count(*) AS n FROM notes").first("n");
    const session = await DB.withSession("first-primary").prepare("SELECT 1 AS one").first();
    return { changes: run.meta.changes, failed, results: all.results, raw, first, session };
  },
  async r2({ BUCKET }) {
    const put = await BUCKET.put("a/1", "0123456789", {
      httpMetadata: { contentType: "text/plain" },
      customMetadata: { who: "me" },
    });
    await BUCKET.put("a/2", "x");
    await BUCKET.put("b", new Response("streamed").body);
    const got = await BUCKET.get("a/1");
    const part = await BUCKET.get("a/1", { range: { offset: 2, length: 3 } });
    const unless = await BUCKET.get("a/1", { onlyIf: { etagDoesNotMatch: put.etag } });
    const refused = await BUCKET.put("a/1", "y", { onlyIf: { etagMatches: "0".repeat(32) } });
    const head = await BUCKET.head("a/1");
    const list = await BUCKET.list({ prefix: "a/" });
    const folders = await BUCKET.list({ delimiter: "/" });
    const upload = await BUCKET.createMultipartUpload("big");
    const parts = [await upload.uploadPart(1, new Uint8Array(5 << 20)), await upload.uploadPart(2, "end")];
    const big = await upload.complete(parts);
    await BUCKET.delete(["b", "a/2"]);
    return {
      text: await got.text(), type: got.httpMetadata.contentType, custom: got.customMetadata,
      part: await part.text(), unless: "body" in unless, refused, size: head.size,
      list: list.objects.map(({ key }) => key), folders: folders.delimitedPrefixes, big: big.size,
      left: (await BUCKET.list()).objects.map(({ key }) => key), none: await BUCKET.get("none"),
    };
  },
  async write({ KV, DB, BUCKET }, who) {
    await DB.exec("CREATE TABLE IF NOT EXISTS counter (n INTEGER)");
    await DB.prepare("INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT * FROM counter)").run();
    await DB.prepare("UPDATE counter SET n = n + 1").run();
    await Promise.all([KV.put("w/" + who, VERSION), BUCKET.put("w/" + who, VERSION)]);
    return VERSION;
  },
  async read({ KV, DB, BUCKET }) {
    const [keys, objects, count] = await Promise.all([
      KV.list({ prefix: "w/" }), BUCKET.list({ prefix: "w/" }), DB.prepare("SELECT n FROM counter").first("n"),
    ]);
    return [keys.keys.length, objects.objects.length, count];
  },
`);

function versionNamed(name: string): string {
  return `const VERSION = ${JSON.stringify(name)};\n${ACTIONS}`;
}

describe("the stores of a Worker", function () {
  this.timeout(180_000);
  const it_ = useEdge({ allowStubs: true });
  const run = async (script: string, action: string, what = ""): Promise<unknown> => {
    const answer: Answer = await ask(it_.edge, script, { path: `/?do=${action}&with=${what}` });
    assert.equal(answer.status, 200, answer.body);
    return JSON.parse(answer.body);
  };

  before(async () => {
    await goLive(it_.edge, "keeper", versionNamed("one"), { bindings: BINDINGS });
  });

  it("KV: values, metadata, lists and expiry", async () => {
    assert.deepEqual(await run("keeper", "kv"), {
      stream: "one",
      bytes: [1, 2, 3],
      both: [
        ["text", "one"],
        ["gone", null],
      ],
      names: ["brief", "bytes", "text"],
      expires: true,
      value: "one",
      metadata: { a: 1 },
      gone: null,
    });
  });

  it("D1: statements, batches that are all or nothing, sessions", async () => {
    const { failed, ...result } = (await run("keeper", "d1")) as { failed: string };
    assert.match(failed, /syntax error/);
    assert.deepEqual(result, {
      changes: 1,
      results: [
        { text: "a", size: 1.5, data: [7] },
        { text: "b", size: null, data: null },
        { text: "c", size: 2, data: null },
      ],
      raw: [["a"], ["c"]],
      first: 3,
      session: { one: 1 },
    });
  });

  it("R2: objects, ranges, conditions, lists and uploads in parts", async () => {
    assert.deepEqual(await run("keeper", "r2"), {
      text: "0123456789",
      type: "text/plain",
      custom: { who: "me" },
      part: "234",
      unless: false,
      refused: null,
      size: 10,
      list: ["a/1", "a/2"],
      folders: ["a/"],
      big: (5 << 20) + 3,
      left: ["a/1", "big"],
      none: null,
    });
  });

  it("two versions that write at once lose nothing", async () => {
    const { edge } = it_;
    const second = await addVersion(edge, "keeper", versionNamed("two"), { bindings: BINDINGS });
    const { client } = it_;
    const { items = [] } = (
      await client.workers.scripts.versions.list("keeper", { account_id: edge.accountId })
    ).result;
    const first = items.find(({ id }) => id !== second)?.id ?? "";
    await deploy(edge, "keeper", { [first]: 50, [second]: 50 });
    const writes = Array.from({ length: 60 }, (_, index) => run("keeper", "write", String(index)));
    const writers = new Set(await Promise.all(writes));
    assert.deepEqual([...writers].sort(), ["one", "two"]);
    assert.deepEqual(await run("keeper", "read"), [60, 60, 60]);
  });

  it("belong to the account: another Worker finds the same", async () => {
    await goLive(it_.edge, "reader", versionNamed("reader"), { bindings: BINDINGS });
    assert.deepEqual(await run("reader", "read"), [60, 60, 60]);
  });
});
