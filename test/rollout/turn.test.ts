import assert from "node:assert/strict";
import type { Series } from "../../provider/health/series";
import type { ReleasePlan } from "../../provider/plan/types";
import type { Cause } from "../../provider/rollout/cause";
import { confirmReverted, type Confirmation } from "../../provider/rollout/look/confirm";
import { PortError, type SeriesQuery } from "../../provider/rollout/ports";
import type { Release } from "../../provider/rollout/release";
import { turn } from "../../provider/rollout/run";
import type { Rollout, Step } from "../../provider/rollout/rollout";
import { stagesSoFar, type State } from "../../provider/rollout/state";
import { Tally } from "../../provider/rollout/look/tally";
import { Judgement } from "../../provider/health/judgement";
import {
  all,
  newVersion,
  oldVersion,
  otherVersion,
  quietTraffic,
  release,
  world,
  type World,
} from "./simulate";
import {
  aRelease,
  between,
  failure,
  minute,
  observation,
  soaking,
  starting,
  threeStages,
} from "./situations";

const at25 = between(oldVersion, newVersion, 25);
const noAnswer = new PortError("unavailable", "no answer");

interface Setting {
  readonly outside: World;
  readonly rollout: Rollout;
}

/** A release that soaks its first stage, a minute after it was deployed. */
async function setting(plan: Partial<ReleasePlan> = {}, state: Partial<State> = {}): Promise<Setting> {
  const outside = world(quietTraffic, at25);
  const release = aRelease(plan, { startedAt: outside.clock.now() });
  const [active] = outside.deployments.made;
  const soaks = soaking({ since: release.startedAt, deploymentId: "deployment-1" });
  await outside.clock.sleep(minute);
  const seen = observation(release, release.startedAt, {}, active);
  return { outside, rollout: { release, state: { ...soaks, ...state } as State, observation: seen } };
}

function take({ outside, rollout }: Setting): Promise<Step> {
  return turn(rollout, outside);
}

describe("a turn of a release", () => {
  it("looks, and says how it stands", async () => {
    const at = await setting();
    const step = await take(at);
    assert.ok("release" in step);
    assert.equal(step.observation.seenUntil, at.outside.clock.now());
    assert.deepEqual([at.outside.progress.statuses.length, at.outside.progress.events], [1, []]);
    assert.match(at.outside.progress.statuses[0] ?? "", /^stage 1\/3 · 25 % · 4m of soak left · /);
  });

  it("says nothing of how it stands where it acts", async () => {
    const at = await setting();
    await at.outside.clock.sleep(4 * minute);
    await take(at);
    assert.deepEqual(at.outside.progress.statuses, []);
    assert.deepEqual(at.outside.deployments.made[0]?.split, between(oldVersion, newVersion, 50));
  });

  it("before the first split reads the deployments alone", async () => {
    const at = await setting();
    const before = at.outside.deployments.made[0];
    const rollout = { ...at.rollout, state: starting({ before, since: at.outside.clock.now() }) };
    await take({ ...at, rollout });
    assert.equal(at.outside.telemetry.reads, 0);
    assert.equal(at.outside.deployments.calls.create, 1);
  });

  it("warns once that the way back is about to close", async () => {
    const at = await setting();
    at.outside.deployments.versions = [...Array.from({ length: 90 }, String), oldVersion];
    const due = { ...at.rollout.observation, uploadsAt: at.outside.clock.now() - 5 * minute };
    const step = await take({ ...at, rollout: { ...at.rollout, observation: due } });
    assert.ok("release" in step);
    await take({ ...at, rollout: step });
    assert.equal(at.outside.progress.events.length, 1);
    assert.match(at.outside.progress.events[0] ?? "", /^Warning: After 10 more uploads/);
  });

  it("that is interrupted waits for no reading, unless the plan holds: then it judges once more", async () => {
    for (const [onInterrupt, reads] of [
      ["revert", false],
      ["hold", true],
    ] as const) {
      const at = await setting({ onInterrupt });
      at.outside.stop.abort();
      let answered = false;
      const read = at.outside.telemetry.read.bind(at.outside.telemetry);
      at.outside.telemetry.read = async (query) => {
        await new Promise(setImmediate);
        answered = true;
        return read(query);
      };
      const step = await take(at);
      assert.equal("outcome" in step && step.outcome.status, reads ? "interrupted" : "inconclusive");
      assert.equal(answered, reads);
    }
  });

  it("that meets a fault of this package reverts", async () => {
    const at = await setting();
    at.outside.probes.observe = () => Promise.reject(new TypeError("x is undefined"));
    const step = await take(at);
    assert.ok("outcome" in step);
    assert.match(step.outcome.reason, /a fault in pulumi-workers-release .*: TypeError: x is undefined\./);
    assert.deepEqual(at.outside.deployments.made[0]?.split, all(oldVersion));
  });
});

describe("a release waits between its turns", () => {
  it("for the poll interval, and for two seconds before its first split", async () => {
    const outside = world();
    const slept: number[] = [];
    const sleep = outside.clock.sleep.bind(outside.clock);
    outside.clock.sleep = (ms, signal) => {
      // The deadline of a look is no pause.
      if (ms !== 2 * minute) slept.push(ms);
      return sleep(ms, signal);
    };
    outside.deployments.failNext("before", noAnswer);
    await release(outside, { plan: { ...threeStages, pollInterval: "30s" } });
    assert.deepEqual(slept.slice(0, 2), [2000, 30_000]);
  });

  it("though it is interrupted, where it has to find out whether a write was made", async () => {
    const outside = world();
    outside.deployments.failNext("before", noAnswer);
    outside.clock.at(1000, () => {
      outside.stop.abort();
    });
    await assert.rejects(release(outside, { plan: threeStages }), /interrupted before it began/);
    assert.ok(outside.clock.elapsed() >= 15_000 && outside.clock.elapsed() <= 18_000);
  });
});

describe("a revert is confirmed", () => {
  const interrupted: Cause = { kind: "interrupted" };

  interface Watched {
    readonly confirmation: Confirmation;
    readonly queries: readonly SeriesQuery[];
    readonly tookMs: number;
  }

  /** Watches a revert five seconds into a bucket, whose telemetry shows `series`. */
  async function watch(
    series: (now: number, start: number) => Series | Error,
    {
      cause = interrupted,
      percent = 25,
      plan = {},
      changes = {},
    }: {
      cause?: Cause;
      percent?: number;
      plan?: Partial<ReleasePlan>;
      changes?: Partial<Release>;
    } = {},
  ): Promise<Watched> {
    const outside = world();
    await outside.clock.sleep(5000);
    const begin = outside.clock.now();
    const release = aRelease(plan, { startedAt: begin, ...changes });
    const queries: SeriesQuery[] = [];
    outside.telemetry.read = (query) => {
      queries.push(query);
      const found = series(outside.clock.elapsed(), outside.clock.start);
      return found instanceof Error ? Promise.reject(found) : Promise.resolve([found]);
    };
    const confirmation = await confirmReverted(release, cause, percent, outside);
    return { confirmation, queries, tookMs: outside.clock.now() - begin };
  }

  const bucket = (start: number, fresh: number, old: number): Series[number] => {
    return { start, new: { valid: fresh, bad: 0 }, old: { valid: old, bad: 0 } };
  };
  const t = Date.UTC(2030, 0, 1);

  it("as soon as the new version would be missing by chance in at most 1 of 100 cases", async () => {
    // 0.75 ** 16 is 0.01002, and 0.75 ** 17 below 0.01.
    const { confirmation, queries, tookMs } = await watch((now) => [
      bucket(t + 10_000, 0, now < 30_000 ? 16 : 17),
    ]);
    assert.deepEqual([confirmation, tookMs], [{ kind: "confirmed", since: t + 10_000 }, 30_000]);
    const versions = { newVersionId: newVersion, oldVersionId: oldVersion };
    const query = { slis: [{ kind: "serverErrors" }], ...versions, bucketMs: 10_000, from: t + 10_000 };
    assert.deepEqual(
      queries,
      [20_000, 30_000, 40_000].map((to) => ({ ...query, to: t + to })),
    );
  });

  it("since the new version has served last", async () => {
    const series = [bucket(t + 10_000, 5, 900), bucket(t + 20_000, 1, 900), bucket(t + 30_000, 0, 20)];
    const { confirmation } = await watch((now) => series.filter(({ start }) => start < t + now));
    assert.deepEqual(confirmation, { kind: "confirmed", since: t + 30_000 });
  });

  it("by what it was asked first, though one question is not answered", async () => {
    const { confirmation } = await watch((now) => (now < 20_000 ? noAnswer : [bucket(t + 10_000, 0, 20)]));
    assert.equal(confirmation.kind, "confirmed");
  });

  it("after all of the traffic by a single request", async () => {
    const { confirmation } = await watch(() => [bucket(t + 10_000, 0, 1)], { percent: 100 });
    assert.equal(confirmation.kind, "confirmed");
    const nobody = await watch(() => [bucket(t + 10_000, 0, 0)], { percent: 100 });
    assert.equal(nobody.confirmation.kind, "unseen");
  });

  it("in a minute and the settleTime, or called unseen", async () => {
    const { confirmation, tookMs } = await watch(() => [], { plan: { settleTime: "30s" } });
    assert.deepEqual([confirmation, tookMs], [{ kind: "unseen", forMs: 90_000 }, 90_000]);
  });

  it("not where the new version goes on serving after half a minute", async () => {
    const { confirmation } = await watch((now) => [
      bucket(t + 20_000, 50, 50),
      ...(now >= 40_000 ? [bucket(t + 40_000, 3, 10)] : []),
      ...(now >= 60_000 ? [bucket(t + 60_000, 1, 2)] : []),
    ]);
    assert.deepEqual(confirmation, { kind: "stillServing", requests: 4, of: 16, since: t + 35_000 });
  });

  it("not at all where there is nothing to see, nobody to see it, or no time to wait", async () => {
    const blind = { kind: "blind", forMs: 1, orderedMs: 0, trouble: "" } as const;
    const none = async (given: Parameters<typeof watch>[1]): Promise<boolean> =>
      (await watch(() => [bucket(t + 10_000, 0, 99)], given)).confirmation.kind === "none";
    assert.equal(await none({}), false);
    assert.equal(await none({ percent: 0 }), true);
    assert.equal(await none({ changes: { oldVersionId: undefined } }), true);
    assert.equal(await none({ cause: { ...blind, what: "telemetry" } }), true);
    assert.equal(await none({ cause: { ...blind, what: "deployments" } }), false);
    assert.equal(await none({ cause: { kind: "leftOver", percent: 25 } }), true);
  });

  it("by any SLI where the plan has none but probes", async () => {
    const plan: Partial<ReleasePlan> = { slos: [{ sli: "probes", max: 0.1 }], probes: [{ path: "/" }] };
    const { queries } = await watch(() => [bucket(t + 10_000, 0, 99)], { plan });
    assert.deepEqual(queries[0]?.slis, [{ kind: "serverErrors" }]);
  });

  it("without hiding a fault of this package", async () => {
    await assert.rejects(
      watch(() => new TypeError("x")),
      TypeError,
    );
  });
});

describe("a tally of buckets", () => {
  const { plan } = aRelease();
  const state = soaking({ stage: 1, since: 50_000, past: [{ stage: 0, startedAt: 0, endedAt: 50_000 }] });
  const bucket = (start: number, bad: number): Series[number] => {
    return { start, new: { valid: 100, bad }, old: { valid: 0, bad: 0 } };
  };
  const tally = (...buckets: Series): Tally => {
    const all = new Tally(new Judgement({ max: 0.01 }, 0.05));
    for (const each of buckets) all.add(each, plan, stagesSoFar(state));
    return all;
  };

  it("gives the bucket in which the split changes to the stage that begins then", () => {
    const all = tally(bucket(40_000, 1), bucket(50_000, 2), bucket(60_000, 3));
    assert.deepEqual([all.in(0).served.new.bad, all.in(1).served.new.bad], [1, 5]);
    const within = soaking({ ...state, since: 49_999 });
    const one = new Tally(new Judgement({ max: 0.01 }, 0.05));
    one.add(bucket(40_000, 1), plan, stagesSoFar(within));
    assert.deepEqual([one.in(0).served.new.bad, one.in(1).served.new.bad], [0, 1]);
  });

  it("knows the verdict at the end of each stage", () => {
    const all = tally(bucket(0, 0), bucket(50_000, 90));
    assert.deepEqual([all.verdictAfter(0).violated, all.verdictAfter(1).violated], [false, true]);
    assert.deepEqual([all.verdict.violated, all.verdictAfter(7).violated], [true, true]);
  });

  it("does not forget the verdict of a stage", () => {
    const all = tally(bucket(0, 90), bucket(50_000, 0));
    assert.equal(all.verdictAfter(0).violated, true);
  });

  it("has a copy that goes on by itself", () => {
    const all = tally(bucket(0, 0), bucket(50_000, 1));
    const copy = all.copy();
    copy.add(bucket(60_000, 90), plan, stagesSoFar(state));
    assert.deepEqual([all.in(1).served.new.bad, copy.in(1).served.new.bad], [1, 91]);
    assert.deepEqual([all.verdict.violated, copy.verdict.violated], [false, true]);
    assert.deepEqual([copy.verdictAfter(0).violated, copy.in(0)], [false, all.in(0)]);
  });

  it("does not lose what was served before the first stage", () => {
    const later = soaking({ since: 100_000 });
    const all = new Tally(new Judgement({ max: 0.01 }, 0.05));
    all.add(bucket(0, 90), plan, stagesSoFar(later));
    assert.deepEqual([all.verdict.violated, all.in(0).served.new.valid], [true, 0]);
  });
});

describe("a deployment of somebody else", () => {
  it("is left alone in the turn that sees it", async () => {
    const at = await setting({}, { failure: failure() });
    at.outside.deployments.foreign(all(otherVersion));
    const step = await take(at);
    assert.equal("outcome" in step && step.outcome.status, "superseded");
  });
});
