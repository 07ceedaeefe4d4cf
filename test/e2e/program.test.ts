import assert from "node:assert/strict";
import { enable } from "../edge/support";
import type { Stack } from "./stack";
import { deploymentsOf, plan, useWorkers } from "./worker";

const script = "whole";
const password = "correct-horse-battery-staple";

/** A program with a Worker and its release, whose plan too is partly known only when the version is. */
function uploading(word: string, more = ""): string {
  return `
    const { Release, ScriptVersion } = require("pulumi-workers-release");
    const version = new ScriptVersion("version", {
      scriptName: "${script}",
      mainModule: "index.mjs",
      modules: [{ name: "index.mjs", content: "export class Room {}; export default { fetch() { return new Response('${word}'); } };" }],
      compatibilityDate: "2025-07-24",
      observability: { enabled: true },
      bindings: [{ type: "secret_text", name: "PASSWORD", text: process.env.PASSWORD }],
      ${more}
    });
    const plan = ${JSON.stringify(plan)};
    plan.stages[1] = { percent: version.number.apply(() => 50), soakTime: version.versionId.apply(() => "2s") };
    const release = new Release("release", { scriptName: "${script}", versionId: version.versionId, plan });
    module.exports = { status: release.status, reason: release.reason, versionId: version.versionId };`;
}

describe("a program with a ScriptVersion and its Release", function () {
  this.timeout(180_000);
  const opened = useWorkers();
  let stack: Stack;

  before(async () => {
    stack = await opened.stack();
    stack.environment = { PASSWORD: password };
  });

  it("puts the first version of a new Worker live at once, says that no stage runs, and watches it", async () => {
    stack.write(uploading("one"));
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const [, told = ""] = output.split("Diagnostics:");
    assert.match(
      told,
      /Version \S+ is the first of Worker whole, so its upload gave it all traffic: .* No stage runs\./,
    );
    assert.match(told, /Watch of whole complete: nothing was found wrong in/);
    assert.deepEqual(
      (await deploymentsOf(opened.edge, script)).map(({ split }) => Object.values(split)),
      [[100], [100], [100]],
    );
  });

  it("previews the next version, whose id nobody knows yet", async () => {
    stack.write(uploading("two"));
    const { code, output } = await stack.preview();
    assert.equal(code, 0, output);
    assert.match(output, /ScriptVersion: \(replace\)/);
    assert.match(output, /Release: \(update\)/);
    assert.match(output, /~ versionId : "[0-9a-f-]{36}" => \[unknown\]/);
    assert.match(output, /~ percent : 50 => \[unknown\]/);
  });

  it("uploads it without traffic and releases it in stages", async () => {
    await enable(opened.edge, script);
    opened.load(script);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const { versionId } = await stack.outputs();
    const shares = (await deploymentsOf(opened.edge, script)).map(
      ({ split }) => split[String(versionId)] ?? 0,
    );
    assert.deepEqual(shares.slice(-4), [0, 50, 100, 100]);
  });

  it("watches a version whose Durable Object migration gives it all traffic at once, which the preview tells", async () => {
    stack.write(
      uploading(
        "three",
        'migrations: [{ tag: "v1", newSqliteClasses: ["Room"] }], whenMigrating: "deployAtOnce",',
      ),
    );
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.match(
      output,
      /migration "v1": all traffic goes to it at once, .* A Release watches it through its last soak/,
    );
    assert.match(
      output,
      /Version \S+ brings a Durable Object migration, so its upload gave it all traffic, .* No stage runs\./,
    );
    assert.match(output, /Watch of whole complete: nothing was found wrong in/);
    const { versionId } = await stack.outputs();
    const [last] = (await deploymentsOf(opened.edge, script)).slice(-1);
    assert.deepEqual(last?.split, { [String(versionId)]: 100 });
  });

  it("keeps the secrets of its bindings out of the state", () => {
    assert.ok(!stack.tells(password));
  });
});
