import assert from "node:assert/strict";
import { clientOf, until } from "../edge/support";
import { deploymentsOf, healthy, plan, useWorkers } from "./worker";
import type { Stack } from "./stack";

const scriptName = "newcomer";
const brief = { ...plan, minRequests: 20, stages: [{ percent: 100, soakTime: "2s" }] };
const held = {
  ...plan,
  stages: [
    { percent: 50, soakTime: "1h" },
    { percent: 100, soakTime: "1h" },
  ],
  onInterrupt: "hold",
};

describe("a Release of versions that Cloudflare's own resources upload", function () {
  this.timeout(180_000);
  const opened = useWorkers();
  let stack: Stack;

  before(async () => {
    stack = await opened.stack();
    const observability = { enabled: true };
    const worker = { account_id: opened.edge.accountId, name: scriptName, observability };
    await clientOf(opened.edge).workers.beta.workers.create(worker);
  });

  /** What a WorkerVersion sends. */
  async function upload(source: string, deploy = false): Promise<string> {
    const content = Buffer.from(source).toString("base64");
    const module = {
      name: "a.mjs",
      content_type: "application/javascript+module",
      content_base64: content,
    };
    const body = {
      account_id: opened.edge.accountId,
      ...{ main_module: "a.mjs", compatibility_date: "2025-07-24", modules: [module], deploy },
    };
    const made = await clientOf(opened.edge).workers.beta.workers.versions.create(scriptName, body);
    return made.id;
  }

  function program(versionId: string, given: unknown): void {
    const args = JSON.stringify({ scriptName, versionId, plan: given });
    stack.write(`
      const { Release } = require("pulumi-workers-release");
      const { finding, oldVersionId, deploymentId } = new Release("release", ${args});
      module.exports = { finding, oldVersionId, deploymentId };`);
  }

  it("watches a first version that nobody visits, and completes", async () => {
    program(await upload(healthy), brief);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.match(
      output,
      /Watch of newcomer: version \S+ gets all traffic at once, .* It is watched for 2s\./,
    );
    assert.match(
      output,
      /nothing was found wrong in \d+s\. Version \S+ served 0 requests meanwhile, fewer than the plan wants/,
    );
    const { outputs } = await stack.release();
    assert.deepEqual(
      [outputs["status"], outputs["finding"], outputs["oldVersionId"]],
      ["completed", null, null],
    );
  });

  it("is unchanged then, with no output unknown, and says where a token is missing", async () => {
    stack.environment = { CLOUDFLARE_API_TOKEN: undefined };
    const { code, output } = await stack.preview();
    stack.environment = {};
    assert.equal(code, 0, output);
    assert.match(output, /2 unchanged/);
    assert.doesNotMatch(output, /unknown/);
    assert.match(output, /Warning: There is no API token for Cloudflare: .* `pulumi up` will fail/);
  });

  it("is unchanged by another plan, which is told and recorded, and no output is unknown", async () => {
    const { outputs } = await stack.release();
    program(String(outputs["versionId"]), { ...brief, pollInterval: "2s" });
    const preview = await stack.preview();
    const up = await stack.up();
    for (const { code, output } of [preview, up]) {
      assert.equal(code, 0, output);
      assert.match(output, /2 unchanged/);
      assert.doesNotMatch(output, /unknown/);
      assert.match(output, /No traffic moves\.[^]*The plan changes:\s+pollInterval: 1s → 2s/);
    }
    assert.doesNotMatch((await stack.preview()).output, /The plan changes/);
  });

  it("tells that the same content was put live at once, and what to write instead", async () => {
    await upload(healthy, true);
    program(await upload(healthy), brief);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.match(
      output,
      /Warning: Version \S+ has the same content as version \S+, which serves now: .* no stage runs and nothing is judged\. .* Nothing has judged it\. If this program did it, by WorkersScript/,
    );
    assert.match(
      output,
      /Switch of newcomer: version \S+ serves all traffic\. .* no stage ran and nothing was judged/,
    );
  });

  it("says that a split stays, and how to end it, when it is destroyed while it is held", async () => {
    program(await upload(`// Another one.\n${healthy}`), held);
    const up = stack.startUp();
    await until("the split", async () => {
      const active = (await deploymentsOf(opened.edge, scriptName)).at(-1);
      return active && Object.values(active.split).includes(50) ? active : undefined;
    });
    up.process.kill("SIGINT");
    assert.notEqual((await up.ended).code, 0);
    const output = await stack.succeed("destroy", "--yes", "--skip-preview");
    assert.match(
      output,
      /Warning: the Release is deleted, and the traffic of Worker newcomer stays split .* Back to the old version: npx wrangler versions deploy \S+@100% --name newcomer --yes\. On to the new version: npx wrangler versions deploy/,
    );
  });
});
