import assert from "node:assert/strict";
import { PortError } from "../../provider/rollout/ports";
import {
  all,
  badNewVersion,
  newVersion,
  nextRun,
  oldVersion,
  otherVersion,
  quietTraffic,
  release,
  seedPlan,
  shares,
  world,
} from "./simulate";
import { minute, unavailable } from "./situations";

const manualAt50 = {
  ...seedPlan,
  stages: [
    { percent: 50, soakTime: "5m", progression: "manual" as const },
    { percent: 100, soakTime: "5m" },
  ],
};

describe("a release", () => {
  it("of a healthy version goes through all stages, each soaking for its time, and ends with the new version alone", async () => {
    const outside = world();
    const outcome = await release(outside);
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 0, 25, 50, 75, 100, 100]);
    assert.deepEqual(outside.deployments.made[0]?.split, all(newVersion));
    assert.equal(outside.clock.elapsed(), 41 * minute);
    assert.deepEqual(
      outcome.stages.map((stage) => (Date.parse(stage.endedAt) - Date.parse(stage.startedAt)) / minute),
      [1, 5, 10, 10, 15],
    );
  });

  it("looks when a soak ends, between two polls", async () => {
    const outside = world();
    const plan = {
      ...seedPlan,
      pollInterval: "10s",
      stages: [
        { percent: 50, soakTime: "65s" },
        { percent: 100, soakTime: "61s" },
      ],
    };
    assert.equal((await release(outside, { plan })).status, "completed");
    assert.equal(outside.clock.elapsed(), 126_000);
  });

  it("waits after each soak with traffic until the soak's last telemetry has arrived", async () => {
    const outside = world();
    const outcome = await release(outside, { plan: { ...seedPlan, settleTime: "60s" } });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(
      outcome.stages.map((stage) => (Date.parse(stage.endedAt) - Date.parse(stage.startedAt)) / minute),
      [1, 6, 11, 11, 16],
    );
    const waits = outside.progress.statuses.filter((line) =>
      line.includes("its last telemetry arrives within"),
    );
    assert.match(waits[0] ?? "", /^stage 2\/5 · 25 % · soaked, its last telemetry arrives within 1m · 5xx/);
  });

  it("does not pass a stage whose last requests turn out bad when their telemetry arrives", async () => {
    const late = { ...badNewVersion(0.5, 5.5 * minute), delayMs: 50_000 };
    const stages = [
      { percent: 50, soakTime: "6m" },
      { percent: 100, soakTime: "1m" },
    ];
    const outcome = await release(world(late), { plan: { ...seedPlan, stages, settleTime: "60s" } });
    assert.equal(outcome.status, "aborted");
    assert.deepEqual(outcome.stages.length, 1);
  });

  it("of a bad version reverts in the first stage with traffic, and says everything in one sentence", async () => {
    const outside = world(badNewVersion(0.2));
    const outcome = await release(outside);
    assert.equal(outcome.status, "aborted");
    assert.deepEqual(shares(outside), [0, 0, 25, 0]);
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
    assert.ok(outside.clock.elapsed() < 2 * minute);
    assert.match(
      outcome.reason,
      /^Release of checkout: SLO "5xx" violated in stage 2 of 5 \(25 %\), \d+s into the stage: [\d.]+ % of the new version's requests failed \(\d+ of \d+ since [\d:]+Z\), limit 1 %; in the same time the old version had [\d.]+ % \(\d+ of \d+\)\. All traffic is back on the old version 0{8}-.*1\. Confirmed by the telemetry: the new version has served nothing since 00:01:20Z\. Fix the Worker/,
    );
  });

  for (const [when, fromMs, stage] of [
    ["in the middle of a soak", 10 * minute, 50],
    ["in the last soak at 100 %", 30 * minute, 100],
  ] as const) {
    it(`that turns bad ${when} reverts there, within minutes`, async () => {
      const outside = world(badNewVersion(0.1, fromMs));
      const outcome = await release(outside);
      assert.equal(outcome.status, "aborted");
      assert.equal(outcome.stages.at(-1)?.percent, stage);
      assert.equal(outcome.stages.at(-1)?.slos[0]?.verdict, "violated");
      assert.ok(outside.clock.elapsed() - fromMs < 2 * minute);
    });
  }

  it("reports what it measured in each stage", async () => {
    const outcome = await release(world());
    const slo = outcome.stages[1]?.slos[0];
    assert.ok(slo);
    assert.deepEqual([slo.name, slo.limit, slo.verdict], ["5xx", 0.01, "healthy"]);
    // 25 % of 50 requests a second for 5 minutes, and the bucket in which the stage began.
    assert.ok(slo.valid > 3700 && slo.valid < 4000, String(slo.valid));
    assert.equal(slo.measured, Number((slo.bad / slo.valid).toPrecision(4)));
  });
});

describe("a stage with manual progression", () => {
  it("waits, and goes on when somebody deploys the next stage's split", async () => {
    const outside = world();
    outside.clock.at(60 * minute, () => outside.deployments.foreign(all(newVersion)));
    const outcome = await release(outside, { plan: manualAt50 });
    assert.equal(outcome.status, "completed");
    assert.ok(outside.clock.elapsed() >= 65 * minute);
    assert.ok(
      outside.progress.events.some((line) => line.includes("approved by jo@example.com with wrangler")),
    );
  });

  it("records that it waits and for what", async () => {
    const outside = world();
    outside.clock.at(60 * minute, () => {
      const record = outside.deployments.made[0]?.record;
      assert.equal(record?.phase, "wait");
      assert.equal(record.next, 100);
      outside.deployments.foreign(all(oldVersion));
    });
    const outcome = await release(outside, { plan: manualAt50 });
    assert.equal(outcome.status, "aborted");
    assert.match(outcome.reason, /jo@example.com with wrangler put the old version back/);
  });

  it("reverts at once when an SLO is violated while it waits", async () => {
    const outside = world(badNewVersion(0.2, 60 * minute));
    const outcome = await release(outside, { plan: manualAt50 });
    assert.equal(outcome.status, "aborted");
    assert.ok(outside.clock.elapsed() < 61 * minute);
  });

  it("reverts when nobody approves it in time", async () => {
    const outside = world();
    const outcome = await release(outside, { plan: { ...manualAt50, approvalTimeout: "2h" } });
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /nobody approved the stage after stage 1 of 2 \(50 %\) within 2h/);
    assert.match(
      outcome.reason,
      /no verdict on the version\. The next `pulumi up` releases it .*approvalTimeout/,
    );
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
  });
});

describe("what others deploy meanwhile", () => {
  const meanwhile = [
    ["the old version at 100 %", all(oldVersion), "aborted"],
    ["the new version at 100 %", all(newVersion), "completed"],
    ["another version", all(otherVersion), "superseded"],
    [
      "another split of the same two",
      [
        { versionId: oldVersion, percent: 40 },
        { versionId: newVersion, percent: 60 },
      ],
      "superseded",
    ],
  ] as const;
  for (const [what, split, status] of meanwhile) {
    it(`${what} ends the release as ${status} and stays`, async () => {
      const outside = world();
      outside.clock.at(8 * minute, () => outside.deployments.foreign(split));
      const outcome = await release(outside);
      assert.equal(outcome.status, status);
      assert.equal(outside.deployments.made[0]?.author, "jo@example.com with wrangler");
    });
  }

  it("the next stage's split is an approval only while the release waits for one", async () => {
    const outside = world();
    const early = [
      { versionId: oldVersion, percent: 50 },
      { versionId: newVersion, percent: 50 },
    ];
    outside.clock.at(3 * minute, () => outside.deployments.foreign(early));
    assert.equal((await release(outside)).status, "superseded");
  });
});

describe("a soak that proves nothing", () => {
  const almostNothing = { ...quietTraffic, requestsPerSecond: () => 0.05 };
  const oneStage = (whenUnsure: "extend" | "progress" | "abort") => ({
    ...seedPlan,
    stages: [
      { percent: 50, soakTime: "10m" },
      { percent: 100, soakTime: "10m" },
    ],
    whenUnsure,
  });

  it("soaks once more and then puts the traffic back, by default", async () => {
    const outside = world(almostNothing);
    const outcome = await release(outside, { plan: oneStage("extend") });
    assert.equal(outcome.status, "inconclusive");
    assert.equal(Date.parse(outcome.stages[0]?.endedAt ?? "") - outside.clock.start > 20 * minute, true);
    assert.match(
      outcome.reason,
      /too little to judge SLO "5xx" in stage 1 of 2 \(50 %\): .* the plan wants 50 \(minRequests\)/,
    );
  });

  it("goes on as soon as the extended soak has enough requests", async () => {
    const outside = world({
      ...quietTraffic,
      requestsPerSecond: (elapsed) => (elapsed < 12 * minute ? 0 : 50),
    });
    const outcome = await release(outside, { plan: oneStage("extend") });
    assert.equal(outcome.status, "completed");
    // Up to two minutes go by until it is known that traffic has come, and not trouble.
    assert.ok(outside.clock.elapsed() < 27 * minute, String(outside.clock.elapsed()));
  });

  it("aborts at its end with whenUnsure: abort", async () => {
    const outside = world(almostNothing);
    assert.equal((await release(outside, { plan: oneStage("abort") })).status, "inconclusive");
    const [back] = outside.deployments.made;
    assert.equal((back?.createdAt ?? 0) - outside.clock.start, 10 * minute);
  });

  it("passes with whenUnsure: progress", async () => {
    assert.equal((await release(world(almostNothing), { plan: oneStage("progress") })).status, "completed");
  });
});

describe("a release that cannot see", () => {
  it("does not start when the telemetry says it is off", async () => {
    const outside = world();
    outside.telemetry.blindBecause = "Observability of checkout is off.";
    await assert.rejects(release(outside), /Observability of checkout is off\. No traffic was moved\./);
    assert.equal(outside.deployments.calls.create, 0);
  });

  it("reverts when the telemetry never answers, nor says that it does not", async () => {
    const outside = world();
    outside.clock.at(3 * minute, () => {
      outside.telemetry.read = () => new Promise(() => undefined);
    });
    const { status, reason } = await release(outside);
    assert.equal(status, "inconclusive");
    assert.match(
      reason,
      /nothing seen of the telemetry for .* \(maxBlindTime\): There was no complete answer/,
    );
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
  });

  it("reverts when the telemetry is silent for longer than maxBlindTime", async () => {
    const outside = world();
    outside.telemetry.fail(unavailable(), 10 * minute);
    const outcome = await release(outside);
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /nothing seen of the telemetry for 6m/);
    assert.ok(outside.clock.elapsed() <= 16.5 * minute);
  });

  it("goes on after a shorter silence", async () => {
    const outside = world();
    outside.telemetry.fail(unavailable(), 10 * minute, 11.5 * minute);
    assert.equal((await release(outside)).status, "completed");
  });

  it("does not pass a stage whose end it has not seen", async () => {
    const outside = world();
    outside.telemetry.fail(unavailable(), 5.5 * minute, 7 * minute);
    const outcome = await release(outside);
    assert.equal(Date.parse(outcome.stages[1]?.endedAt ?? "") - outside.clock.start, 7 * minute);
  });
});

describe("a write that goes wrong", () => {
  it("is tried again when it did not happen", async () => {
    const outside = world();
    outside.clock.at(30_000, () => {
      outside.deployments.failNext("before", unavailable());
    });
    assert.equal((await release(outside)).status, "completed");
    assert.deepEqual(shares(outside), [0, 0, 25, 50, 75, 100, 100]);
  });

  it("is found, not repeated, when only its answer was lost", async () => {
    const outside = world();
    outside.clock.at(30_000, () => {
      outside.deployments.failNext("after", unavailable());
    });
    assert.equal((await release(outside)).status, "completed");
    assert.deepEqual(shares(outside), [0, 0, 25, 50, 75, 100, 100]);
  });

  it("is found too when it was the first of the release", async () => {
    const outside = world();
    outside.deployments.failNext("after", unavailable());
    assert.equal((await release(outside)).status, "completed");
    assert.deepEqual(shares(outside), [0, 0, 25, 50, 75, 100, 100]);
  });

  it("reverts when Cloudflare refuses the next split for good", async () => {
    const outside = world();
    outside.clock.at(30_000, () => {
      outside.deployments.failNext("before", new PortError("refused", "not allowed (10000)"));
    });
    const outcome = await release(outside);
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /the next split could not be deployed in stage 1 of 5 \(0 %\): not allowed/);
  });

  it("does not stop a revert: it is tried until it is done", async () => {
    const outside = world(badNewVersion(0.3));
    outside.clock.at(61_000, () => {
      for (let times = 0; times < 20; times++) outside.deployments.failNext("before", unavailable());
    });
    const outcome = await release(outside);
    assert.equal(outcome.status, "aborted");
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
  });

  it("of a revert whose answer was lost is not repeated", async () => {
    const outside = world(badNewVersion(0.3));
    outside.clock.at(61_000, () => {
      outside.deployments.failNext("after", unavailable());
    });
    assert.equal((await release(outside)).status, "aborted");
    assert.deepEqual(shares(outside), [0, 0, 25, 0]);
  });

  it("says first that it could not revert, and how to do it by hand", async () => {
    const outside = world(badNewVersion(0.3));
    outside.clock.at(61_000, () => {
      for (let times = 0; times < 1000; times++) outside.deployments.failNext("before", unavailable());
    });
    const outcome = await release(outside);
    assert.equal(outcome.status, "revertFailed");
    assert.match(
      outcome.reason,
      /^COULD NOT REVERT: version .*2 still gets 25 % .* npx wrangler versions deploy .*1@100% --name checkout/,
    );
  });

  it("is not taken for somebody else's while reads lag behind it", async () => {
    const outside = world();
    await outside.clock.sleep(minute);
    outside.deployments.lag = 3;
    assert.equal((await release(outside)).status, "completed");
    assert.deepEqual(shares(outside), [0, 0, 25, 50, 75, 100, 100]);
  });

  it("is reverted all the same while reads lag behind it", async () => {
    const outside = world({
      requestsPerSecond: () => 50,
      badShare: (version) => (version === newVersion ? 1 : 0),
    });
    await outside.clock.sleep(minute);
    outside.deployments.lag = 3;
    const plan = {
      ...seedPlan,
      stages: [
        { percent: 25, soakTime: "1m" },
        { percent: 100, soakTime: "1m" },
      ],
    };
    assert.equal((await release(outside, { plan })).status, "aborted");
    assert.deepEqual(shares(outside), [0, 25, 0]);
  });

  it("reverts even to a version whose secrets have changed since", async () => {
    const outside = world(badNewVersion(0.3));
    outside.clock.at(61_000, () => outside.deployments.outdated.add(oldVersion));
    assert.equal((await release(outside)).status, "aborted");
  });
});

describe("a release that another process goes on with", () => {
  it("passes no stage before it has seen what was served meanwhile", async () => {
    const outside = world(badNewVersion(0.2, 8 * minute));
    const held = { ...seedPlan, onInterrupt: "hold" as const, minRequests: 0 };
    outside.clock.at(7 * minute, () => {
      outside.stop.abort();
    });
    assert.equal((await release(outside, { plan: held })).status, "interrupted");
    await outside.clock.sleep(20 * minute);
    outside.telemetry.fail(unavailable(), 0, 27.5 * minute);
    const resuming = { ...nextRun(outside) };
    resuming.telemetry.readiness = () => Promise.resolve({ blindBecause: undefined, warnings: [] });
    const outcome = await release(resuming, { plan: held });
    assert.equal(outcome.status, "aborted");
    assert.deepEqual(shares(outside), [0, 0, 25, 50, 50, 0]);
  });

  it("reports the stages of before as well", async () => {
    const whole = await release(world());
    const outside = world();
    outside.clock.at(20 * minute, () => {
      outside.stop.abort();
    });
    const held = { ...seedPlan, onInterrupt: "hold" as const };
    assert.equal((await release(outside, { plan: held })).status, "interrupted");
    const resumed = await release(nextRun(outside), { plan: held });
    assert.equal(resumed.status, "completed");
    const told = ({ stages }: typeof whole) =>
      stages.map(({ percent, startedAt, endedAt }) => [percent, startedAt, endedAt]);
    assert.deepEqual(told(resumed), told(whole));
  });

  it("while it waits keeps what it soaked before", async () => {
    const outside = world();
    outside.clock.at(60 * minute, () => {
      outside.stop.abort();
    });
    const plan = { ...manualAt50, onInterrupt: "hold" as const };
    assert.equal((await release(outside, { plan })).status, "interrupted");
    outside.clock.at(80 * minute, () => outside.deployments.foreign(all(newVersion)));
    const resumed = await release(nextRun(outside), { plan });
    assert.equal(resumed.status, "completed");
    const [first] = resumed.stages;
    assert.equal(Date.parse(first?.startedAt ?? "") - outside.clock.start, 0);
    assert.ok((first?.slos[0]?.valid ?? 0) > 50 * 60 * 30, String(first?.slos[0]?.valid));
  });

  it("reads again what is not settled, and no more than half an hour of it", async () => {
    const outside = world({ ...quietTraffic, requestsPerSecond: () => 0 });
    const widest = { buckets: 0 };
    const read = outside.telemetry.read.bind(outside.telemetry);
    outside.telemetry.read = (query) => {
      // What the old version did before the release is read once.
      const isPast = query.oldVersionId === undefined;
      if (!isPast) widest.buckets = Math.max(widest.buckets, (query.to - query.from) / query.bucketMs);
      return read(query);
    };
    await release(outside, { plan: { ...seedPlan, whenUnsure: "progress" } });
    // Half an hour: where nothing shows, its telemetry may be stalled.
    assert.ok(widest.buckets <= 182, String(widest.buckets));
  });
});

describe("a fault of this package", () => {
  it("reverts, and says whose fault it is", async () => {
    const outside = world();
    outside.clock.at(2 * minute, () => {
      outside.progress.status = () => {
        throw new TypeError("cannot read properties of undefined");
      };
    });
    const outcome = await release(outside);
    assert.equal(outcome.status, "inconclusive");
    assert.match(
      outcome.reason,
      /a fault in pulumi-workers-release .* please report it: TypeError: cannot read/,
    );
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
  });
});

describe("an interruption", () => {
  it("reverts and lets the next run release from the first stage", async () => {
    const outside = world();
    outside.clock.at(10 * minute, () => {
      outside.stop.abort();
    });
    const outcome = await release(outside);
    assert.equal(outcome.status, "inconclusive");
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
    assert.equal((await release(nextRun(outside), { releaseId: "r2" })).status, "completed");
  });

  it("leaves the split with onInterrupt: hold, and the next run goes on from there with the same evidence", async () => {
    const outside = world();
    outside.clock.at(10 * minute, () => {
      outside.stop.abort();
    });
    const outcome = await release(outside, { plan: { ...seedPlan, onInterrupt: "hold" } });
    assert.equal(outcome.status, "interrupted");
    assert.equal(shares(outside).at(-1), 50);
    const resumed = await release(nextRun(outside), { releaseId: "r2" });
    assert.deepEqual([resumed.status, resumed.releaseId], ["completed", "r1"]);
    assert.deepEqual(shares(outside), [0, 0, 25, 50, 50, 75, 100, 100]);
  });

  it("that comes when the last write is done and only its answer was lost finds the release complete", async () => {
    const outside = world();
    outside.clock.at(40 * minute, () => {
      outside.deployments.failNext("after", unavailable());
    });
    const lastWrite = outside.deployments.create.bind(outside.deployments);
    outside.deployments.create = async (split, message, options) => {
      if (message.includes("phase=completed")) outside.stop.abort();
      return lastWrite(split, message, options);
    };
    const outcome = await release(outside);
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 0, 25, 50, 75, 100, 100]);
  });

  it("reverts at once also while the telemetry keeps a look waiting", async () => {
    const outside = world();
    outside.clock.at(10 * minute, () => {
      outside.telemetry.read = () => new Promise(() => undefined);
      setImmediate(() => {
        outside.stop.abort();
      });
    });
    assert.equal((await release(outside)).status, "inconclusive");
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
  });

  it("never holds a version that is being found bad", async () => {
    const outside = world(badNewVersion(0.3));
    outside.clock.at(80_000, () => {
      outside.stop.abort();
    });
    const outcome = await release(outside, { plan: { ...seedPlan, onInterrupt: "hold" } });
    assert.equal(outcome.status, "aborted");
  });
});
