import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { secretsOf } from "../../provider/cloudflare/upload";
import { unknownValue } from "../../provider/plan/faults";
import type { binding } from "../../provider/pulumi/bindingInputs";
import { loadModule, type ModuleInput } from "../../provider/pulumi/versionModules";
import { check, diff } from "../../provider/pulumi/versionProvider";
import type { ScriptBinding } from "../../provider/scriptBinding";
import { guarded } from "../../provider/scriptVersion";

const inputs = {
  accountId: "0123456789abcdef0123456789abcdef",
  scriptName: "checkout",
  mainModule: "index.mjs",
  modules: [{ name: "index.mjs", content: "export default {}" }],
};

describe("the check of a script version", () => {
  async function failures(news: Record<string, unknown>): Promise<string[]> {
    return (await check({}, { ...inputs, ...news })).failures.map(({ reason }) => reason);
  }

  it("adds the fingerprint of each module, by which a change of a file is seen", async () => {
    const { inputs: checked } = await check({}, inputs);
    const { modules } = checked as { modules: { contentSha256?: string }[] };
    assert.match(modules[0]?.contentSha256 ?? "", /^[0-9a-f]{64}$/);
  });

  it("keeps a fingerprint that Pulumi took from the state, as `ignoreChanges` has it do", async () => {
    const ignored = {
      modules: [{ name: "index.mjs", contentFile: "no longer here", contentSha256: "as it was" }],
      assets: { directory: "no longer here", assetManifestSha256: "as it was" },
    };
    const { inputs: checked, failures } = await check({ ...inputs, ...ignored }, { ...inputs, ...ignored });
    assert.deepEqual([checked, failures], [{ ...inputs, ...ignored }, []]);
  });

  it("passes what is not known before the update", async () => {
    assert.deepEqual(await failures({ modules: unknownValue, bindings: unknownValue }), []);
  });

  for (const [what, news, ...expected] of [
    [
      "a main module that is none",
      { mainModule: "main.mjs" },
      /^mainModule: got "main.mjs", expected .*index\.mjs$/,
    ],
    [
      "a module without content",
      { modules: [{ name: "index.mjs" }] },
      /^modules\[0\]: .* expected either `content` or `contentFile`$/,
    ],
    [
      "a file that is not there",
      { modules: [{ name: "index.mjs", contentFile: "nowhere.mjs" }] },
      /^modules\[0\]\.contentFile: got "nowhere\.mjs", which cannot be read \(ENOENT\); expected the path of a file, from \//,
    ],
    [
      "a misspelt property",
      { compatability_date: "2026-01-31" },
      /^unknown property "compatability_date": did you mean "compatibilityDate"\?$/,
    ],
    [
      "a property that no version has",
      { routes: ["example.com/*"] },
      /^unknown property "routes": known are accountId, scriptName, mainModule, /,
    ],
    [
      "a misspelt property deeper down",
      { limits: { cpu_ms: 50 } },
      /^limits: unknown property "cpu_ms": did you mean "cpuMs"\?$/,
    ],
    [
      "a misspelt property of a binding",
      { bindings: [{ type: "kv_namespace", name: "KV", namespaceId: "1" }] },
      /^bindings\[0\]: unknown property "namespaceId": did you mean "namespace_id"\?$/,
    ],
    [
      "a kind of binding that is misspelt",
      { bindings: [{ type: "kv_namespaces", name: "KV", namespace_id: "1" }] },
      /^bindings\[0\]\.type: got something else, expected a kind of binding, "kv_namespace"\? The kinds are plain_text, /,
    ],
    [
      "a binding without what its kind needs",
      { bindings: [{ type: "d1", name: "DB" }] },
      /^bindings\[0\]\.database_id: got nothing, expected `database_id` or `id`$/,
    ],
    [
      "two modules of one name",
      { modules: [...inputs.modules, ...inputs.modules] },
      /^modules: got .*, expected modules of different names, not two "index\.mjs"$/,
    ],
    [
      "a folder of assets that is not there",
      { assets: { directory: "nowhere" } },
      /^assets\.directory: got "nowhere", which cannot be served \(ENOENT\); expected the path of a folder of files, from \//,
    ],
    [
      "bindings that are no list, without showing what may be secret",
      { bindings: { KEY: "hush" } },
      /^bindings: got something else, expected a list of bindings$/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const found = await failures(news);
      assert.equal(found.length, expected.length, found.join("\n"));
      expected.forEach((pattern, index) => {
        assert.match(found[index] ?? "", pattern);
      });
    });
  }
});

describe("a binding", () => {
  const kinds: ScriptBinding[] = [
    { type: "kv_namespace", name: "KV", namespace_id: "1" },
    { type: "r2_bucket", name: "R2", bucket_name: "pictures", jurisdiction: "eu" },
    { type: "d1", name: "DB", database_id: "1" },
    { type: "d1", name: "OLD_DB", id: "1" },
    { type: "service", name: "AUTH", service: "auth", entrypoint: "Api" },
    { type: "queue", name: "JOBS", queue_name: "jobs" },
    { type: "durable_object_namespace", name: "ROOMS", class_name: "Room" },
    { type: "workflow", name: "FLOW", workflow_name: "flow", class_name: "Flow" },
    { type: "ai", name: "AI" },
    { type: "hyperdrive", name: "PG", id: "1" },
    { type: "analytics_engine", name: "EVENTS", dataset: "events" },
    { type: "ratelimit", name: "LIMIT", namespace_id: "1", simple: { limit: 10, period: 60 } },
    { type: "vectorize", name: "INDEX", index_name: "texts" },
    { type: "browser", name: "BROWSER" },
    {
      type: "dispatch_namespace",
      name: "TENANTS",
      namespace: "tenants",
      outbound: { worker: { service: "out" } },
    },
    { type: "secrets_store_secret", name: "SHARED", store_id: "1", secret_name: "shared" },
    { type: "assets", name: "ASSETS" },
    { type: "inherit", name: "KEPT", old_name: "OLD" },
    { type: "version_metadata", name: "VERSION" },
    { type: "json", name: "SETTINGS", json: { deep: [1] } },
  ];

  it("of every kind is taken", async () => {
    assert.deepEqual((await check({}, { ...inputs, bindings: kinds })).failures, []);
  });

  it("is written apart in the documented type and in the schema, which agree", () => {
    const checkedKinds: readonly z.input<typeof binding>[] = [] as ScriptBinding[];
    const documented: readonly ScriptBinding["type"][] = [] as z.output<typeof binding>["type"][];
    assert.deepEqual(documented, []);
    assert.deepEqual(checkedKinds, []);
  });
});

describe("a module", () => {
  for (const [name, contentType] of [
    ["index.js", "application/javascript+module"],
    ["index.js.map", "application/source-map"],
    ["main.py", "text/x-python"],
    ["requirements.txt", "text/x-python-requirement"],
    ["schema.sql", "text/plain"],
    ["site.css", "text/plain"],
    ["notes.txt", "text/plain"],
    ["model.bin", "application/octet-stream"],
    ["add.wasm", "application/wasm"],
  ] as const) {
    it(`${name} is ${contentType}`, () => {
      assert.equal(loadModule({ name, content: "" }).contentType, contentType);
    });
  }
});

describe("the diff of a script version", () => {
  it("makes another version of whatever differs, and ignores the text of the provider", async () => {
    const { inputs: checked } = await check({}, inputs);
    const before = { ...checked, versionId: "v", number: 1, deployed: false, __provider: "older code" };
    assert.deepEqual(await diff("v", before, { ...checked, __provider: "code" }), {
      changes: false,
      replaces: [],
    });
    const { inputs: other } = await check({}, { ...inputs, modules: [{ name: "index.mjs", content: "0" }] });
    assert.deepEqual(await diff("v", before, other), { changes: true, replaces: ["modules"] });
  });

  it("goes by what files have in them, wherever they lie and however they are named", async () => {
    const [here, there] = await Promise.all(["here", "there"].map(() => mkdtemp(join(tmpdir(), "files-"))));
    assert.ok(here !== undefined && there !== undefined);
    for (const folder of [here, there]) await writeFile(join(folder, "a.mjs"), "0");
    const at = (folder: string) => ({
      ...inputs,
      modules: [{ name: "index.mjs", contentFile: join(folder, "a.mjs") }],
      assets: { directory: folder },
    });
    const { inputs: before } = await check({}, at(here));
    assert.ok(!JSON.stringify(before).includes(`"${here}`), "the state has no absolute path");
    assert.equal(String(loadModule((before["modules"] as [ModuleInput])[0]).content), "0");
    assert.deepEqual(await diff("v", before, (await check(before, at(there))).inputs), {
      changes: false,
      replaces: [],
    });
    await writeFile(join(there, "a.mjs"), "1");
    const replaces = ["modules", "assets"];
    assert.deepEqual(await diff("v", before, (await check(before, at(there))).inputs), {
      changes: true,
      replaces,
    });
    for (const folder of [here, there]) await rm(folder, { recursive: true });
  });

  const given = {
    ...inputs,
    modules: [
      { name: "index.mjs", contentFile: __filename },
      { name: "b.mjs", content: "0" },
    ],
    bindings: [
      { type: "plain_text", name: "A", text: "a" },
      { type: "kv_namespace", name: "KV", namespace_id: "1" },
    ],
    assets: { directory: join(__dirname, "fixtures"), config: { basePath: "/" } },
  };
  const [a, b] = given.modules;
  for (const [what, news, replaces] of [
    ["the Worker's name", { scriptName: unknownValue }, []],
    ["a module", { modules: [a, { name: "b.mjs", content: unknownValue }] }, []],
    [
      "a module, where another one has changed",
      {
        modules: [
          { name: "index.mjs", content: "1" },
          { ...b, content: unknownValue },
        ],
      },
      ["modules"],
    ],
    [
      "a module, where there is another one",
      { modules: [a, { ...b, content: unknownValue }, { name: "c.mjs", content: "0" }] },
      ["modules"],
    ],
    [
      "a binding",
      { bindings: [given.bindings[0], { ...given.bindings[1], namespace_id: unknownValue }] },
      [],
    ],
    [
      "a binding, where another one has changed",
      {
        bindings: [
          { ...given.bindings[0], text: "b" },
          { ...given.bindings[1], namespace_id: unknownValue },
        ],
      },
      ["bindings"],
    ],
    ["a part of the assets", { assets: { ...given.assets, config: { basePath: unknownValue } } }, []],
    ["a flag that it did not have", { logpush: unknownValue }, []],
    [
      "the Worker's name, where the code has changed",
      { scriptName: unknownValue, mainModule: "b.mjs" },
      ["mainModule"],
    ],
  ] as [string, Record<string, unknown>, string[]][]) {
    it(`of which ${what} is not known yet is a change that replaces ${replaces.join() || "nothing"}`, async () => {
      const before = { ...(await check({}, given)).inputs, versionId: "v", number: 1, deployed: false };
      const { inputs: checked, failures } = await check(before, { ...given, ...news });
      assert.deepEqual(failures, []);
      assert.deepEqual(await diff("v", before, checked), { changes: true, replaces });
    });
  }
});

describe("bindings that a program gives", () => {
  it("go on as they are where they are none, to be refused in words", async () => {
    for (const wrong of [[5], [null], ["KV"], [{ name: "KV" }]]) {
      const given: pulumi.Output<unknown> = pulumi.output(guarded(wrong as unknown as ScriptBinding[]));
      assert.deepEqual(await new Promise((resolve) => given.apply(resolve)), wrong);
    }
  });
});

describe("a binding that holds a secret", () => {
  const jwk = { kty: "oct", alg: "HS256", k: "c2VjcmV0IG9mIHRoZSBrZXk" };
  const secrets: readonly (readonly [ScriptBinding, readonly string[]])[] = [
    [{ type: "secret_text", name: "KEY", text: "hunter2" }, ["hunter2"]],
    [
      {
        type: "secret_key",
        name: "KEY",
        format: "raw",
        algorithm: "AES-GCM",
        usages: ["sign"],
        key_base64: "aHVudGVyMg==",
      },
      ["aHVudGVyMg=="],
    ],
    [
      {
        type: "secret_key",
        name: "KEY",
        format: "jwk",
        algorithm: { name: "HMAC" },
        usages: ["sign"],
        key_jwk: jwk,
      },
      [jwk.k],
    ],
  ];
  for (const [binding, values] of secrets) {
    it(`is one in previews and states, and what no message repeats: ${JSON.stringify(binding)}`, async () => {
      const plain = { type: "plain_text", name: "GREETING", text: "hello" } as const;
      const parts = guarded([plain, binding]) as Record<string, pulumi.Input<unknown>>[];
      assert.deepEqual(parts[0], plain);
      const isSecret = async (value: pulumi.Input<unknown>) => pulumi.isSecret(pulumi.output(value));
      for (const [key, value] of Object.entries(parts[1] ?? {}))
        assert.equal(await isSecret(value), !["type", "name"].includes(key), key);
      const kind = pulumi.output(binding.type);
      for (const later of [[pulumi.output(binding)], pulumi.output([binding]), [{ ...binding, type: kind }]])
        assert.equal(await isSecret(guarded(later as unknown as ScriptBinding[])), true);
      assert.equal(await isSecret(guarded([{ ...plain, type: pulumi.output(plain.type) }])), false);
      assert.deepEqual(secretsOf({ mainModule: "", modules: [], bindings: [plain, { ...binding }] }), values);
    });
  }
});
