import assert from "node:assert/strict";
import { PortError, type Deployment, type Split } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import { startingPoint } from "../../provider/rollout/startingPoint";
import {
  all,
  newVersion,
  nextRun,
  oldVersion,
  otherVersion,
  quietTraffic,
  release,
  request,
  seedPlan,
  shares,
  world,
} from "./simulate";
import { between, deployment as aDeployment } from "./situations";

const record: ReleaseRecord = {
  id: "earlier",
  run: "earlier",
  owner: "owner-1",
  phase: "soak",
  stage: 1,
  stages: 5,
  startedAt: Date.UTC(2030, 0, 1),
  newVersionId: newVersion,
  oldVersionId: oldVersion,
  retry: "",
  next: undefined,
  begun: [],
  since: undefined,
};

function deployment(split: Split, of?: Partial<ReleaseRecord>): Deployment {
  const said = of && { record: { ...record, ...of }, message: "An earlier sentence." };
  return aDeployment({ id: "d", createdAt: Date.UTC(2030, 0, 1), split, author: "jo", ...said });
}

describe("where a release starts", () => {
  const cases: [string, Deployment | undefined, string][] = [
    ["no deployment at all", undefined, "first"],
    ["the old version alone", deployment(all(oldVersion)), "start"],
    ["the old version, and another at 0 %", deployment(between(otherVersion, oldVersion, 100)), "start"],
    ["the new version alone", deployment(all(newVersion)), "serving"],
    ["a split that is not ours", deployment(between(oldVersion, newVersion, 25)), "foreignSplit"],
    ["our split for this version", deployment(between(oldVersion, newVersion, 25), {}), "resume"],
    [
      "our split, waiting for an approval",
      deployment(between(oldVersion, newVersion, 25), { phase: "wait" }),
      "resume",
    ],
    [
      "our split at a percentage the plan no longer has",
      deployment(between(oldVersion, newVersion, 30), {}),
      "putBack",
    ],
    [
      "our split for another version",
      deployment(between(oldVersion, otherVersion, 25), { newVersionId: otherVersion }),
      "putBack",
    ],
    ["this version aborted", deployment(all(oldVersion), { phase: "aborted" }), "abortedBefore"],
    [
      "this version aborted, with another retry",
      deployment(all(oldVersion), { phase: "aborted", retry: "1" }),
      "start",
    ],
    [
      "another version aborted",
      deployment(all(oldVersion), { phase: "aborted", newVersionId: otherVersion }),
      "start",
    ],
    ["this version complete", deployment(all(newVersion), { phase: "completed" }), "serving"],
    [
      "the first version, being watched",
      deployment(all(newVersion), { stage: 4, oldVersionId: undefined }),
      "resume",
    ],
    [
      "another first version, being watched",
      deployment(all(otherVersion), { stage: 4, oldVersionId: undefined, newVersionId: otherVersion }),
      "start",
    ],
  ];
  for (const [what, active, kind] of cases) {
    it(`${what}: ${kind}`, () => {
      assert.equal(startingPoint(request(), active, { begunAt: Infinity, isAnew: true }).kind, kind);
    });
  }
});

describe("a release that starts", () => {
  it("gives the first version of a Worker all traffic and watches it for the last soak", async () => {
    const outside = world(quietTraffic, []);
    const outcome = await release(outside);
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [100, 100]);
    // It is asked four times in six seconds whether there really is no deployment.
    assert.equal(outside.clock.elapsed(), 15 * 60_000 + 6000);
  });

  it("completes a first version that nobody asks for anything, and says how little that proves", async () => {
    const outside = world({ requestsPerSecond: () => 0, badShare: () => 0 }, []);
    const outcome = await release(outside);
    assert.deepEqual([outcome.status, outcome.finding], ["completed", undefined]);
    assert.equal(
      outcome.reason,
      `Watch of checkout complete: nothing was found wrong in 15m. Version ${newVersion} served 0 requests meanwhile, fewer ` +
        "than the plan wants of a stage (minRequests: 50), so little is proven. It serves all traffic.",
    );
    assert.equal(outside.deployments.made[0]?.message, outcome.reason);
  });

  it("still wants the probes of a first version to reach it", async () => {
    const outside = world({ requestsPerSecond: () => 0, badShare: () => 0 }, []);
    const plan = { ...seedPlan, slos: [{ sli: "probes", max: 0.1 } as const], probes: [{ path: "/health" }] };
    outside.probes.answersWell = () => undefined;
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /no probe is known to have reached the new version/);
  });

  it("says what is wrong with a first version, never counts it as aborted, and watches it again", async () => {
    const outside = world({ requestsPerSecond: () => 10, badShare: () => 0.5 }, []);
    const outcome = await release(outside);
    assert.deepEqual([outcome.status, outcome.isVerdict], ["inconclusive", false]);
    assert.match(
      outcome.reason,
      /^Release of checkout: SLO "5xx" violated .* There is no older version that can be put back: version .*2 serves all traffic\. Roll forward: fix the Worker and release another version\. The next `pulumi up` watches an unchanged version again/,
    );
    assert.doesNotMatch(outside.progress.events.join("\n"), /reverting|could not revert/i);
    const next = nextRun(outside);
    const again = await release(next, { releaseId: "r2" });
    assert.deepEqual([again.status, again.releaseId], ["inconclusive", "r2"]);
    assert.deepEqual(shares(outside), [100, 100, 100, 100]);
  });

  it("ends the watch of a first version though the end cannot be recorded", async () => {
    const outside = world({ requestsPerSecond: () => 10, badShare: () => 0.5 }, []);
    const { deployments } = outside;
    const create = deployments.create.bind(deployments);
    deployments.create = (split, sentence, options) => {
      if (options?.record?.phase === "soak") return create(split, sentence, options);
      return Promise.reject(new PortError("refused", "HTTP 400, no more deployments."));
    };
    const outcome = await release(outside);
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /Only the deployment that records this could not be made: HTTP 400/);
    assert.doesNotMatch(outcome.reason + outside.progress.events.join("\n"), /COULD NOT REVERT/);
  });

  it("leaves a split of somebody else alone", async () => {
    const outside = world(quietTraffic, between(oldVersion, otherVersion, 10));
    await assert.rejects(
      release(outside),
      /split already \(90 % to .*1, 10 % to .*3\), by jo@example.com with wrangler/,
    );
    assert.equal(outside.deployments.calls.create, 0);
  });

  it("puts back what an interrupted release of another version left", async () => {
    const outside = world();
    const left = { ...record, newVersionId: otherVersion };
    outside.deployments.recorded(between(oldVersion, otherVersion, 25), "left", left);
    const outcome = await release(outside);
    assert.equal(outcome.status, "completed");
    assert.equal(outcome.oldVersionId, oldVersion);
    assert.deepEqual(shares(outside, otherVersion).slice(0, 3), [0, 25, 0]);
  });

  it("does not move an aborted version again, until retry changes", async () => {
    const outside = world({
      requestsPerSecond: () => 50,
      badShare: (version) => (version === newVersion ? 0.3 : 0),
    });
    assert.equal((await release(outside)).status, "aborted");
    const writes = outside.deployments.calls.create;
    await assert.rejects(
      release(nextRun(outside)),
      /was aborted before: Release of checkout: SLO "5xx" violated in stage 2.*set `retry` to another value/,
    );
    assert.equal(outside.deployments.calls.create, writes);
    await release(nextRun(outside), { releaseId: "r3", retry: "1" });
    assert.ok(outside.deployments.calls.create > writes);
  });

  it("remembers an abort that no deployment records any more, unless somebody gave the version all traffic", async () => {
    const findingBefore = "It was bad.";
    const outside = world(quietTraffic, all(otherVersion));
    await assert.rejects(release(outside, { findingBefore }), /was aborted before.*: It was bad\./);
    outside.deployments.foreign(all(newVersion));
    assert.equal((await release(nextRun(outside), { findingBefore })).status, "completed");
  });

  it("says once what to do about an abort by hand, which only the state remembers", async () => {
    const outside = world();
    outside.clock.at(60_000, () => outside.deployments.foreign(all(oldVersion)));
    const { status, finding = "" } = await release(outside);
    assert.equal(status, "aborted");
    const again = release(nextRun(outside), { findingBefore: finding });
    await assert.rejects(again, ({ message }: Error) => message.split("Fix the Worker").length === 2);
  });

  it("tells what its telemetry is known to lack, and starts all the same", async () => {
    const outside = world();
    outside.telemetry.warnings.push("Stages reset Durable Objects.");
    assert.equal((await release(outside)).status, "completed");
    assert.equal(outside.progress.events[0], "Warning: Stages reset Durable Objects.");
  });

  describe("after a run that found the version bad and could not put the traffic back", () => {
    const findingBefore = "It was bad.";

    it("reverts first, seeing or not", async () => {
      const outside = world();
      outside.deployments.recorded(between(oldVersion, newVersion, 25), "left", record);
      outside.telemetry.blindBecause = "Observability is off.";
      const outcome = await release(outside, { findingBefore });
      assert.equal(outcome.status, "aborted");
      assert.match(outcome.reason, /It had found: It was bad\. All traffic is back on the old version/);
    });

    it("reverts first also when the plan has changed, and does not begin again", async () => {
      const outside = world();
      outside.deployments.recorded(between(oldVersion, newVersion, 30), "left", record);
      assert.equal((await release(outside, { findingBefore })).status, "aborted");
      assert.deepEqual(shares(outside), [0, 30, 0]);
    });

    it("does not begin again when somebody has put the traffic back by hand", async () => {
      const outside = world();
      await assert.rejects(
        release(outside, { findingBefore }),
        /was aborted before: It was bad\. No traffic was moved\. Fix the Worker/,
      );
      assert.deepEqual(shares(outside), [0]);
    });
  });

  it("waits for a version that was just uploaded to be deployable", async () => {
    const outside = world();
    for (let times = 0; times < 5; times++) {
      outside.deployments.failNext("before", new PortError("unavailable", "not found yet (100146)"));
    }
    assert.equal((await release(outside)).status, "completed");
  });

  it("gives up when the first split cannot be deployed within half a minute, and has moved nothing", async () => {
    const outside = world();
    for (let times = 0; times < 100; times++) {
      outside.deployments.failNext("before", new PortError("unavailable", "not found yet (100146)"));
    }
    await assert.rejects(release(outside), /not found yet \(100146\)/);
    assert.deepEqual(shares(outside), [0]);
    assert.ok(outside.clock.elapsed() >= 30_000 && outside.clock.elapsed() <= 50_000);
  });

  it("does not write a second time over somebody who deployed after the first was lost", async () => {
    const outside = world();
    outside.deployments.failNext("before", new PortError("unavailable", "no answer"));
    outside.deployments.failNext("before", new PortError("unavailable", "no answer"));
    outside.clock.at(1000, () => outside.deployments.foreign(all(otherVersion)));
    const outcome = await release(outside);
    assert.equal(outcome.status, "superseded");
    assert.match(outcome.reason, /jo@example.com with wrangler deployed something else .* left as it is/);
    assert.deepEqual(outside.deployments.made[0]?.split, all(otherVersion));
    // The lost write could have been made over it all the same, and would have been seen.
    assert.ok(outside.clock.elapsed() >= 15_000);
  });

  it("says who has put another version back since the last release, and quotes what they said", async () => {
    const outside = world();
    outside.deployments.foreign(all(oldVersion), "checkout was down");
    assert.equal((await release(outside, { isSameAsLast: true })).status, "completed");
    assert.equal(
      outside.progress.events[0],
      `Warning: version ${oldVersion} serves all traffic of checkout, not what was released last: jo@example.com with wrangler ` +
        `deployed it 2030-01-01 00:00:00Z, 1s ago, saying "checkout was down". The program still asks for version ${newVersion}, ` +
        "which is released again.",
    );
  });

  it("says which upload deployed the version when there is nothing to release", async () => {
    const outside = world();
    outside.deployments.upload(newVersion);
    const outcome = await release(outside);
    assert.equal(outcome.status, "completed");
    assert.match(
      outcome.reason,
      /serves all traffic already: .* Its upload has deployed it\. If .* WorkersScript/,
    );
    assert.deepEqual(outside.progress.events, [`Warning: ${outcome.reason}`]);
  });
});
