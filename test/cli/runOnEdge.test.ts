import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReleasePlan } from "../../provider/plan/types";
import type { Plan } from "../../provider/plan/plan";
import { createColors } from "picocolors";
import { carryOut } from "../../provider/cli/carryOut";
import { readPlan } from "../../provider/cli/planFile";
import { lookAround, lookAt } from "../../provider/cli/status/look";
import { statusText } from "../../provider/cli/status/text";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareDeployments, cloudflarePast } from "../../provider/cloudflare/deployments";
import { systemClock } from "../../provider/pulumi/clock";
import { abort, hold } from "../../provider/rollout/operator";
import { readHistory } from "../../provider/view/history";
import type { Sight } from "../../provider/view/sight";
import { viewOf } from "../../provider/view/view";
import { addVersion, deploy, goLive, saying, until, useEdge } from "../edge/support";
import { atOnce } from "../fakes/plans";
import { Receiver } from "../notify/receiver";
import { start, workersRelease, type Running } from "./command";

// The same release without Pulumi, on a local Cloudflare. It needs no traffic.

const plan: ReleasePlan = {
  ...atOnce,
  slos: [{ sli: "exceptions", max: 0.01 }],
  stages: [
    { percent: 50, soakTime: "1s" },
    { percent: 100, soakTime: "1s" },
  ],
  pollInterval: "1s",
  minRequests: 0,
};

describe("workers-release run", function () {
  this.timeout(180_000);
  const live = useEdge();
  let folder: string;
  const running: Running[] = [];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "run-"));
  });
  after(async () => {
    for (const { process } of running) process.kill("SIGTERM");
    await Promise.all(running.map(({ ended }) => ended));
    rmSync(folder, { recursive: true });
  });

  /** Starts a release of a new version. */
  async function begin(
    script: string,
    changes: Partial<ReleasePlan> = {},
    more: readonly string[] = [],
    variables: Record<string, string> = {},
  ) {
    const path = join(folder, `${script}.json`);
    writeFileSync(path, JSON.stringify({ ...plan, ...changes }));
    await goLive(live.edge, script, saying("old"));
    const versionId = await addVersion(live.edge, script, saying("new"));
    const args = ["run", "--plan", path, "--script", script, "--version", versionId, ...more];
    const run = start(args, { ...live.edge.environment(), ...variables });
    running.push(run);
    return { run, args, path, versionId };
  }

  const sightOf = (script: string, known?: Plan): Promise<Sight> =>
    lookAt(script, known, access()).look(undefined);
  const access = () => ({
    connection: { baseUrl: live.edge.baseUrl, apiToken: live.edge.token },
    accountId: live.edge.accountId,
  });

  /** Waits until a release soaks in its first stage. */
  const soaks = (script: string): Promise<boolean> =>
    until("the first stage", async () => {
      const { active } = await sightOf(script);
      return active?.record?.phase === "soak" ? true : undefined;
    });

  const slowly = { stages: [{ percent: 50, soakTime: "1h" }, ...plan.stages.slice(1)] };

  it("brings a version to all traffic and tells what happens, others too; the history has it", async () => {
    const [open, broken] = [await Receiver.start(), await Receiver.start((response) => response.destroy())];
    const secret = "T0123/very-secret";
    const file = join(folder, "notify.yaml");
    writeFileSync(
      file,
      "notify: [{ url: $(env.OPEN), on: [started, stage, completed] }, { url: $(env.BROKEN), on: [started] }]",
    );
    const addresses = { OPEN: `${open.origin}/${secret}`, BROKEN: `${broken.origin}/?key=${secret}` };
    const { run, versionId } = await begin("complete", {}, ["--json", "--notify", file], addresses);
    const { code, out, err } = await run.ended;
    await Promise.all([open.stop(), broken.stop()]);
    assert.equal(code, 0, err);
    assert.deepEqual(
      open.received.map(({ path, body }) => [path, (JSON.parse(body) as { type: string }).type]),
      ["started", "stage", "completed"].map((kind) => [`/${secret}`, `workers-release.${kind}`]),
    );
    assert.ok(err.includes(`Warning: ${broken.origin} was not told of the event "started": `), err);
    assert.ok(!`${out}${err}`.includes(secret));
    const outcome = JSON.parse(out) as { status: string; deployedVersionId: string };
    assert.deepEqual([outcome.status, outcome.deployedVersionId], ["completed", versionId]);
    assert.match(err, /^\d\d:\d\d:\d\dZ Release of complete: stage 1 of 2 \(50 %\), soaks 1s\.$/m);
    const { connection, accountId } = access();
    const past = cloudflarePast(cloudflareClient(connection), { accountId, scriptName: "complete" });
    const { entries } = await readHistory("complete", 10, past, systemClock);
    assert.deepEqual(
      entries.map((entry) => (entry.kind === "release" ? entry.status : entry.split.length)),
      ["completed", 1],
    );
  });

  it("puts the traffic back when it is told to end, and is seen meanwhile from elsewhere", async () => {
    const { run, path } = await begin("stopped", slowly);
    await soaks("stopped");
    const view = viewOf(await sightOf("stopped", readPlan(path).checked));
    assert.deepEqual([view.warnings, view.health?.isJudged], [[], true]);
    assert.match(
      statusText(view, createColors(false)),
      /soak {5}(?:1h|59m .*) of 1h left\n(?:.*\n)*.*evidence\n {2}exceptions /,
    );
    const around = await lookAround(access());
    assert.deepEqual(
      around.map(({ scriptName }) => scriptName),
      ["stopped"],
    );
    run.process.kill("SIGTERM");
    const { code, err } = await run.ended;
    assert.equal(code, 3, err);
    assert.match(
      err,
      /interrupted in stage 1 of 2 .* All traffic is back on .*`workers-release run` releases/s,
    );
  });

  it("ends when somebody deploys in the same moment as an order, which gives way", async () => {
    const { run } = await begin("crossed", slowly);
    await soaks("crossed");
    const hotfix = await addVersion(live.edge, "crossed", saying("hotfix"));
    const { connection, accountId } = access();
    const [client, worker] = [cloudflareClient(connection), { accountId, scriptName: "crossed" }];
    const real = cloudflareDeployments(client, worker);
    let isDeployed = false;
    const deployments: typeof real = {
      ...real,
      create: async (...given) => {
        if (!isDeployed) await deploy(live.edge, "crossed", { [hotfix]: 100 });
        isDeployed = true;
        return real.create(...given);
      },
    };
    const outside = { deployments, past: cloudflarePast(client, worker), clock: systemClock };
    await assert.rejects(
      carryOut(outside, "crossed", (active) => hold("crossed", active, "jo")),
      /deployed 100 % to .* in the same moment, and that was overwritten\. It is deployed again, as it was\. There is nothing to hold\./,
    );
    assert.deepEqual((await real.active())?.split, [{ versionId: hotfix, percent: 100 }]);
    const ended = await run.ended;
    assert.match(ended.err, /deployed something else, saying "Deployed again for /);
    assert.equal(ended.code, 6);
  });

  it("says of an aborted version that it is, now and the next time", async () => {
    const { run, args } = await begin("ended", slowly);
    await soaks("ended");
    const { connection, accountId } = access();
    const deployments = cloudflareDeployments(cloudflareClient(connection), {
      accountId,
      scriptName: "ended",
    });
    const outside = { deployments, clock: systemClock };
    await carryOut(outside, "ended", (active) => abort("ended", active, "jo", "it is slow"));
    assert.equal((await run.ended).code, 2);
    const again = await workersRelease(args, live.edge.environment());
    assert.equal(again.code, 2);
    assert.match(again.err, /was aborted before: .*it is slow.*give --retry another value/);
  });
});
