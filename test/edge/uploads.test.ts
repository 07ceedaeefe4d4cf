import assert from "node:assert/strict";
import { addVersion, ask, call, goLive, putScript, saying, useEdge, type Envelope } from "./support";

describe("an upload", () => {
  const started = useEdge();
  const scripts = (): string => `/accounts/${started.edge.accountId}/workers/scripts`;

  async function put(
    name: string,
    parts: Record<string, Blob | string>,
  ): Promise<{ status: number; json: Envelope }> {
    const form = new FormData();
    for (const [field, part] of Object.entries(parts)) {
      if (typeof part === "string") form.append(field, part);
      else form.append(field, part, field);
    }
    return call(started.edge, `${scripts()}/${name}`, { method: "PUT", body: form });
  }

  const esm = (source: string): Blob => new Blob([source], { type: "application/javascript+module" });
  const metadata = (fields: object = {}): string => JSON.stringify({ main_module: "a.mjs", ...fields });

  const bad: [what: string, parts: Record<string, Blob | string>, message: RegExp][] = [
    [
      "a syntax error",
      { metadata: metadata(), "a.mjs": esm("export default { fetch() { +++ ; ( } }") },
      /^Uncaught SyntaxError: [^]*at a\.mjs:1:/,
    ],
    [
      "an import of a module that is not there",
      { metadata: metadata(), "a.mjs": esm('import "./b.mjs"; export default {}') },
      /^Uncaught Error: No such module "b\.mjs"/,
    ],
    [
      "a top level that throws",
      { metadata: metadata(), "a.mjs": esm('throw new TypeError("not today")') },
      /^Uncaught TypeError: not today/,
    ],
    [
      "no main module",
      { metadata: metadata(), "b.mjs": esm("export default {}") },
      /No such module: a\.mjs.*b\.mjs/,
    ],
    ["no metadata", { "a.mjs": esm("export default {}") }, /could not read content for part metadata/],
    ["metadata that is no JSON", { metadata: "{", "a.mjs": esm("") }, /metadata is not JSON/],
    ["metadata without main_module", { metadata: "{}", "a.mjs": esm("") }, /metadata: main_module/],
    [
      "a date that is none",
      { metadata: metadata({ compatibility_date: "soon" }), "a.mjs": esm(saying("x")) },
      /metadata: compatibility_date: must be a date/,
    ],
    [
      "an unknown compatibility flag",
      { metadata: metadata({ compatibility_flags: ["no_such_flag"] }), "a.mjs": esm(saying("x")) },
      /no_such_flag/,
    ],
    [
      "a binding of a type that is not emulated",
      { metadata: metadata({ bindings: [{ type: "hyperdrive", name: "DB" }] }), "a.mjs": esm(saying("x")) },
      /Binding 'DB': .* does not emulate .*'hyperdrive'.*--allow-stubs/s,
    ],
    [
      "two bindings of one name",
      {
        metadata: metadata({ bindings: ["1", "2"].map((text) => ({ type: "plain_text", name: "A", text })) }),
        "a.mjs": esm(saying("x")),
      },
      /'A' is used more than once/,
    ],
    [
      "a module of an unknown type",
      { metadata: metadata(), "a.mjs": esm(saying("x")), "b.py": new Blob([""], { type: "text/x-python" }) },
      /Module 'b\.py' has content type 'text\/x-python'/,
    ],
    [
      "a module that leaves its folder",
      { metadata: metadata(), "a.mjs": esm(saying("x")), "../b.mjs": esm("") },
      /Module name '\.\.\/b\.mjs'/,
    ],
    [
      "something that is not emulated",
      { metadata: metadata({ cache_options: { enabled: true } }), "a.mjs": esm(saying("x")) },
      /cache_options: the local edge does not emulate Workers Cache\. .*--allow-stubs/s,
    ],
  ];
  for (const [what, parts, message] of bad) {
    it(`with ${what} is refused with code 10021 and leaves nothing behind`, async () => {
      const { status, json } = await put("bad", parts);
      assert.equal(status, 400);
      assert.equal(json.errors[0]?.code, 10021);
      assert.match(json.errors[0].message, message);
      assert.equal((await call(started.edge, `${scripts()}/bad/versions`)).status, 404);
    });
  }

  it("that is refused leaves the script as it was", async () => {
    await goLive(started.edge, "stays", saying("still here"), { observability: { enabled: true } });
    await assert.rejects(
      putScript(started.edge, "stays", "syntax error", { observability: { enabled: false } }),
      /10021/,
    );
    await assert.rejects(addVersion(started.edge, "stays", "syntax error"), /10021/);
    assert.equal((await ask(started.edge, "stays")).body, "still here");
    const versions = await call(started.edge, `${scripts()}/stays/versions`);
    assert.equal((versions.json.result as { items: unknown[] }).items.length, 1);
    const settings = await call(started.edge, `${scripts()}/stays/script-settings`);
    assert.deepEqual((settings.json.result as { observability: unknown }).observability, { enabled: true });
  });

  it("in another form than multipart is refused", async () => {
    const { status, json } = await call(started.edge, `${scripts()}/plain`, {
      method: "PUT",
      headers: { "content-type": "application/javascript" },
      body: "addEventListener('fetch', () => {})",
    });
    assert.equal(status, 400);
    assert.match(
      json.errors[0]?.message ?? "",
      /content type is application\/javascript.*multipart\/form-data/,
    );
  });

  it("under a name that no host can have is refused", async () => {
    const { status, json } = await put("Not.A.Name", { metadata: metadata(), "a.mjs": esm(saying("x")) });
    assert.equal(status, 400);
    assert.equal(json.errors[0]?.code, 10016);
  });

  it("with a date newer than workerd is run with the newest date, and says so", async () => {
    const { status, json } = await put("future", {
      metadata: metadata({ compatibility_date: "2099-01-01" }),
      "a.mjs": esm(saying("back from the future")),
    });
    assert.equal(status, 200);
    assert.match(json.messages[0]?.message ?? "", /2099-01-01 is newer than the workerd of this local edge/);
    const { json: settings } = await call(started.edge, `${scripts()}/future/settings`);
    assert.equal((settings.result as { compatibility_date: string }).compatibility_date, "2099-01-01");
  });

  it("may have modules of several types, and gets its bindings", async () => {
    const source = `
      import text from "./words.txt";
      import data from "./bytes.bin";
      import { add } from "./lib/add.mjs";
      export default {
        fetch(request, env) {
          return Response.json({ text, bytes: [...new Uint8Array(data)], sum: add(1, 2), env });
        },
      };`;
    const bindings = [
      { type: "plain_text", name: "WORD", text: "hello" },
      { type: "secret_text", name: "KEY", text: "hush" },
      { type: "json", name: "LIST", json: [1, { two: 3 }] },
      { type: "version_metadata", name: "VERSION" },
    ];
    const { json } = await put("rich", {
      metadata: metadata({ bindings, annotations: { "workers/tag": "first" } }),
      "a.mjs": esm(source),
      "words.txt": new Blob(["words"], { type: "text/plain" }),
      "bytes.bin": new Blob([Uint8Array.of(1, 2, 255)], { type: "application/octet-stream" }),
      "lib/add.mjs": esm("export const add = (a, b) => a + b;"),
    });
    const deploymentId = (json.result as { deployment_id: string }).deployment_id;
    await call(started.edge, `${scripts()}/rich/subdomain`, { method: "POST", body: '{"enabled":true}' });
    const { env, ...rest } = JSON.parse((await ask(started.edge, "rich")).body) as {
      env: Record<string, unknown>;
    };
    const { VERSION, ...others } = env;
    assert.deepEqual(rest, { text: "words", bytes: [1, 2, 255], sum: 3 });
    assert.deepEqual(others, { WORD: "hello", KEY: "hush", LIST: [1, { two: 3 }] });
    const { id, tag } = VERSION as { id: string; tag: string };
    // As Cloudflare calls it: the version's id, without its dashes.
    assert.deepEqual({ id: id.replaceAll("-", ""), tag }, { id: deploymentId, tag: "first" });
  });

  it("keeps the bindings of the kinds it asks for, where it gives none of the name", async () => {
    const source = "export default { fetch(request, env) { return Response.json(env); } };";
    const before = [
      { type: "secret_text", name: "KEY", text: "hush" },
      { type: "secret_text", name: "PIN", text: "1234" },
      { type: "plain_text", name: "WORD", text: "old" },
    ];
    await goLive(started.edge, "keeper", source, { bindings: before });
    const bindings = [{ type: "secret_text", name: "PIN", text: "4321" }];
    await putScript(started.edge, "keeper", source, {
      bindings,
      keep_bindings: ["secret_text", "secret_key"],
    });
    assert.deepEqual(JSON.parse((await ask(started.edge, "keeper")).body), { PIN: "4321", KEY: "hush" });
  });
});
