import assert from "node:assert/strict";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { cloudflareProbes } from "../../provider/cloudflare/probes";
import { cloudflareMetrics } from "../../provider/cloudflare/metrics";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { planSchema } from "../../provider/plan/schema";
import { systemClock } from "../../provider/pulumi/clock";
import type { Outcome } from "../../provider/rollout/outcome";
import type { Deployments } from "../../provider/rollout/ports";
import { run } from "../../provider/rollout/run";
import { addVersion, goLive, saying, until, useEdge } from "../edge/support";
import { atOnce } from "../fakes/plans";
import { RecordingProgress } from "../fakes/progress";
import { workersRelease } from "./command";

describe("workers-release and a running release", function () {
  this.timeout(180_000);
  const stop = new AbortController();
  const outcomes: Promise<Outcome>[] = [];
  // Should a test fail, its release must not wait for a day, nor for an edge that is gone.
  after(async () => {
    stop.abort();
    await Promise.all(outcomes);
  });
  const live = useEdge();

  it("status tells what it waits for, approve lets it go on", async () => {
    const { outcome, progress, versionId } = await releaseThatWaits("approved");
    const status = await workersRelease(["status", "approved"], live.edge.environment());
    assert.deepEqual([status.code, status.err], [0, ""]);
    assert.match(status.out, /stage +1 of 2 \(50 %\), waiting for an approval to go to 100 %\n {2}since/);

    const approved = await workersRelease(
      ["approve", "approved", "--yes", "--by", "jo"],
      live.edge.environment(),
    );
    assert.deepEqual([approved.code, approved.err], [0, ""]);
    const shown = `  new       50 % → 100 % to version ${versionId}, uploaded `;
    assert.ok(approved.out.includes(shown), approved.out);
    assert.match(approved.out, /^ {2}deployed .* ago, by \S+ with /m);
    assert.match(approved.out, /^Approved by jo: stage 2 of 2 \(100 %\)\.$/m);
    assert.equal((await outcome).status, "completed");
    assert.ok(progress.events.includes("Approved by jo: stage 2 of 2 (100 %)."));

    const over = await workersRelease(["approve", "approved"], live.edge.environment());
    assert.deepEqual([over.code, over.out], [1, ""]);
    assert.match(over.err, /^There is nothing to approve\. .* ended as completed: .*\n$/);
  });

  it("abort puts the old version back and ends it with the reason", async () => {
    const { outcome, deployments, oldVersionId } = await releaseThatWaits("aborted");
    const unasked = await workersRelease(["abort", "aborted"], live.edge.environment());
    assert.deepEqual([unasked.code, unasked.out], [1, ""]);
    assert.match(
      unasked.err,
      / {2}old {7}50 % → 100 % to version .*\nNobody is there to be asked .* --yes /s,
    );
    assert.equal((await deployments.active())?.split.length, 2);
    const args = ["abort", "aborted", "--yes", "--by", "jo", "--reason", "Paris is slow"];
    const aborted = await workersRelease(args, live.edge.environment());
    assert.deepEqual([aborted.code, aborted.err], [0, ""]);
    assert.match(
      aborted.out,
      /^Aborted by jo in stage 1 of 2 \(50 %\): Paris is slow\. All traffic is back on/m,
    );
    const { status, reason } = await outcome;
    assert.equal(status, "aborted");
    assert.match(reason, /^Aborted by jo .*: Paris is slow\. All traffic is back on the old version/);
    assert.deepEqual((await deployments.active())?.split, [{ versionId: oldVersionId, percent: 100 }]);
    assert.equal((await workersRelease(["status", "aborted"], live.edge.environment())).code, 2);
  });

  it("abort and approve leave what is not theirs alone", async () => {
    await goLive(live.edge, "foreign", saying("hello"));
    for (const command of ["abort", "approve"]) {
      const { code, out, err } = await workersRelease([command, "foreign"], live.edge.environment());
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, /^There is nothing to (abort|approve)\. No release of foreign is under way: .*\n$/);
    }
  });

  /** Begins a release that needs no traffic, and waits until it waits. */
  async function releaseThatWaits(scriptName: string): Promise<Waiting> {
    const { baseUrl, token: apiToken, accountId } = live.edge;
    const oldVersionId = await goLive(live.edge, scriptName, saying("old"));
    const versionId = await addVersion(live.edge, scriptName, saying("new"));
    const client = cloudflareClient({ baseUrl, apiToken });
    const deployments = cloudflareDeployments(client, { accountId, scriptName });
    const telemetry = cloudflareTelemetry(client, { accountId, scriptName });
    const progress = new RecordingProgress();
    const names = { releaseId: "r1", scriptName, versionId, retry: "", owner: "tests", takeOver: undefined };
    const request = { ...names, plan, findingBefore: undefined };
    const probes = cloudflareProbes(client, { accountId, scriptName }, systemClock);
    const outcome = run(request, {
      deployments,
      telemetry,
      witness: cloudflareMetrics(client, { accountId, scriptName }),
      probes,
      clock: systemClock,
      progress,
      interruption: stop.signal,
      random: Math.random,
    });
    outcomes.push(outcome);
    await until("the release to wait", async () => {
      const active = await deployments.active();
      return active?.record?.phase === "wait" ? true : undefined;
    });
    return { outcome, deployments, progress, oldVersionId, versionId };
  }
});

/** A release that waits for an approval. */
interface Waiting {
  readonly outcome: Promise<Outcome>;
  readonly deployments: Deployments;
  readonly progress: RecordingProgress;
  readonly oldVersionId: string;
  readonly versionId: string;
}

const plan = planSchema.parse({
  ...atOnce,
  slos: [{ sli: "exceptions", max: 0.01 }],
  stages: [
    { percent: 50, soakTime: "1s", progression: "manual" },
    { percent: 100, soakTime: "1s" },
  ],
  pollInterval: "1s",
  minRequests: 0,
});

describe("workers-release, when it cannot", function () {
  this.timeout(120_000);
  const live = useEdge();

  it("never repeats the token, and says in one line what is wrong", async () => {
    const token = "token-of-this-test";
    const environment = live.edge.environment();
    const cases: [string, Record<string, string>, RegExp][] = [
      ["is wrong", { ...environment, CLOUDFLARE_API_TOKEN: token }, /HTTP 401/],
      ["cannot be sent", { ...environment, CLOUDFLARE_API_TOKEN: `${token}\nmore` }, /failed/],
      [
        "has no account",
        { CLOUDFLARE_API_TOKEN: token },
        /no Cloudflare account: set .* CLOUDFLARE_ACCOUNT_ID/,
      ],
      ["is missing", { CLOUDFLARE_ACCOUNT_ID: "a" }, /no Cloudflare API token: set .* CLOUDFLARE_API_TOKEN/],
    ];
    for (const [what, env, expected] of cases) {
      const { code, out, err } = await workersRelease(["status", "one"], env);
      assert.deepEqual([what, code, out], [what, 1, ""]);
      assert.match(err, expected);
      assert.ok(!err.includes(token) && err.trimEnd().split("\n").length === 1, err);
    }
  });

  it("says which Worker does not exist", async () => {
    const { code, err } = await workersRelease(["abort", "nobody"], live.edge.environment());
    assert.equal(code, 1);
    assert.match(err, /Worker "nobody" found nothing/);
  });
});
