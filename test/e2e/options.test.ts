import assert from "node:assert/strict";
import { goLive } from "../edge/support";
import { halfForLong, halfWay } from "./halfWay";
import { healthy, plan, useWorkers } from "./worker";

const names = ["auth", "cart", "users"];

/** Releases in a component, one after another, of an account that is a secret. Each version serves already. */
function program(
  versions: Readonly<Record<string, string>>,
  team: string,
  aliases: readonly object[],
): string {
  return `
    const pulumi = require("@pulumi/pulumi");
    const { Release } = require("pulumi-workers-release");
    const accountId = new pulumi.Config().requireSecret("accountId");
    const parent = new pulumi.ComponentResource("acme:infra:Team", "${team}");
    let dependsOn = [];
    for (const [scriptName, versionId] of Object.entries(${JSON.stringify(versions)})) {
      const args = { accountId, scriptName, versionId, plan: ${JSON.stringify(plan)} };
      const options = { parent, dependsOn, protect: true, retainOnDelete: true, aliases: ${JSON.stringify(aliases)} };
      dependsOn = [new Release(scriptName, args, options)];
    }`;
}

describe("the options of Pulumi's resources", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  it("hold for releases: a secret account is told nowhere, other parents move nothing, a refresh shows what differs", async () => {
    const { edge } = opened;
    const versions: Record<string, string> = {};
    for (const name of names) versions[name] = await goLive(edge, name, healthy);
    const stack = await opened.stack();
    stack.environment = { CLOUDFLARE_ACCOUNT_ID: undefined };
    stack.write(program(versions, "team", []));
    await stack.succeed("config", "set", "--secret", "accountId", edge.accountId);
    await stack.succeed("up", "--yes", "--skip-preview", "--parallel", "1");
    assert.ok(!stack.tells(edge.accountId));

    stack.write(program(versions, "crew", [{ parent: "urn:pulumi:test::e2e::acme:infra:Team::team" }]));
    await goLive(edge, "cart", healthy);
    await stack.succeed("refresh", "--yes", "--skip-preview");
    const preview = await stack.succeed("preview", "--diff");
    assert.equal(preview.match(/Release: \(update\)/g)?.length, 1, preview);
    assert.match(preview, /not what was released: version \S+ will be released again/);
    assert.match(preview, /Resources:\n +\+ 1 to create\n +~ 1 to update\n +- 1 to delete\n/);
  });

  it("let a release that was held go on under another name", async () => {
    const { worker, newVersion, up } = await halfWay(await opened.worker("renamed"), {
      plan: { ...halfForLong, onInterrupt: "hold" },
    });
    up.process.kill("SIGINT");
    assert.notEqual((await up.ended).code, 0);
    const [half, all] = halfForLong.stages;
    const soon = { ...plan, stages: [{ ...half, soakTime: "2s" }, all] };
    const args = JSON.stringify({ scriptName: worker.name, versionId: newVersion, plan: soon });
    worker.stack.write(`
      const { Release } = require("pulumi-workers-release");
      new Release("other-name", ${args}, { aliases: [{ name: "release" }] });`);
    const { code, output } = await worker.stack.up();
    assert.equal(code, 0, output);
    // Not one deployment puts the traffic back in between.
    const shares = await worker.shares(newVersion);
    assert.deepEqual(
      shares,
      [...shares].sort((a, b) => a - b),
    );
    assert.equal(shares.at(-1), 100);
  });
});
