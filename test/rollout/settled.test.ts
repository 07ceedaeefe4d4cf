import assert from "node:assert/strict";
import fc from "fast-check";
import { noBaseline } from "../../provider/health/past";
import type { Series } from "../../provider/health/series";
import { planSchema } from "../../provider/plan/schema";
import { assess, assessStages, keptMs, settle } from "../../provider/rollout/look/assess";
import { nothingObserved, type Observation } from "../../provider/rollout/look/observation";
import type { Release } from "../../provider/rollout/release";
import { answered } from "../../provider/rollout/look/source";
import type { Soaking, State } from "../../provider/rollout/state";
import { newVersion, oldVersion, quietTraffic, release, seedPlan, world } from "./simulate";
import { minute } from "./situations";

const day = 1440 * minute;
const bucketMs = 60_000;

const plan = planSchema.parse({
  slos: [
    { name: "5xx", sli: "serverErrors", max: 0.01, maxIncrease: 2 },
    { name: "slow", sli: "wallTime", percentile: 99, limit: "500ms" },
  ],
  stages: [1, 2, 3, 4, 100].map((percent) => ({ percent, soakTime: "10m" })),
  pollInterval: "1m",
});

const aRelease: Release = {
  id: "r1",
  run: "r1",
  owner: "owner-1",
  scriptName: "checkout",
  retry: "",
  plan,
  newVersionId: newVersion,
  oldVersionId: oldVersion,
  startedAt: 0,
};

/** A release in its last stage, whose stages began at some times. */
function inStages(begins: readonly number[]): Soaking {
  const past = begins.slice(0, -1).map((startedAt, stage) => {
    return { stage, startedAt, endedAt: begins[stage + 1] ?? startedAt };
  });
  const stage = begins.length - 1;
  const deployed = { deploymentId: "d", leftBy: undefined, failure: undefined, lostAt: undefined };
  return { phase: "soaking", stage, since: begins.at(-1) ?? 0, past, ...deployed };
}

function observed(series: readonly Series[], seenUntil: number): Observation {
  return {
    ...nothingObserved(aRelease, undefined, 0, true),
    ...{ series, seenUntil, baselines: [noBaseline, noBaseline], deployments: answered(seenUntil) },
  };
}

const counts = fc
  .integer({ min: 0, max: 200 })
  .chain((valid) =>
    fc.record({ valid: fc.constant(valid), bad: fc.integer({ min: 0, max: Math.min(valid, 6) }) }),
  );

const series = fc
  .array(fc.option(fc.record({ new: counts, old: counts }), { freq: 10, nil: undefined }), {
    minLength: 1,
    maxLength: 300,
  })
  .map((all): Series =>
    all.flatMap((served, index) => (served === undefined ? [] : [{ start: index * bucketMs, ...served }])),
  );

const begins = fc
  .uniqueArray(fc.integer({ min: 1, max: 250 * minute }), { maxLength: 4 })
  .map((later) => [0, ...later.sort((a, b) => a - b)]);

describe("buckets that are taken into tallies", () => {
  it("make no difference to anything that is judged or reported", () => {
    fc.assert(
      fc.property(series, series, begins, (first, second, starts) => {
        const state: State = inStages(starts);
        const seenUntil = 300 * bucketMs;
        const whole = observed([first, second], seenUntil);
        let settled = whole;
        // In two steps, as a release that goes on does it.
        for (const until of [keptMs + 100 * minute, seenUntil]) {
          settled = settle(aRelease, state, {
            ...settled,
            seenUntil: until,
            deployments: answered(until),
          });
        }
        settled = { ...settled, seenUntil };
        assert.deepEqual(assess(aRelease, state, settled), assess(aRelease, state, whole));
        assert.deepEqual(
          assessStages(aRelease, state, settled, seenUntil),
          assessStages(aRelease, state, whole, seenUntil),
        );
      }),
    );
  });

  it("are those that no reading goes back to", () => {
    const all = Array.from({ length: 300 }, (_, index) => {
      return { start: index * bucketMs, new: { valid: 1, bad: 0 }, old: { valid: 9, bad: 0 } };
    });
    const settled = settle(aRelease, inStages([0]), observed([all, all], 300 * bucketMs));
    assert.deepEqual(
      settled.series.map((kept) => kept.length),
      [60, 60],
    );
  });

  it("wait for a write whose fate is unknown: the split may have changed among them", () => {
    const all = [{ start: 0, new: { valid: 1, bad: 0 }, old: { valid: 9, bad: 0 } }];
    const ordered = { orderedMs: 0, notBefore: 0 };
    const failure = {
      since: 0,
      ...ordered,
      lostAt: 0,
      forGood: false,
      oldIsGone: false,
      trouble: "no answer",
    };
    const before = observed([all, all], day);
    assert.equal(settle(aRelease, { ...inStages([0]), failure }, before), before);
  });
});

describe("a release that waits for days", () => {
  it("ends as any other, with all that was served in its report", async () => {
    const outside = world({ ...quietTraffic, requestsPerSecond: () => 1 });
    const waiting = {
      ...seedPlan,
      stages: [
        { percent: 50, soakTime: "10m", progression: "manual" as const },
        { percent: 100, soakTime: "10m" },
      ],
      pollInterval: "5m",
      approvalTimeout: "30d",
    };
    outside.clock.at(3 * day, () => outside.deployments.foreign([{ versionId: newVersion, percent: 100 }]));
    const outcome = await release(outside, { plan: waiting });
    assert.equal(outcome.status, "completed");
    const valid = outcome.stages[0]?.slos[0]?.valid ?? 0;
    assert.ok(Math.abs(valid - 3 * 86_400 * 0.5) < 1000, String(valid));
  });
});
