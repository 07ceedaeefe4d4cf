import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { cloudflareFailures } from "../../provider/cloudflare/failures";
import { cloudflareMetrics } from "../../provider/cloudflare/metrics";
import { cloudflareProbes } from "../../provider/cloudflare/probes";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import type { ReleasePlan } from "../../provider/plan/types";
import { planSchema } from "../../provider/plan/schema";
import { systemClock } from "../../provider/pulumi/clock";
import type { ReleaseReport } from "../../provider/report/model";
import type { Outcome } from "../../provider/rollout/outcome";
import { run } from "../../provider/rollout/run";
import { addVersion, ask, goLive, saying, useEdge } from "../edge/support";
import { atOnce } from "../fakes/plans";
import { RecordingProgress } from "../fakes/progress";
import { workersRelease, type Ended } from "./command";

const scriptName = "reported";

const plan: ReleasePlan = {
  ...atOnce,
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 50, soakTime: "30s" },
    { percent: 100, soakTime: "30s" },
  ],
  pollInterval: "1s",
};

const throwing = `
  function price(cart) { return cart.items.length; }
  export default { fetch() { return new Response(price({})); } };
`;

describe("workers-release report on a release that was aborted", function () {
  this.timeout(180_000);
  const live = useEdge();
  const folder = mkdtempSync(join(tmpdir(), "report-"));
  const planFile = join(folder, "plan.json");
  let outcome: Outcome;

  before(async () => {
    outcome = await released();
    writeFileSync(planFile, JSON.stringify(plan));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function released(): Promise<Outcome> {
    const { accountId, baseUrl, token: apiToken } = live.edge;
    await goLive(live.edge, scriptName, saying("old"));
    const versionId = await addVersion(live.edge, scriptName, throwing);
    const client = cloudflareClient({ apiToken, baseUrl });
    const worker = { accountId, scriptName };
    const probes = cloudflareProbes(client, worker, systemClock);
    const over = new AbortController();
    const visitors = (async () => {
      while (!over.signal.aborted)
        await Promise.all(Array.from({ length: 4 }, () => ask(live.edge, scriptName, { path: "/cart" })));
    })();
    const request = {
      ...{ releaseId: "r-reported", scriptName, versionId, retry: "", findingBefore: undefined },
      ...{ owner: "test", takeOver: undefined, plan: planSchema.parse(plan) },
    };
    const outcome = await run(request, {
      deployments: cloudflareDeployments(client, worker),
      telemetry: cloudflareTelemetry(client, worker),
      witness: cloudflareMetrics(client, worker),
      failures: cloudflareFailures(client, worker, probes),
      probes,
      clock: systemClock,
      progress: new RecordingProgress(),
      interruption: new AbortController().signal,
      random: Math.random,
    });
    over.abort();
    await visitors;
    return outcome;
  }

  function report(...args: string[]): Promise<Ended> {
    return workersRelease(["report", scriptName, ...args], live.edge.environment());
  }

  it("was aborted, and tells the stack trace", () => {
    assert.equal(outcome.status, "aborted");
    assert.match(
      outcome.reason,
      /1\. TypeError: Cannot read properties of undefined \(reading 'length'\) · GET \/cart · new version \d+, old version 0\n {3}at price /,
    );
  });

  it("tells as JSON what the release itself has found", async () => {
    const { code, out, err } = await report("--json", "--plan", planFile);
    assert.deepEqual([code, err], [0, ""]);
    const told = JSON.parse(out) as ReleaseReport;
    assert.deepEqual([told.status, told.releaseId, told.isOwnPlan], ["aborted", "r-reported", true]);
    assert.equal(told.decision, outcome.finding);
    const [slo] = told.slos;
    assert.ok(slo && slo.violatedAt !== null && slo.onset !== null && slo.points.length > 0);
    assert.deepEqual(
      told.stages.map(({ percent, slos }) => [percent, slos[0]?.verdict]),
      [[50, "violated"]],
    );
    assert.deepEqual(
      told.splits.map(({ percent }) => percent),
      [50, 0],
    );
    assert.ok(told.failures && "groups" in told.failures);
    assert.match(told.failures.groups[0]?.what ?? "", /^TypeError/);
    assert.ok(told.latency.every(({ newMs }) => newMs !== null));
  });

  it("tells as Markdown, by the usual SLOs where the plan is not known, and says so", async () => {
    const { code, out, err } = await report("r-reported");
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^### Release of reported: ✕ aborted\n/);
    assert.match(out, /> The plan of the release was not given/);
    // The usual warm-up is longer than this release was: its share is told, and nothing is judged.
    assert.match(out, /\| server errors \| 100 % \(\d+ of \d+\) \| 0 % /);
  });

  it("writes a page that fetches nothing and runs nothing", async () => {
    const file = join(folder, "report.html");
    const { code, out, err } = await report("--html", "--plan", planFile, "--out", file);
    assert.deepEqual([code, out], [0, ""]);
    assert.match(err, /The report on release r-reported of reported is in .*report\.html\./);
    const page = readFileSync(file, "utf8");
    assert.match(page, /^<!doctype html>/);
    assert.doesNotMatch(page, /<script|<link|<img|src=|url\(|@import|\son\w+=/);
  });

  it("says which releases there are where it does not know the one asked for", async () => {
    const { code, out, err } = await report("r-none");
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /tells of release r-none\. Known are r-reported\./);
  });
});
