import assert from "node:assert/strict";
import type { Deployment } from "../../provider/rollout/ports";
import { all, oldVersion, newVersion, release, shares, world, type World } from "./simulate";
import { minute } from "./situations";

const second = 1000;

const plan = {
  slos: [{ name: "5xx", sli: "serverErrors" as const, max: 0.01 }],
  stages: [
    { percent: 25, soakTime: "5m" as const },
    { percent: 100, soakTime: "5m" as const },
  ],
};

/** Every request of the new version fails from the moment on in which the ingestion stops. */
function ingestionStops(at: number, perSecond = 50): World {
  const outside = world({
    requestsPerSecond: () => perSecond,
    badShare: (version, _sli, elapsed) => (version === newVersion && elapsed >= at ? 1 : 0.002),
  });
  outside.telemetry.ingestedUntil = at;
  return outside;
}

describe("telemetry that answers and is empty", () => {
  for (const [where, at] of [
    ["the first stage", 30 * second],
    ["the last stage", 6.5 * minute],
    ["the end of the last soak", 9.8 * minute],
  ] as const) {
    it(`from ${where} on completes nothing: the traffic goes back, and why is told`, async () => {
      const outside = ingestionStops(at);
      const outcome = await release(outside, { plan });
      assert.equal(outcome.status, "inconclusive");
      assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
      assert.match(
        outcome.reason,
        /nothing seen of the telemetry for 6m.* Workers Observability answers, but shows no request of either version, where about 3000 a minute were usual\. Either nobody uses the Worker any more, or its requests are no longer recorded\. Look at its settings \(observability\) and at what the account may still log today\./,
      );
      const [{ createdAt: revertedAt }] = outside.deployments.made as [Deployment];
      const late = revertedAt - outside.clock.start - at;
      assert.ok(late <= 6.5 * minute, `${late} ms after it stopped`);
    });
  }

  it("is no news where few requests come: the soak waits for the next one", async () => {
    const outside = world({ requestsPerSecond: () => 0.05, badShare: () => 0 });
    const outcome = await release(outside, { plan: { ...plan, minRequests: 1, whenUnsure: "progress" } });
    assert.equal(outcome.status, "completed");
  });

  it("ends the release as too little data or as blind, never as complete, where visitors stop coming", async () => {
    const outside = world({
      requestsPerSecond: (elapsed) => (elapsed < 4 * minute ? 50 : 0),
      badShare: () => 0,
    });
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "inconclusive");
    assert.deepEqual(shares(outside).at(-1), 0);
  });

  it("makes the settings be asked again: that it was switched off is told", async () => {
    const outside = ingestionStops(2 * minute);
    outside.clock.at(2 * minute, () => {
      outside.telemetry.blindBecause = "Observability of checkout is off.";
    });
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /Observability of checkout is off\./);
  });

  it("does no harm when it comes late: the soak ends when it was seen", async () => {
    const outside = world({ requestsPerSecond: () => 50, badShare: () => 0.002, delayMs: 45 * second });
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "completed");
  });

  it("is caught up with when the ingestion goes on within maxBlindTime", async () => {
    const outside = world();
    outside.telemetry.ingestedUntil = 2 * minute;
    outside.clock.at(3.8 * minute, () => {
      outside.telemetry.ingestedUntil = Infinity;
    });
    assert.equal((await release(outside, { plan })).status, "completed");
  });
});
