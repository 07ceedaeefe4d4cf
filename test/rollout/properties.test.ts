import assert from "node:assert/strict";
import fc from "fast-check";
import type { ReleasePlan } from "../../provider/plan/types";
import type { Outcome } from "../../provider/rollout/outcome";
import { PortError, type Split } from "../../provider/rollout/ports";
import { percentOf } from "../../provider/rollout/release";
import { all, newVersion, oldVersion, otherVersion, release, world } from "./simulate";

// Whatever the plan, the traffic, the faults and the people: what must be so at the end of every release. Everything
// happens while the release sleeps: what others do between a reading and the write that rests on it is not seen here.
// The chaos simulation (test/proofs/chaos) plays that, and write.test.ts tests it.

const plans: fc.Arbitrary<ReleasePlan> = fc
  .uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 4 })
  .chain((percents) =>
    fc.record({
      slos: fc.constant([{ name: "5xx", sli: "serverErrors" as const, max: 0.01 }]),
      stages: fc.tuple(
        ...[...percents.sort((a, b) => a - b), 100].map((percent, index) =>
          fc.record({
            percent: fc.constant(percent),
            soakTime: fc.constantFrom("10s", "30s", "2m", "5m"),
            progression:
              index === percents.length
                ? fc.constant("automatic" as const)
                : fc.constantFrom("automatic" as const, "manual" as const),
          }),
        ),
      ),
      whenUnsure: fc.constantFrom("extend", "ask", "progress", "abort"),
      onInterrupt: fc.constantFrom("revert", "hold"),
      approvalTimeout: fc.constant("10m"),
      maxBlindTime: fc.constantFrom("30s", "2m"),
    }),
  );

const foreignSplits: fc.Arbitrary<Split> = fc.constantFrom<Split>(
  all(oldVersion),
  all(newVersion),
  all(otherVersion),
  [
    { versionId: oldVersion, percent: 50 },
    { versionId: newVersion, percent: 50 },
  ],
);

const moments = fc.integer({ min: 0, max: 900_000 });

const worlds = fc.record({
  requestsPerSecond: fc.constantFrom(0, 0.1, 5, 100),
  badFrom: fc.option(moments, { nil: Infinity }),
  badShare: fc.constantFrom(0.005, 0.03, 0.5, 1),
  seed: fc.integer(),
  foreign: fc.option(fc.tuple(moments, foreignSplits), { nil: undefined }),
  interrupted: fc.option(moments, { nil: undefined }),
  blind: fc.option(fc.tuple(moments, fc.integer({ min: 1000, max: 300_000 })), { nil: undefined }),
  lost: fc.array(fc.tuple(moments, fc.constantFrom("before" as const, "after" as const, "read" as const)), {
    maxLength: 4,
  }),
});

function isOutcome(value: unknown): value is Outcome {
  return typeof value === "object" && value !== null && "status" in value;
}

describe("every release", () => {
  it("keeps shares at 100 in all, promotes nothing after a violation, overwrites nobody, and ends as it says", async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(plans, worlds, async (plan, given) => {
        const outside = world({
          requestsPerSecond: () => given.requestsPerSecond,
          badShare: (version, _sli, elapsed) =>
            version === newVersion && elapsed >= given.badFrom ? given.badShare : 0.002,
          seed: given.seed,
        });
        const { clock, deployments, telemetry, stop } = outside;
        const unavailable = new PortError("unavailable", "no answer");
        for (const [at, moment] of given.lost)
          clock.at(at, () => {
            deployments.failNext(moment, unavailable);
          });
        if (given.blind) telemetry.fail(unavailable, given.blind[0], given.blind[0] + given.blind[1]);
        if (given.interrupted !== undefined)
          clock.at(given.interrupted, () => {
            stop.abort();
          });
        if (given.foreign) clock.at(given.foreign[0], () => deployments.foreign(given.foreign?.[1] ?? []));

        const outcome = await release(outside, { plan }).catch((error: unknown) => error);
        if (outcome instanceof PortError) {
          // Thrown only before anything was moved.
          assert.ok(deployments.made.every(({ record }) => record === undefined));
          return;
        }
        assert.ok(isOutcome(outcome), String(outcome));

        const history = [...deployments.made].reverse();
        for (const { split } of history) {
          assert.equal(
            split.reduce((sum, share) => sum + share.percent, 0),
            100,
          );
        }
        const active = history.at(-1);
        assert.ok(active);
        // What a person chose while the release slept is followed by nothing of ours, unless it was the approval we waited for.
        const foreign = history.findIndex((made, index) => index > 0 && made.record === undefined);
        if (foreign > 0 && foreign < history.length - 1) {
          assert.equal(history[foreign - 1]?.record?.phase, "wait");
        }
        // Nothing of ours follows a revert.
        const reverted = history.findIndex((made) => made.record?.phase === "aborted");
        if (reverted !== -1) assert.ok(history.slice(reverted + 1).every((made) => !made.record));

        const percent = percentOf(active.split, newVersion);
        if (outcome.status === "completed") assert.equal(percent, 100);
        const byPerson = active.record === undefined;
        if (outcome.status === "aborted" || outcome.status === "inconclusive") {
          assert.ok(percent === 0 || byPerson);
        }
        if (outcome.status === "interrupted") assert.equal(plan.onInterrupt, "hold");
        const violated = outcome.stages.some((stage) => stage.slos.some((slo) => slo.verdict === "violated"));
        // A completion whose answer was lost is found at a later look, which may also see what was served since.
        const maybeFoundLater = given.lost.some(([, moment]) => moment === "after");
        if (violated && !byPerson && !maybeFoundLater) assert.notEqual(outcome.status, "completed");
        assert.ok(outcome.reason.length > 0);
      }),
      { numRuns: 500 },
    );
  });
});
