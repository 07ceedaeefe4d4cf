import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, clientOf, deploy, goLive } from "../edge/support";
import type { Stack } from "./stack";
import { useWorkers } from "./worker";

const script = "kept";

const source = `export default {
  fetch(request, { KEY, WORD }) { return Response.json({ key: KEY, word: WORD }); },
};`;

/** A program with the next version of the Worker: with static assets, without the binding that it had. */
function program(more = ""): string {
  return `
    const { ScriptVersion } = require("pulumi-workers-release");
    const version = new ScriptVersion("version", {
      scriptName: "${script}",
      mainModule: "index.mjs",
      modules: [{ name: "index.mjs", content: ${JSON.stringify(source)} }],
      compatibilityDate: "2025-07-24",
      assets: { directory: "public" },
      observability: { enabled: true },
      ${more}
    });
    module.exports = { versionId: version.versionId };`;
}

describe("the next ScriptVersion of a Worker that has secrets and bindings", function () {
  this.timeout(180_000);
  const opened = useWorkers();
  let stack: Stack;

  before(async () => {
    stack = await opened.stack();
    const { edge } = opened;
    const account = { account_id: edge.accountId };
    await goLive(edge, script, source, { bindings: [{ type: "plain_text", name: "WORD", text: "hello" }] });
    const secret = { ...account, name: "KEY", text: "set-by-hand", type: "secret_text" as const };
    await clientOf(edge).workers.scripts.secrets.update(script, secret);
    mkdirSync(join(stack.program, "public"));
    writeFileSync(join(stack.program, "public", "hello.txt"), "hello");
  });

  async function versions(): Promise<unknown[]> {
    const account = { account_id: opened.edge.accountId };
    const page = await clientOf(opened.edge).workers.scripts.versions.list(script, account);
    return page.result.items ?? [];
  }

  it("refuses in the preview what no version has, and tells what the new one will lack", async () => {
    stack.write(program('compatability_flags: ["nodejs_compat"],'));
    const refused = await stack.preview();
    assert.notEqual(refused.code, 0, refused.output);
    assert.match(
      refused.output,
      /ScriptVersion resource 'version' has a problem: unknown property "compatability_flags": did you mean "compatibilityFlags"\?/,
    );
    stack.write(program('migrations: [{ tag: "v1", newSqliteClasses: ["Room"] }],'));
    const migrating = await stack.preview();
    assert.notEqual(migrating.code, 0, migrating.output);
    assert.match(
      migrating.output,
      /migrations: Worker "kept" does not have the Durable Object migration "v1" yet, and a version that brings one cannot be released in stages/,
    );
    stack.write(program());
    const { code, output } = await stack.preview();
    assert.equal(code, 0, output);
    assert.match(
      output,
      /The new version of Worker "kept" will lack what version [0-9a-f-]{36}, which serves now, has: binding WORD \(plain_text\)\. Add to the ScriptVersion what is to stay\./,
    );
  });

  it("is in the state when the Worker's settings cannot be set after its upload, and is not uploaded again", async () => {
    const route = { method: "PATCH" as const, path: "/accounts/*/workers/scripts/*/script-settings" };
    const answer = { kind: "refusal" as const, status: 500, code: 10013, message: "unknown error" };
    opened.edge.faults.set([{ route, answer }]);
    const failed = await stack.up();
    assert.equal(failed.code, 1, failed.output);
    assert.match(
      failed.output,
      /Version [0-9a-f-]{36} is uploaded, but the settings of its Worker are not changed: Changing the settings \(observability\) .*`pulumi up` tries that again, without another version\./,
    );
    const uploaded = (await versions()).length;
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.equal((await versions()).length, uploaded);
  });

  it("keeps the secret that somebody has set by hand, and brings its static assets", async () => {
    const { versionId } = await stack.outputs();
    await deploy(opened.edge, script, { [String(versionId)]: 100 });
    assert.deepEqual(JSON.parse((await ask(opened.edge, script)).body), { key: "set-by-hand" });
    assert.equal((await ask(opened.edge, script, { path: "/hello.txt" })).body, "hello");
  });
});
