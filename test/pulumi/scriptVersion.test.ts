import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { secretsOf } from "../../provider/cloudflare/upload";
import { unknownValue } from "../../provider/plan/faults";
import { check, diff } from "../../provider/pulumi/versionProvider";
import { guarded, type ScriptBinding } from "../../provider/scriptVersion";

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

  it("passes what is not known before the update", async () => {
    assert.deepEqual(await failures({ modules: unknownValue, bindings: unknownValue }), []);
  });

  for (const [what, news, expected] of [
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
      "bindings that are no list, without showing what may be secret",
      { bindings: { KEY: "hush" } },
      /^bindings: got something else, expected a list of bindings$/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const [failure = "", ...others] = await failures(news);
      assert.match(failure, expected);
      assert.deepEqual(others, []);
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
});

describe("a binding that holds a secret", () => {
  const jwk = { kty: "oct", alg: "HS256", k: "c2VjcmV0IG9mIHRoZSBrZXk" };
  const secrets: readonly (readonly [ScriptBinding, readonly string[]])[] = [
    [{ type: "secret_text", name: "KEY", text: "hunter2" }, ["hunter2"]],
    [
      { type: "secret_key", name: "KEY", format: "raw", usages: ["sign"], key_base64: "aHVudGVyMg==" },
      ["aHVudGVyMg=="],
    ],
    [{ type: "secret_key", name: "KEY", format: "jwk", algorithm: { name: "HMAC" }, key_jwk: jwk }, [jwk.k]],
  ];
  for (const [binding, values] of secrets) {
    it(`is one in previews and states, and what no message repeats: ${JSON.stringify(binding)}`, async () => {
      const plain = { type: "plain_text", name: "GREETING", text: "hello" };
      assert.equal(await pulumi.isSecret(guarded([plain, binding])), true);
      assert.equal(await pulumi.isSecret(guarded([plain])), false);
      assert.deepEqual(secretsOf({ mainModule: "", modules: [], bindings: [plain, { ...binding }] }), values);
    });
  }
});
