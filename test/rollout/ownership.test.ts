import assert from "node:assert/strict";
import type { Deployment } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import { approve } from "../../provider/rollout/operator";
import {
  all,
  badNewVersion,
  newVersion,
  nextRun,
  oldVersion,
  otherVersion,
  release,
  seedPlan,
  shares,
  world,
  type World,
} from "./simulate";
import { aRecord, between, minute, unavailable } from "./situations";

/** A release that another run has left in stage 2 of 5, at 25 %. */
function leave({ deployments, clock }: World, changes: Partial<ReleaseRecord> = {}): Deployment {
  const record = aRecord({
    ...{ id: "r0", run: "r0", stage: 1, stages: 5 },
    startedAt: clock.now() - 2 * minute,
    begun: [clock.now() - 2 * minute],
    ...changes,
  });
  return deployments.recorded(between(oldVersion, record.newVersionId, 25), "left", record);
}

const manual = {
  ...seedPlan,
  stages: [
    { percent: 25, soakTime: "5m", progression: "manual" as const },
    { percent: 100, soakTime: "5m" },
  ],
};

describe("a release that somebody else drives", () => {
  it("is left alone, and it is said whose it is, since when, and how to take it over", async () => {
    const outside = world();
    const active = leave(outside, { owner: "owner-2" });
    await assert.rejects(release(outside), (error: Error) => {
      assert.match(
        error.message,
        /another stack or program drives: r0, owner owner-2, begun 2029-12-31 23:58:00Z/,
      );
      assert.match(error.message, /by ci with api\. No traffic was moved\..* workers-release abort checkout/);
      assert.ok(error.message.includes(`takeOver: "${active.id}"`));
      return true;
    });
    assert.equal(outside.deployments.calls.create, 0);
  });

  it("is gone on with when it may be taken over", async () => {
    const outside = world();
    const { id } = leave(outside, { owner: "owner-2" });
    const outcome = await release(outside, { takeOver: id });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 25, 25, 50, 75, 100, 100]);
    assert.equal(outside.deployments.made[0]?.record?.owner, "owner-1");
  });

  it("is not taken over by the name of an earlier deployment", async () => {
    const outside = world();
    leave(outside, { owner: "owner-2" });
    await assert.rejects(release(outside, { takeOver: "deployment-1" }), /another stack or program drives/);
  });
});

describe("two runs of one release", () => {
  it("are one: the older one sees that it has been replaced, and writes nothing any more", async () => {
    const outside = world();
    const older = release(outside);
    outside.clock.at(3 * minute, () => undefined);
    while (outside.clock.elapsed() < 3 * minute) await new Promise(setImmediate);
    const second = world();
    // The second run has a clock of its own: each of the two sleeps on its own.
    const outcomes = Promise.all([
      older,
      release({ ...nextRun(outside), clock: outside.clock, probes: second.probes }, { releaseId: "r2" }),
    ]);
    const [first, latter] = await outcomes;
    assert.equal(first.status, "superseded");
    assert.match(first.reason, /another run \(r2\) has taken the release over/);
    assert.equal(latter.status, "completed");
    const drivers = outside.deployments.made.map(({ record }) => record?.run).reverse();
    assert.deepEqual([...new Set(drivers.slice(drivers.indexOf("r2")))], ["r2"]);
  });
});

describe("a run that finds what an earlier one has left", () => {
  it("goes on with it, but not over what somebody else has deployed by then", async () => {
    const outside = world();
    const { clock, deployments } = outside;
    const active = deployments.active.bind(deployments);
    clock.at(3 * minute, () => {
      const startedAt = clock.start - minute;
      const { id } = leave(outside, { startedAt, begun: [startedAt] });
      deployments.active = async () => {
        const shown = await active();
        // Right after the reading that shows it.
        if (shown?.id === id) deployments.foreign(all(otherVersion));
        return shown;
      };
    });
    const { status, reason, deployedVersionId } = await release(outside);
    assert.equal(status, "superseded", reason);
    assert.match(reason, /Since then .* has deployed something else, which was left as it is\./);
    assert.equal(deployedVersionId, otherVersion);
    assert.deepEqual(deployments.made[0]?.split, all(otherVersion));
  });
});

describe("a run whose first write was lost and which finds a release of its owner that began meanwhile", () => {
  /** Its checks take so long that the other one begins; its write is lost, and shows the other one's stage. */
  function meanwhile(
    outside: World,
    then: (write: Parameters<World["deployments"]["create"]>, begun: Partial<ReleaseRecord>) => void,
  ): void {
    const { deployments, clock, telemetry } = outside;
    const readiness = telemetry.readiness.bind(telemetry);
    telemetry.readiness = async () => {
      await clock.sleep(2000);
      return readiness();
    };
    const create = deployments.create.bind(deployments);
    deployments.create = (...write) => {
      deployments.create = create;
      const startedAt = clock.start + 1000;
      const begun = { run: "r0", startedAt, begun: [startedAt] };
      leave(outside, begun);
      clock.at(clock.elapsed() + 5000, () => {
        then(write, begun);
      });
      return Promise.reject(unavailable());
    };
  }

  it("looks on as long as that write may take effect, and goes on with it where it does", async () => {
    const outside = world();
    meanwhile(outside, ([split, sentence, options]) => {
      if (options?.record) outside.deployments.recorded(split, sentence, options.record);
    });
    const outcome = await release(outside);
    assert.deepEqual([outcome.status, outcome.releaseId], ["completed", "r1"]);
    assert.deepEqual(shares(outside), [0, 25, 0, 0, 25, 50, 75, 100, 100]);
  });

  it("ends with somebody else's split that comes right before it would put the other one back", async () => {
    const outside = world();
    const { deployments, clock } = outside;
    const foreign = between(oldVersion, otherVersion, 10);
    const create = deployments.create.bind(deployments);
    deployments.create = () => {
      deployments.create = create;
      // An earlier run's stage, at a share that the plan does not have: it is to be put back.
      const startedAt = clock.start - minute;
      const { id } = leave(outside, { run: "r0", startedAt, begun: [startedAt], stage: 0 });
      const active = deployments.active.bind(deployments);
      let readings = 0;
      deployments.active = async () => {
        const shown = await active();
        readings += 1;
        // The look, and what begins anew, have shown it.
        if (shown?.id === id && readings === 2) deployments.foreign(foreign);
        return shown;
      };
      return Promise.reject(unavailable());
    };
    const outcome = await release(outside);
    assert.equal(outcome.status, "superseded", outcome.reason);
    assert.equal(outcome.deploymentId, deployments.made[0]?.id);
    assert.deepEqual(deployments.made[0]?.split, foreign);
  });

  it("ends with what it has seen last where no reading answers any more", async () => {
    const outside = world();
    const { deployments } = outside;
    meanwhile(outside, (_, begun) => {
      const { id } = leave(outside, { ...begun, run: "r2", stage: 2 });
      const active = deployments.active.bind(deployments);
      let isSeen = false;
      deployments.active = async () => {
        if (isSeen) throw unavailable();
        const shown = await active();
        isSeen = shown?.id === id;
        return shown;
      };
    });
    const outcome = await release(outside);
    assert.deepEqual([outcome.status, outcome.deploymentId], ["superseded", deployments.made[0]?.id]);
  });

  it("ends with what is deployed then, where it does not", async () => {
    const outside = world();
    meanwhile(outside, (_, begun) => leave(outside, { ...begun, run: "r2", stage: 2 }));
    const outcome = await release(outside);
    assert.equal(outcome.status, "superseded");
    assert.equal(outcome.deploymentId, outside.deployments.made[0]?.id, outcome.reason);
  });
});

describe("a split of somebody else", () => {
  it("is gone on with from its share when it has the new version and may be taken over", async () => {
    const outside = world();
    const { id } = outside.deployments.foreign(between(oldVersion, newVersion, 55));
    const outcome = await release(outside, { takeOver: id });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 55, 50, 75, 100, 100]);
    assert.equal(outcome.oldVersionId, oldVersion);
  });

  it("goes back to its larger share first when it has not", async () => {
    const outside = world();
    const { id } = outside.deployments.foreign(between(oldVersion, otherVersion, 5));
    const outcome = await release(outside, { takeOver: id });
    assert.equal(outcome.status, "completed");
    assert.equal(outcome.oldVersionId, oldVersion);
    assert.deepEqual(shares(outside, otherVersion).slice(0, 3), [0, 5, 0]);
  });

  it("is left alone where nobody can tell which version is old", async () => {
    const outside = world();
    const { id } = outside.deployments.foreign(between(oldVersion, otherVersion, 50));
    await assert.rejects(release(outside, { takeOver: id }), /Both versions have the same share/);
    assert.equal(outside.deployments.calls.create, 0);
  });

  it("is left alone otherwise, and it is said how to take it over", async () => {
    const outside = world();
    const { id } = outside.deployments.foreign(between(oldVersion, newVersion, 5));
    await assert.rejects(release(outside), (error: Error) => {
      assert.ok(
        error.message.includes(`takeOver: "${id}"; the release then goes on from its share`),
        error.message,
      );
      return true;
    });
  });
});

describe("what an earlier run left", () => {
  it("is watched at once, though the telemetry does not answer yet", async () => {
    const outside = world();
    leave(outside);
    outside.telemetry.fail(unavailable(), 0, minute);
    assert.equal((await release(outside)).status, "completed");
  });

  it("goes back when the telemetry stays silent for maxBlindTime", async () => {
    const outside = world();
    leave(outside);
    outside.telemetry.fail(unavailable(), 0, 10 * minute);
    const outcome = await release(outside);
    assert.equal(outcome.status, "inconclusive");
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
    assert.ok(outside.clock.elapsed() < 8 * minute);
  });

  it("goes back when its telemetry turns out to be switched off", async () => {
    const outside = world();
    leave(outside);
    outside.telemetry.blindBecause = "Observability of checkout is off.";
    const outcome = await release(outside);
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /Observability of checkout is off\./);
  });

  it("of another version goes back before the telemetry is asked for anything", async () => {
    const outside = world();
    leave(outside, { newVersionId: otherVersion });
    outside.telemetry.fail(unavailable(), 0);
    const outcome = await release(outside);
    assert.equal(outcome.status, "inconclusive");
    assert.match(
      outcome.reason,
      /^What release r0 had left was put back first\. All traffic is back on the old version .*1\. The release itself did not start: Cloudflare did not answer/,
    );
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
  });

  it("and turned bad meanwhile goes back before anything else", async () => {
    const outside = world(badNewVersion(0.5));
    leave(outside);
    await outside.clock.sleep(30 * minute);
    const outcome = await release(outside);
    assert.equal(outcome.status, "aborted");
    assert.deepEqual(shares(outside), [0, 25, 0]);
  });
});

describe("a plan that is edited while its release waits", () => {
  const longer = {
    ...manual,
    stages: [
      { percent: 25, soakTime: "5m", progression: "manual" as const },
      { percent: 50, soakTime: "5m" },
      { percent: 100, soakTime: "5m" },
    ],
  };

  function approveAt(outside: World, minutes: number): void {
    outside.clock.at(minutes * minute, () => {
      const order = approve("checkout", outside.deployments.made[0], "jo", 0);
      assert.ok(order.kind === "deploy");
      const { split, sentence, record } = order.request;
      outside.deployments.recorded(split, sentence, record);
    });
  }

  it("is what the next approval goes by", async () => {
    const outside = world();
    leave(outside, {
      phase: "wait",
      stage: 0,
      stages: 3,
      next: 50,
      begun: [outside.clock.now() - 2 * minute],
    });
    approveAt(outside, 10);
    const outcome = await release(outside, { plan: manual });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 25, 25, 100, 100]);
  });

  it("is asked for again where the approval was for what it no longer says", async () => {
    const outside = world();
    const left = leave(outside, {
      phase: "wait",
      stage: 0,
      stages: 2,
      next: 100,
      begun: [outside.clock.now()],
    });
    const active = outside.deployments.active.bind(outside.deployments);
    outside.deployments.active = async () => {
      const found = await active();
      // Jo approves right after the first reading, by what the old plan said.
      if (outside.deployments.calls.active === 1) {
        const order = approve("checkout", left, "jo", 0);
        assert.ok(order.kind === "deploy");
        const { split, sentence, record } = order.request;
        outside.deployments.recorded(split, sentence, record);
      }
      return found;
    };
    approveAt(outside, 10);
    const outcome = await release(outside, { plan: longer });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 25, 100, 25, 50, 100, 100]);
  });
});

describe("an interruption before the first split", () => {
  it("moves no traffic, though the checks take long", async () => {
    const outside = world();
    outside.telemetry.readiness = () =>
      new Promise(() =>
        setImmediate(() => {
          outside.stop.abort();
        }),
      );
    await assert.rejects(release(outside), /interrupted before it began\. No traffic was moved/);
    assert.equal(outside.deployments.calls.create, 0);
  });

  it("is seen right before the first split as well", async () => {
    const outside = world();
    outside.stop.abort();
    await assert.rejects(release(outside), /interrupted before it began/);
    assert.equal(outside.deployments.calls.create, 0);
  });
});
