import assert from "node:assert/strict";
import type { ReleasePlan } from "../../provider/plan/types";
import { add, type Bucket, type Counts } from "../../provider/health/series";
import { release, seedPlan, shares, world, type World } from "./simulate";
import { minute } from "./situations";

const plan: ReleasePlan = {
  ...seedPlan,
  stages: [
    { percent: 10, soakTime: "10m" },
    { percent: 100, soakTime: "5m" },
  ],
};

/**
 * What the telemetry shows where `part` of the new version's requests go to the old one instead, for some time after the
 * release began.
 */
function misled(part: number, forMs = Infinity): World {
  const outside = world();
  const read = outside.telemetry.read.bind(outside.telemetry);
  outside.telemetry.read = async (query) => {
    const series = await read(query);
    const isMisled = ({ start, old }: Bucket): boolean =>
      query.oldVersionId !== undefined && old.valid > 0 && start < outside.clock.start + forMs;
    return series.map((all) => all.map((bucket) => (isMisled(bucket) ? moved(bucket, part) : bucket)));
  };
  return outside;
}

function moved(bucket: Bucket, part: number): Bucket {
  const times = ({ valid, bad }: Counts, factor: number): Counts => ({
    valid: Math.round(valid * factor),
    bad: Math.floor(bad * factor),
  });
  return { ...bucket, new: times(bucket.new, 1 - part), old: add(bucket.old, times(bucket.new, part)) };
}

describe("a new version that does not get its share of the requests", () => {
  it("holds the stage, says so while it lasts, and is put back without a verdict", async () => {
    const outside = misled(1);
    const outcome = await release(outside, { plan: { ...plan, minRequests: 0 } });
    assert.equal(outcome.status, "inconclusive");
    assert.deepEqual(shares(outside), [0, 10, 0]);
    assert.match(
      outcome.reason,
      /the new version does not serve its share in stage 1 of 2 \(10 %\): 0 % of the requests \(0 of \d+\), where it is given 10 %\. One more soak did not change that \(whenUnsure: extend\)\./,
    );
    assert.match(outcome.reason, /Find out which requests keep to one version, by a version key, a cache/);
    const warned = outside.progress.statuses.filter((line) =>
      line.includes("wrong share: the new version serves 0 % of the requests (0 of "),
    );
    assert.ok(warned.length > 10, String(warned.length));
  });

  it("is found where it gets a fifth of it", async () => {
    const outcome = await release(misled(0.8), { plan });
    assert.equal(outcome.status, "inconclusive");
    assert.match(
      outcome.reason,
      /does not serve its share in stage 1 of 2 \(10 %\): 2\.?\d* % of the requests/,
    );
  });

  it("goes on where the plan does, and where it gets most of it", async () => {
    const known = await release(misled(0.8), { plan: { ...plan, whenUnsure: "progress" } });
    assert.equal(known.status, "completed");
    assert.equal((await release(misled(0.3), { plan })).status, "completed");
  });

  it("is not accused of the first minute after a change, in which a split spreads", async () => {
    assert.equal((await release(misled(1, minute), { plan })).status, "completed");
  });
});
