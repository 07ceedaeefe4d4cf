import assert from "node:assert/strict";
import { act } from "../../provider/rollout/act";
import { decide } from "../../provider/rollout/decide/decide";
import { observe } from "../../provider/rollout/look/observe";
import { answered, silence, unanswered, unasked } from "../../provider/rollout/look/source";
import { PortError, type Pace } from "../../provider/rollout/ports";
import type { State } from "../../provider/rollout/state";
import { statusLine } from "../../provider/rollout/text/statusText";
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
  assessment,
  began,
  deployment,
  failure,
  minute,
  observation,
  soaking,
  starting,
} from "./situations";

const second = 1000;
const plan = {
  slos: [{ name: "5xx", sli: "serverErrors" as const, max: 0.01 }],
  stages: [
    { percent: 25, soakTime: "5m" },
    { percent: 100, soakTime: "2m" },
  ],
  pollInterval: "10s",
};
const rateLimited = (ms: number): PortError => new PortError("unavailable", "HTTP 429", ms);

/** A pace at which looks are made every 30 s, and the deployments read as `grants` says. */
function slow(outside: World, grants: Pace["grants"]): World & { readonly pace: Pace } {
  const pace = {
    interval: () => ({ everyMs: 30_000, deploymentsEveryMs: 10 * minute }),
    untilNextMs: () => 30_000,
    grants,
  };
  return { ...outside, pace };
}

describe("a release among many with one token", () => {
  it("looks as often as it may, and completes", async () => {
    const outside = slow(world(), (ageMs) => ageMs >= 2 * minute);
    const looks: number[] = [];
    const read = outside.telemetry.read.bind(outside.telemetry);
    outside.telemetry.read = (query) => {
      if (query.oldVersionId !== undefined) looks.push(outside.clock.elapsed());
      return read(query);
    };
    assert.equal((await release(outside, { plan })).status, "completed");
    assert.deepEqual(looks.slice(0, 4), [30 * second, 60 * second, 90 * second, 120 * second]);
  });

  it("reads its deployments before each write, and otherwise when it is its turn", async () => {
    const outside = slow(world(), () => false);
    assert.equal((await release(outside, { plan })).status, "completed");
    const { active, create } = outside.deployments.calls;
    assert.equal(create, 3);
    // At its begin, before its first split, and once before each write.
    assert.ok(active <= 2 + create, `${active} readings`);
  });

  it("is not blind for what it did not ask", async () => {
    const outside = slow(world(), () => false);
    const patient = { ...plan, stages: [{ percent: 50, soakTime: "1h" }, ...plan.stages.slice(1)] };
    assert.equal((await release(outside, { plan: { ...patient, maxBlindTime: "1m" } })).status, "completed");
  });

  it("reads its deployments again at the next look where they did not answer", async () => {
    const outside = slow(world(), (ageMs, everyMs) => ageMs >= everyMs);
    const { deployments, clock } = outside;
    const active = deployments.active.bind(deployments);
    const failed: number[] = [];
    deployments.active = () => {
      // The first reading of a look, which comes ten minutes after the write.
      if (clock.elapsed() < 9 * minute || failed.length > 0) return active();
      failed.push(clock.elapsed());
      deployments.foreign(all(otherVersion));
      return Promise.reject(new PortError("unavailable", "HTTP 503"));
    };
    const stages = [{ percent: 50, soakTime: "1h" }, ...plan.stages.slice(1)];
    assert.equal((await release(outside, { plan: { ...plan, stages } })).status, "superseded");
    assert.ok(clock.elapsed() <= (failed[0] ?? 0) + minute, `${clock.elapsed()}`);
  });

  it("writes over nobody, and sees at once then who it was", async () => {
    const outside = slow(world(), () => false);
    outside.clock.at(minute, () => outside.deployments.foreign(all(otherVersion)));
    const { status, deployedVersionId } = await release(outside, { plan });
    assert.deepEqual([status, deployedVersionId], ["superseded", otherVersion]);
    assert.equal(outside.deployments.calls.create, 1);
  });

  it("notices who has deployed as soon as it may read, before it would write", async () => {
    const outside = slow(world(), (ageMs) => ageMs >= 2 * minute);
    outside.clock.at(minute, () => outside.deployments.foreign(all(otherVersion)));
    assert.equal((await release(outside, { plan })).status, "superseded");
    assert.ok(outside.clock.elapsed() <= 3 * minute);
  });

  it("reverts at the look that shows a violation, though its deployments were read long ago", async () => {
    const traffic = {
      requestsPerSecond: () => 50,
      badShare: (version: string, _sli: unknown, elapsed: number) =>
        version === newVersion && elapsed >= minute ? 0.5 : 0.001,
    };
    const outside = slow(world(traffic), () => false);
    assert.equal((await release(outside, { plan })).status, "aborted");
    const [made] = outside.deployments.made;
    assert.ok((made?.createdAt ?? Infinity) - outside.clock.start <= 2 * minute);
  });

  it("says how often it really looks, and that only where it differs from its plan", () => {
    const line = (everyMs: number, deploymentsEveryMs: number): string => {
      const seen = observation(aRelease(), began, { pace: { everyMs, deploymentsEveryMs } });
      return statusLine(aRelease(), soaking(), seen, [assessment()], began);
    };
    assert.match(
      line(30_000, 600_000),
      /looks every 30s and reads its deployments every 10m, since all that uses the API token shares one limit \(pollInterval: 10s\)$/,
    );
    assert.match(line(10_000, 60_000), /· reads its deployments every 1m, since/);
    assert.doesNotMatch(line(10_000, 10_000), /every/);
  });
});

describe("the deployments of a release", () => {
  it("are read although others come first where a write may still show", async () => {
    const outside = slow(world(), () => false);
    const seen = observation(aRelease(), outside.clock.now(), {}, outside.deployments.made[0]);
    await observe(aRelease(), seen, outside);
    assert.equal(outside.deployments.calls.active, 0);
    await observe(aRelease(), seen, outside, true);
    assert.equal(outside.deployments.calls.active, 1);
  });

  it("are silent from when they were asked and did not answer, not from their last answer", () => {
    const left = unasked(answered(0), 10 * minute);
    assert.equal(silence(left, 10 * minute).ms, 0);
    const retrying = { pollIntervalMs: 10_000, random: () => 1 };
    const failed = unanswered(left, new Error("no answer"), 10 * minute + second, retrying);
    assert.equal(silence(failed, 12 * minute).ms, 2 * minute);
  });
});

describe("a release that looks rarely", () => {
  it("is not blind before three looks in a row have failed", () => {
    const decided = (silentMs: number) => {
      const silent = { ...answered(began), failures: 2, trouble: "no answer" };
      const pace = { everyMs: minute, deploymentsEveryMs: minute };
      const now = began + silentMs;
      const rare = aRelease({ maxBlindTime: "30s" });
      return decide({
        ...{ release: rare, state: soaking(), assessment: [assessment()], interrupted: false, now },
        observation: observation(rare, now, { telemetry: silent, pace }),
      }).do;
    };
    assert.deepEqual([decided(3 * minute), decided(3 * minute + 1)], ["keep", "revert"]);
  });
});

describe("a write that Cloudflare orders to wait with", () => {
  const ordered = failure({
    ...{ since: began + 5 * minute, orderedMs: 5 * minute, notBefore: began + 10 * minute },
    trouble: "HTTP 429",
  });
  const decided = (after: number, state: State = soaking({ failure: ordered })) => {
    const now = began + after;
    const ours = state.phase === "starting" ? deployment({ id: "before" }) : undefined;
    const ongoing = aRelease();
    return decide({
      ...{ release: ongoing, state, assessment: [assessment()], interrupted: false, now },
      observation: observation(ongoing, now, {}, ours),
    }).do;
  };

  it("is not tried before, and the wait does not count for maxBlindTime", () => {
    assert.equal(decided(10 * minute - 1), "keep");
    assert.equal(decided(10 * minute), "enter");
    assert.equal(decided(12 * minute), "enter");
    assert.equal(decided(12 * minute + 1), "revert");
  });

  it("is not given up where it is the first one", () => {
    const first = starting({ failure: ordered, since: began + 5 * minute });
    assert.equal(decided(9 * minute, first), "keep");
    assert.equal(decided(10 * minute, first), "enter");
    assert.equal(decided(10.6 * minute, first), "giveUp");
  });

  it("is remembered while the release only looks", async () => {
    const outside = world();
    const rollout = {
      release: aRelease(),
      state: soaking({ failure: { ...ordered, notBefore: outside.clock.now() + second } }),
      observation: observation(aRelease(), outside.clock.now()),
    };
    const failureAfter = async () => {
      const step = await act({ do: "keep" }, rollout, outside);
      return "state" in step ? step.state.failure?.trouble : "over";
    };
    assert.equal(await failureAfter(), "HTTP 429");
    await outside.clock.sleep(second);
    assert.equal(await failureAfter(), undefined);
  });

  it("completes after the block, in a release of short patience", async () => {
    const outside = world();
    const { deployments } = outside;
    outside.clock.at(4.9 * minute, () => {
      deployments.failNext("read", rateLimited(0.1 * minute));
      deployments.failNext("read", rateLimited(5 * minute));
    });
    assert.equal((await release(outside, { plan: { ...plan, maxBlindTime: "1m" } })).status, "completed");
  });
});

describe("a release that begins while Cloudflare refuses all requests of its token", () => {
  it("waits as long as it is told, says so, and begins then", async () => {
    const outside = world();
    outside.deployments.failNext("read", rateLimited(5 * minute));
    assert.equal((await release(outside, { plan })).status, "completed");
    assert.equal(outside.progress.statuses[0], "not begun yet: HTTP 429");
    const first = outside.deployments.made.at(-2);
    assert.ok((first?.createdAt ?? 0) >= outside.clock.start + 5 * minute);
  });

  it("does not wait for more than ten minutes", async () => {
    const outside = world(quietTraffic, all(oldVersion));
    for (let n = 0; n < 3; n += 1) outside.deployments.failNext("read", rateLimited(5 * minute));
    await assert.rejects(release(outside, { plan }), /HTTP 429/);
    assert.equal(outside.clock.elapsed(), 10 * minute);
  });
});
