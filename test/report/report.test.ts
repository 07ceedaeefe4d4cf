import assert from "node:assert/strict";
import { planSchema } from "../../provider/plan/schema";
import { reportOn, type Asked } from "../../provider/report/build";
import { htmlOf } from "../../provider/report/html";
import { deploymentsUntil } from "../../provider/report/deployments";
import { markdownOf } from "../../provider/report/markdown";
import type { ReleaseReport } from "../../provider/report/model";
import type { Deployment, Failures, FailureGroup, PastDeployments } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import { aRecord, deployment } from "../rollout/situations";
import { atOnce } from "../fakes/plans";
import {
  all,
  badNewVersion,
  otherVersion,
  quietTraffic,
  release,
  seedPlan,
  world,
  type World,
} from "../rollout/simulate";

const plan = planSchema.parse({ ...atOnce, ...seedPlan });

const evil = `</style><script>alert(1)</script> [x](javascript:y) @team #1 | a\n\`b\` \u202e`;
const group: FailureGroup = {
  what: `TypeError: ${evil}`,
  request: "GET /cart",
  new: 34,
  old: 0,
  requestIds: ["aa", "bb"],
  stack: [`at price (worker.mjs:7:11) ${evil}`],
};
const failures: Failures = {
  find: () =>
    Promise.resolve({ groups: [group], filters: "a eq b", url: "https://dash.cloudflare.com/?to=x" }),
};

async function reported(
  outside: World,
  asked: Partial<Asked> = {},
  deployments?: readonly Deployment[],
): Promise<ReleaseReport> {
  const { telemetry, clock } = outside;
  const ports = { telemetry, clock, failures };
  const whole = { scriptName: "checkout", releaseId: undefined, plan, ...asked };
  const report = await reportOn(whole, deployments ?? outside.deployments.made, ports);
  assert.ok(report);
  return report;
}

/** A release that fails 12 minutes after it began, in its third stage. */
async function aborted(): Promise<{ outside: World; report: ReleaseReport; finding: string }> {
  const outside = world(badNewVersion(0.05, 12 * 60_000));
  const outcome = await release(outside);
  assert.equal(outcome.status, "aborted");
  return { outside, report: await reported(outside), finding: outcome.finding ?? "" };
}

describe("the report on a release that was aborted", () => {
  let report: ReleaseReport;
  let outside: World;
  let finding: string;
  before(async () => {
    ({ report, outside, finding } = await aborted());
  });

  it("has the decision in the words of the release", () => {
    assert.deepEqual([report.status, report.decision], ["aborted", finding]);
  });

  it("reaches the verdict of the release, at the same time", () => {
    const slo = report.slos.find(({ name }) => name === "5xx");
    const began = outside.clock.start + 12 * 60_000;
    assert.ok(slo && slo.onset !== null && slo.violatedAt !== null);
    assert.ok(Math.abs(slo.onset - began) <= 60_000, new Date(slo.onset).toISOString());
    assert.ok(report.endedAt !== null && Math.abs(slo.violatedAt - report.endedAt) <= 20_000);
    assert.ok(
      report.slos.filter(({ name }) => name !== "5xx").every(({ violatedAt }) => violatedAt === null),
    );
    assert.equal(report.stages.at(-1)?.slos[0]?.verdict, "violated");
  });

  it("has the stages with their times, as far as the release came", () => {
    const minute = 60_000;
    assert.deepEqual(
      report.stages.map(({ number, percent, from }) => [
        number,
        percent,
        Math.round((from - report.startedAt) / minute),
      ]),
      [
        [1, 0, 0],
        [2, 25, 1],
        [3, 50, 6],
      ],
    );
    assert.deepEqual([report.stageCount, report.splits.map(({ percent }) => percent)], [5, [0, 25, 50, 0]]);
  });

  it("has all stages though Cloudflare no longer lists their deployments", async () => {
    const short = await reported(outside, {}, outside.deployments.made.slice(0, 2));
    assert.deepEqual(
      short.stages.map(({ number, from }) => [number, from]),
      report.stages
        .map(({ number, from }) => [number, from])
        .map(([number = 0, from = 0]) => [number, Math.round(from / 1000) * 1000]),
    );
  });

  it("has what was served and how long it took", () => {
    const served = report.requests.reduce((sum, { new: fresh, old }) => sum + fresh + old, 0);
    const seconds = ((report.endedAt ?? 0) - report.startedAt) / 1000;
    assert.ok(Math.abs(served / seconds - 50) < 2, String(served / seconds));
    const [p50] = report.latency;
    assert.ok(p50?.newMs && p50.newMs >= 50 && p50.newMs <= 80, String(p50?.newMs));
  });

  it("tells how long it took in whole seconds", () => {
    const odd = { ...report, endedAt: report.startedAt + 41_129 };
    for (const written of [markdownOf(odd), htmlOf(odd)]) assert.match(written, /, took 41s[ <]/);
  });

  it("says who serves now", () => {
    for (const written of [markdownOf(report), htmlOf(report)]) {
      assert.match(written, /Traffic(<\/dt><dd>| \| )all back on the old version/);
    }
    const other = { ...report, status: "superseded" as const };
    assert.doesNotMatch(markdownOf(other), /Traffic/);
    const { splits } = report;
    const served = { ...report, status: "completed" as const };
    assert.match(
      markdownOf({ ...served, splits: splits.map((one) => ({ ...one, percent: 100 })) }),
      /all on the new version/,
    );
    assert.match(
      markdownOf({ ...report, status: "underWay", splits: splits.slice(0, 2) }),
      /25 % on the new version/,
    );
  });

  it("calls no version healthy that has served nothing", () => {
    const rows = markdownOf(report)
      .split("\n")
      .filter((line) => /\| (5xx|p99 wallTime|canceled) \|/.test(line));
    assert.match(rows[0] ?? "", /0 % .*\| – \|.*nothing to judge yet/);
    assert.equal(rows.filter((row) => row.includes("nothing to judge yet")).length, 3);
    assert.equal(htmlOf(report).split("nothing to judge yet").length - 1, 3);
  });

  it("has so few points that a page stays small", () => {
    assert.ok(report.slos.every(({ points }) => points.length <= 180));
    assert.ok(htmlOf(report).length < 400_000);
  });

  it("fits into a comment, and is cut where it would not", () => {
    assert.ok(markdownOf(report).length < 20_000);
    const stages = Array.from({ length: 900 }, (_, index) => ({
      ...(report.stages[0] ?? assert.fail()),
      number: index + 1,
    }));
    const long = markdownOf({ ...report, stages });
    assert.ok(long.length < 65_536);
    assert.match(long, /shortened to its last 20 stages/);
    assert.ok(markdownOf({ ...report, decision: "x".repeat(100_000) }).length < 65_536);
  });

  it("takes whatever comes from outside as text", () => {
    const outsiders = { ...report, scriptName: evil, decision: evil, notes: [evil] };
    const splits = report.splits.map((split) => ({ ...split, author: evil, message: evil }));
    const slos = report.slos.map((slo) => ({ ...slo, name: evil }));
    const page = htmlOf({ ...outsiders, splits, slos });
    assert.equal(page.match(/<style>/g)?.length, 1);
    assert.doesNotMatch(page, /<script|\u202e/);
    const comment = markdownOf({ ...outsiders, splits, slos });
    assert.doesNotMatch(comment, /<script|\]\(javascript|@team|[^&]#1|\u202e|`/);
    // Nothing opens a cell or a line of its own.
    const cells = comment.split("\n").filter((line) => line.startsWith("| "));
    assert.ok(
      cells.length > 10 && cells.every((line) => [3, 5, 8, 9].includes(line.split("|").length - 1)),
      cells.join("\n"),
    );
  });

  it("is a page that runs nothing, fetches nothing and has a name for each picture", () => {
    const page = htmlOf(report);
    assert.doesNotMatch(page, /<script|<link|<img|url\(|@import|\son\w+=/);
    assert.match(page, /content-security-policy" content="default-src &#39;none&#39;;/);
    assert.equal(
      page.match(/<svg /g)?.length,
      page.match(/role="img"[^>]*><title>[^<]+<\/title><desc>[^<]+</g)?.length,
    );
  });
});

describe("the report on a release", () => {
  it("that is complete finds nothing violated", async () => {
    const outside = world(quietTraffic);
    await release(outside);
    const report = await reported(outside);
    assert.equal(report.status, "completed");
    assert.ok(report.slos.every(({ violatedAt }) => violatedAt === null));
    assert.equal(report.failures, null);
    assert.equal(report.stages.length, 5);
  });

  it("that was superseded says by whom", async () => {
    const outside = world(quietTraffic);
    outside.clock.at(120_000, () => outside.deployments.foreign(all(otherVersion)));
    await release(outside);
    const report = await reported(outside);
    assert.equal(report.status, "superseded");
    assert.match(report.decision, /deployed something else/);
    assert.equal(report.splits.at(-1)?.percent, 0);
  });

  it("whose plan is not known is judged by what is usual, and says so", async () => {
    const outside = world(badNewVersion(0.05, 12 * 60_000));
    await release(outside);
    for (const given of [
      undefined,
      planSchema.parse({ ...seedPlan, stages: [{ percent: 100, soakTime: "1m" }] }),
    ]) {
      const report = await reported(outside, { plan: given });
      assert.equal(report.isOwnPlan, false);
      assert.match(report.notes[0] ?? "", /judged here by what is usual/);
      const slo = report.slos.find(({ name }) => name === "server errors");
      assert.ok((slo?.points.at(-1)?.evidence ?? 0) > 0.3);
      assert.ok(report.failures && "groups" in report.failures, "it was aborted all the same");
    }
  });

  it("that nobody knows is none", async () => {
    const outside = world(quietTraffic);
    const { telemetry, clock } = outside;
    const asked = { scriptName: "checkout", releaseId: "r9", plan };
    assert.equal(await reportOn(asked, outside.deployments.made, { telemetry, clock, failures }), undefined);
  });

  it("whose telemetry is gone says that there is none", async () => {
    const outside = world(quietTraffic);
    await release(outside);
    const report = await reported({
      ...outside,
      telemetry: world({ ...quietTraffic, requestsPerSecond: () => 0 }).telemetry,
    });
    assert.match(report.notes.join(" "), /shows no request of either version/);
    assert.match(htmlOf(report), /<h1>/);
    assert.match(markdownOf(report), /#### Stages/);
  });
});

describe("the deployments that a report is made of", () => {
  const at = (id: string, record: Partial<ReleaseRecord>): Deployment =>
    deployment({ id, record: aRecord({ phase: "aborted", ...record }) });
  const newest = at("d3", { id: "r3", previous: "d2" });
  const older = { d2: at("d2", { id: "r2", previous: "d1" }), d1: at("d1", { id: "r1" }) };
  const past = (asked: string[]): PastDeployments => ({
    recent: () => Promise.resolve([newest]),
    named: (id) => {
      asked.push(id);
      return Promise.resolve(older[id as keyof typeof older]);
    },
  });

  it("are those that Cloudflare lists, and before that those which lead to the release", async () => {
    for (const [release, asked, found] of [
      [undefined, [], ["d3"]],
      ["r3", [], ["d3"]],
      ["r1", ["d2", "d1"], ["d3", "d2", "d1"]],
      ["r0", ["d2", "d1"], ["d3", "d2", "d1"]],
    ] as const) {
      const named: string[] = [];
      const deployments = await deploymentsUntil(release, past(named));
      assert.deepEqual([named, deployments.map(({ id }) => id)], [asked, found]);
    }
  });
});
