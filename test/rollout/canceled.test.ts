import assert from "node:assert/strict";
import { noBaseline, type Baseline } from "../../provider/health/past";
import { planSchema } from "../../provider/plan/schema";
import type { ReleasePlan, Slo } from "../../provider/plan/types";
import { assess } from "../../provider/rollout/look/assess";
import type { Outcome } from "../../provider/rollout/outcome";
import { forecastOf } from "../../provider/preview/forecast";
import type { Traffic } from "../fakes/telemetry";
import { newVersion, oldVersion, release, seedPlan, shares, world } from "./simulate";
import { aRelease, began, minute, observation, soaking } from "./situations";

const minutes = (elapsed: number): number => elapsed / minute;

const plan: ReleasePlan = { ...seedPlan, slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }] };

/** Nothing fails; of what a version is asked, its clients cancel a share. */
function clients(
  canceled: (versionId: string, elapsed: number) => number,
  requestsPerSecond = 50,
  seed = 1,
): Traffic {
  return {
    requestsPerSecond: () => requestsPerSecond,
    badShare: (version, sli, elapsed) => (sli.kind === "canceled" ? canceled(version, elapsed) : 0),
    seed,
  };
}

const ofNew =
  (share: number, usual = 0, fromMs = 0) =>
  (version: string, elapsed: number): number =>
    version === newVersion && elapsed >= fromMs ? share : usual;

function reportOf(outcome: Outcome) {
  return outcome.stages.at(-1)?.slos.find(({ name }) => name === "canceled");
}

describe("a plan that says nothing of canceled requests", () => {
  it("aborts a version that hangs until its clients give up, and says what happened", async () => {
    const outside = world(clients(ofNew(1)));
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "aborted");
    assert.deepEqual(shares(outside), [0, 0, 25, 0]);
    assert.match(
      outcome.reason,
      /SLO "canceled" violated in stage 2 of 5 \(25 %\), .*: 100 % of the new version's requests were canceled by their clients \((\d+) of \1 since [\d:]+Z\), limit 2 %, 2 times the old version's 0 % plus 2 %; in the same time the old version had 0 % /,
    );
    assert.equal(reportOf(outcome)?.verdict, "violated");
  });

  it("says before anything is moved that it is judged by them", () => {
    assert.deepEqual(forecastOf(planSchema.parse(seedPlan)).objectives, [
      "5xx ≤ 1 %",
      "p99 wallTime ≤ 500ms",
      "canceled ≤ 2 × the old version's + 2 % (by default)",
    ]);
  });

  it("shows them where they are closest to their limit", async () => {
    const outside = world(clients(ofNew(0.019)));
    await release(outside, { plan });
    assert.ok(
      outside.progress.statuses.some((line) => /· canceled 1\.\d+ % \(\d+ of \d+\), limit 2 %/.test(line)),
    );
  });

  it("aborts a version of which one request in ten hangs, at five requests a second", async () => {
    const outcome = await release(world(clients(ofNew(0.1), 5)), { plan });
    assert.equal(outcome.status, "aborted");
  });

  for (const [what, share, usual] of [
    ["nobody ever cancels", 0, 0],
    ["a few clients cancel in the new version, and none did before", 0.01, 0],
    ["as many cancel as before", 0.03, 0.03],
    ["everybody cancels as before: streams end like that", 1, 1],
    ["most cancel, and some more do with the new version", 0.9, 0.6],
  ] as const) {
    for (const perSecond of [0.5, 5, 500]) {
      it(`completes where ${what}, at ${perSecond} requests a second`, async () => {
        const outside = world(clients(ofNew(share, usual), perSecond));
        const outcome = await release(outside, { plan: { ...plan, minRequests: 0 } });
        assert.equal(outcome.status, "completed", outcome.reason);
      });
    }
  }

  it("aborts a healthy version in at most 1 of 100 releases where 2 % more cancel than twice before", async () => {
    let aborted = 0;
    const short = {
      ...plan,
      stages: [
        { percent: 20, soakTime: "20m" },
        { percent: 100, soakTime: "1m" },
      ],
    };
    for (let seed = 1; seed <= 100; seed += 1) {
      const outcome = await release(world(clients(ofNew(0.04, 0.01), 20, seed)), {
        plan: { ...short, whenUnsure: "progress" },
      });
      aborted += Number(outcome.status === "aborted");
    }
    assert.ok(aborted <= 1, String(aborted));
  });

  it("completes where one page that is left cancels all that it loads", async () => {
    // Eight requests of one client, all on the new version, and never one before.
    const left = (elapsed: number): boolean => elapsed >= 3 * minute && elapsed < 3 * minute + 10_000;
    const outside = world(
      clients((version, elapsed) => (version === newVersion && left(elapsed) ? 1 : 0), 16),
    );
    const stages = [
      { percent: 0, soakTime: "1m" },
      { percent: 5, soakTime: "10m" },
      { percent: 100, soakTime: "5m" },
    ];
    const outcome = await release(outside, { plan: { ...plan, stages } });
    assert.equal(outcome.stages[1]?.slos[1]?.bad, 8);
    assert.equal(outcome.status, "completed", outcome.reason);
  });

  it("aborts a version that begins to hang at 100 %, by what was usual before the release", async () => {
    const outside = world(clients(ofNew(1, 0.02, 28 * minute)));
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "aborted");
    assert.ok(minutes(outside.clock.elapsed()) < 29, String(minutes(outside.clock.elapsed())));
    assert.match(
      outcome.reason,
      /in stage 5 of 5 \(100 %\), .*, limit 51 % by the old version's hour before the release; in the same time the old version served nothing/,
    );
  });

  it("aborts a version that hangs where 100 % is the only stage", async () => {
    const stages = [{ percent: 100, soakTime: "5m" }];
    const outcome = await release(world(clients(ofNew(1))), { plan: { ...plan, stages } });
    assert.equal(outcome.status, "aborted");
  });

  it("completes at 100 % with streams that all clients end", async () => {
    const stages = [{ percent: 100, soakTime: "5m" }];
    const outcome = await release(world(clients(ofNew(1, 1))), { plan: { ...plan, stages } });
    assert.equal(outcome.status, "completed");
  });

  it("says nothing of a first version: nothing is usual", async () => {
    const outcome = await release(
      world(
        clients(() => 1),
        [],
      ),
      { plan },
    );
    assert.equal(outcome.status, "completed");
  });

  it("needs no requests for it: the plan may be about something else", () => {
    const one = aRelease({ defaultSlos: true, slos: [{ sli: "serverErrors", max: 0.01 }] });
    const seen = observation(one, began + minute);
    assert.deepEqual(
      assess(one, soaking(), seen).map(({ slo, soak }) => [slo.name, soak.result]),
      [
        ["serverErrors", "insufficient"],
        ["canceled", "healthy"],
      ],
    );
  });
});

describe("a plan with an SLO of its own on canceled requests", () => {
  const planWith = (...slos: Slo[]): ReleasePlan => ({ ...plan, slos: [...plan.slos, ...slos] });

  it("is judged by that instead", async () => {
    const strict = planWith({ name: "left", sli: "canceled", max: 0.005 });
    const outcome = await release(world(clients(ofNew(0.02))), { plan: strict });
    assert.match(outcome.reason, /^Release of checkout: SLO "left" violated .*, limit 0\.5 %; /);
    assert.deepEqual(
      outcome.stages[0]?.slos.map(({ name }) => name),
      ["5xx", "left"],
    );
  });

  it("may allow more", async () => {
    const wide = planWith({ sli: "canceled", max: 0.9 });
    assert.equal((await release(world(clients(ofNew(0.5))), { plan: wide })).status, "completed");
  });

  it("may only look at it", async () => {
    const observing = planWith({ sli: "canceled", maxIncrease: 2, observeOnly: true });
    const outcome = await release(world(clients(ofNew(1))), { plan: observing });
    assert.equal(outcome.status, "completed");
    assert.deepEqual([reportOf(outcome)?.verdict, reportOf(outcome)?.observeOnly], ["violated", true]);
  });
});

describe("a plan that wants no default SLOs", () => {
  it("is judged by what it states", async () => {
    const outcome = await release(world(clients(ofNew(1))), { plan: { ...plan, defaultSlos: false } });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(
      outcome.stages[0]?.slos.map(({ name }) => name),
      ["5xx"],
    );
  });
});

describe("canceled requests that show before successes do", () => {
  it("convict nothing at 100 %, where there is no old version to compare with", () => {
    const { sli, ...rest } = { sli: { kind: "canceled" as const }, name: "canceled", observeOnly: false };
    const one = aRelease({ stages: [{ percent: 100, soakTime: "5m" }] });
    const only = {
      ...one,
      oldVersionId: oldVersion,
      plan: { ...one.plan, slos: [{ ...rest, sli, maxIncrease: 2, margin: 0.02 }] },
    };
    const usual: Baseline = { ...noBaseline, perMs: { valid: 1, bad: 0.01 } };
    // Of 1000 requests a second 1 % are canceled at once; the others take half a minute.
    const series = [0, 1, 2].map((index) => {
      return { start: began + index * 10_000, new: { valid: 100, bad: 100 }, old: { valid: 0, bad: 0 } };
    });
    const seen = observation(only, began + 30_000, { series: [series], baselines: [usual] });
    const [assessment] = assess(only, soaking(), seen);
    assert.equal(assessment?.verdict.violated, false);
  });
});
