import assert from "node:assert/strict";
import { useWorkers } from "./worker";

const text = { type: "secret_text", name: "TEXT", text: "the-text-of-a-secret" };
const key = {
  ...{ type: "secret_key", name: "KEY", format: "raw", usages: ["sign"], key_base64: "dGhlIGtleQo9c2VjcmV0" },
  algorithm: { name: "HMAC", hash: "SHA-256" },
};

function program(...bindings: object[]): string {
  return `
    const { ScriptVersion } = require("pulumi-workers-release");
    new ScriptVersion("version", {
      scriptName: "secrets",
      mainModule: "index.mjs",
      modules: [{ name: "index.mjs", content: 'export default { fetch: () => new Response("ok") };' }],
      bindings: ${JSON.stringify(bindings)},
    });`;
}

const logs = ["--logtostderr", "--logflow"];

describe("a secret in a version's bindings", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  it("is in no preview, no state and no output, up to -v=2; from -v=3 on the engine tells it", async () => {
    const stack = await opened.stack();
    stack.write(program(text));
    await stack.succeed("preview", "--diff", "-v=2", ...logs);
    await stack.succeed("up", "--yes", "-v=2", ...logs);
    await stack.succeed("refresh", "--yes");
    // The program of this test holds it in plain text, as few will.
    stack.write("");
    assert.ok(!stack.tells(text.text));
    stack.write(program(text, { type: "plain_text", name: "MARKER", text: "x" }));
    assert.ok((await stack.succeed("up", "--yes", "-v=3", ...logs)).includes(text.text));
  });

  it("is no more told of a key", async () => {
    const stack = await opened.stack();
    stack.write(program(key));
    await stack.succeed("preview", "--diff", "-v=2", ...logs);
    await stack.succeed("up", "--yes", "-v=2", ...logs);
    stack.write("");
    assert.ok(!stack.tells(key.key_base64));
  });
});
