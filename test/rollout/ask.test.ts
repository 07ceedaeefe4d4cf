import assert from "node:assert/strict";
import type { ReleasePlan } from "../../provider/plan/types";
import { approve } from "../../provider/rollout/operator";
import { newVersion, nextRun, quietTraffic, release, seedPlan, shares, world, type World } from "./simulate";
import { minute } from "./situations";

const almostNothing = { ...quietTraffic, requestsPerSecond: () => 0.05 };
const plan: ReleasePlan = {
  ...seedPlan,
  stages: [
    { percent: 50, soakTime: "10m" },
    { percent: 100, soakTime: "10m" },
  ],
  whenUnsure: "ask",
};

describe("a soak that proves nothing, with whenUnsure: ask,", () => {
  const approveAt = (outside: World, minutes: number): void => {
    outside.clock.at(minutes * minute, async () => {
      const order = approve("checkout", await outside.deployments.active(), "jo", 0);
      assert.ok(order.kind === "deploy");
      const { split, sentence, record } = order.request;
      outside.deployments.recorded(split, sentence, record);
    });
  };

  it("waits for a person after each stage, says what it could not judge, and goes on with the approval", async () => {
    const outside = world(almostNothing);
    approveAt(outside, 60);
    approveAt(outside, 120);
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 50, 50, 100, 100, 100]);
    const [first, second] = outside.progress.events.filter((event) => event.includes("It waits"));
    assert.match(
      first ?? "",
      /too little to judge SLO "5xx" in stage 1 of 2 \(50 %\): the new version served \d+ in 10m.*, the plan wants 50 \(minRequests\)\. It waits for an approval to go to 100 %: workers-release approve checkout$/,
    );
    assert.match(second ?? "", /in stage 2 of 2 \(100 %\): .* It waits for an approval to be complete: /);
    assert.match(outcome.reason, /Approved by jo: the release is complete/);
  });

  it("puts the traffic back when nobody answers in time", async () => {
    const outside = world(almostNothing);
    const outcome = await release(outside, { plan: { ...plan, approvalTimeout: "1h" } });
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /nobody approved the stage after stage 1 of 2 \(50 %\) within 1h/);
  });

  it("puts the traffic back at once when an SLO is violated while it waits", async () => {
    const outside = world({
      badShare: (version, _sli, elapsed) => (version === newVersion && elapsed > 30 * minute ? 1 : 0),
      requestsPerSecond: (elapsed) => (elapsed < 29 * minute ? 0.05 : 50),
    });
    assert.equal((await release(outside, { plan })).status, "aborted");
    assert.ok(outside.clock.elapsed() < 33 * minute, String(outside.clock.elapsed()));
  });

  it("is taken up again by the next run, which waits on", async () => {
    const outside = world(almostNothing);
    outside.clock.at(30 * minute, () => {
      outside.stop.abort();
    });
    const held = { ...plan, onInterrupt: "hold" as const };
    assert.equal((await release(outside, { plan: held })).status, "interrupted");
    const next = nextRun(outside);
    approveAt(next, 60);
    approveAt(next, 120);
    assert.equal((await release(next, { plan: held, releaseId: "r2" })).status, "completed");
    assert.deepEqual(
      next.deployments.made.map(({ record }) => record?.phase),
      ["completed", "wait", "soak", "wait", "wait", "soak", undefined],
    );
  });
});
