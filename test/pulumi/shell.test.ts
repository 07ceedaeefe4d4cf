import assert from "node:assert/strict";
import { join } from "node:path";
import { runtime } from "@pulumi/pulumi";
import { shell } from "../../provider/pulumi/shell";

function serialized(): Promise<string> {
  const provider = shell("pulumi-workers-release/internal/release");
  return runtime.serializeFunction(() => provider).then(({ text }) => text);
}

describe("the provider that goes into the state", () => {
  it("is small, and only names the module that does the work", async () => {
    const text = await serialized();
    assert.ok(text.length < 9000, `${text.length} characters`);
    assert.match(text, /pulumi-workers-release\/internal\/release/);
    assert.doesNotMatch(text, /zod|planSchema|deployments/);
    assert.ok(!text.includes(join(__dirname, "..", "..")), "it names no folder of this machine");
  });

  it("is the same text whatever the environment holds", async () => {
    const before = await serialized();
    process.env["CLOUDFLARE_API_TOKEN"] = "a-token-that-must-not-be-kept";
    try {
      assert.equal(await serialized(), before);
    } finally {
      delete process.env["CLOUDFLARE_API_TOKEN"];
    }
  });

  it("is refused under Bun in one sentence, which says what to write instead", () => {
    Object.defineProperty(process.versions, "bun", { value: "1.3.0", configurable: true });
    try {
      const refusal =
        /^Error: pulumi-workers-release needs `runtime: nodejs` in Pulumi.yaml: .* on Bun 1.3.0, [^.]*\.$/;
      assert.throws(() => shell("pulumi-workers-release/internal/release"), refusal);
    } finally {
      Reflect.deleteProperty(process.versions, "bun");
    }
  });
});
