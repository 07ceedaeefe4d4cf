import assert from "node:assert/strict";
import type { ReleasePlan } from "../../provider/plan/types";
import type { Outcome } from "../../provider/rollout/outcome";
import type { Failures, FailuresQuery, SeriesQuery } from "../../provider/rollout/ports";
import { usualTime } from "../fakes/telemetry";
import { newVersion, release, shares, world, type World } from "./simulate";

/** A release that allows requests to take 20 % longer, and nothing else to go wrong. */
const plan: ReleasePlan = {
  slos: [{ sli: "wallTime", slower: "20%" }],
  stages: [
    { percent: 25, soakTime: "5m" },
    { percent: 50, soakTime: "5m" },
    { percent: 100, soakTime: "3m" },
  ],
};

/** A Worker with 20 requests a second, whose new version takes so many times as long. */
function slowerBy(factor: number): World {
  return world({
    requestsPerSecond: () => 20,
    badShare: () => 0,
    times: (version, elapsed, random) =>
      usualTime(version, elapsed, random) * (version === newVersion ? factor : 1),
  });
}

async function released(factor: number, changes: Partial<ReleasePlan> = {}): Promise<[Outcome, World]> {
  const outside = slowerBy(factor);
  return [await release(outside, { plan: { ...plan, ...changes } }), outside];
}

describe("a release whose plan compares latencies", () => {
  for (const factor of [0.5, 1, 1.15]) {
    it(`completes where requests take ${factor} times as long and 1.2 times is allowed`, async () => {
      const [outcome, outside] = await released(factor);
      assert.equal(outcome.status, "completed");
      assert.deepEqual(shares(outside), [0, 25, 50, 100, 100]);
    });
  }

  it("reverts where they take longer than allowed, and says what took longer", async () => {
    const [outcome, outside] = await released(1.6);
    assert.deepEqual([outcome.status, shares(outside).at(-1)], ["aborted", 0]);
    assert.match(
      outcome.reason,
      /SLO "wallTime slower" violated in stage 1 of 3 \(25 %\), .*: [\d.]+ % of the new version's requests took longer than \d+ms \(\d+ of \d+ since \d\d:\d\d:\d\dZ\), limit [\d.]+ %, the part of the old version's that took longer than \d+ms; in the same time the old version had [\d.]+ % \(\d+ of \d+\)\./,
    );
  });

  it("asks for the requests that took longer than where the versions differ most", async () => {
    const asked: FailuresQuery[] = [];
    const failures: Failures = {
      find: (query) => {
        asked.push(query);
        return Promise.resolve({ groups: [], filters: "", url: undefined });
      },
    };
    const outside = { ...slowerBy(1.6), failures };
    const { reason } = await release(outside, { plan });
    const [, limitMs] = /took longer than (\d+)ms/.exec(reason) ?? [];
    const [{ sli } = { sli: undefined }] = asked;
    assert.ok(sli?.kind === "wallTime", reason);
    assert.equal(Math.round(sli.limitMs), Number(limitMs));
  });

  it("does not judge what is not settled: slow requests show late", async () => {
    const [, outside] = await released(10);
    const reverted = outside.deployments.made[0]?.createdAt ?? 0;
    const begun = outside.deployments.made.at(-2)?.createdAt ?? 0;
    assert.ok(reverted - begun >= 120_000, `reverted after ${(reverted - begun) / 1000} s`);
  });

  it("has nothing to compare where the new version gets all traffic at once", async () => {
    const [outcome] = await released(10, { stages: [{ percent: 100, soakTime: "5m" }] });
    assert.equal(outcome.status, "completed");
  });

  it("compares the old version's past with the plain times, though more is allowed", async () => {
    const outside = slowerBy(1);
    const tolerances: unknown[] = [];
    const { telemetry } = outside;
    await release(
      {
        ...outside,
        telemetry: Object.assign(Object.create(telemetry) as typeof telemetry, {
          read(query: SeriesQuery) {
            const { oldVersionId, slis } = query;
            if (oldVersionId === undefined)
              tolerances.push(...slis.flatMap((sli) => ("tolerance" in sli ? [sli.tolerance] : [])));
            return telemetry.read(query);
          },
        }),
      },
      { plan },
    );
    assert.deepEqual(tolerances, [1]);
  });

  it("shows in each stage how many requests took longer than at one place", async () => {
    const [outcome] = await released(1.15);

    const [first, , last] = outcome.stages.map(({ slos }) => slos[0]);
    assert.ok(first && last);
    assert.ok(first.valid > 1000 && first.bad > 0 && first.bad < first.valid);
    assert.deepEqual([first.limit, first.verdict], [first.oldMeasured, "healthy"]);
    assert.deepEqual([last.limit, last.verdict], [undefined, "healthy"]);
  });
});
