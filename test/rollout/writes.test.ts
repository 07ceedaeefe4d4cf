import assert from "node:assert/strict";
import { PortError } from "../../provider/rollout/ports";
import {
  all,
  badNewVersion,
  newVersion,
  oldVersion,
  otherVersion,
  release,
  seedPlan,
  shares,
  world,
  type World,
} from "./simulate";
import { minute, unavailable } from "./situations";

const refused = (): PortError => new PortError("refused", "not allowed (10000)");

const twoStages = {
  ...seedPlan,
  stages: [
    { percent: 25, soakTime: "5m" },
    { percent: 100, soakTime: "5m" },
  ],
};

/** Every reading fails from `fromMs` until `toMs`, in milliseconds since the clock was made. */
function failReads({ deployments, clock }: World, fromMs: number, toMs = Infinity): void {
  const active = deployments.active.bind(deployments);
  deployments.active = async () => {
    const now = clock.elapsed();
    if (fromMs <= now && now < toMs) throw unavailable();
    return active();
  };
}

/** Every write from `fromMs` on is answered with `error`. */
function failWrites({ deployments, clock }: World, fromMs: number, error: () => PortError): void {
  const create = deployments.create.bind(deployments);
  deployments.create = async (...args) => {
    if (clock.elapsed() >= fromMs) throw error();
    return create(...args);
  };
}

describe("the first write of a release", () => {
  it("does not overwrite what somebody deploys between the first reading and it", async () => {
    const outside = world();
    outside.telemetry.readiness = () => {
      outside.deployments.foreign(all(otherVersion));
      return Promise.resolve({ blindBecause: undefined, warnings: [] });
    };
    await assert.rejects(
      release(outside),
      /jo@example.com with wrangler deployed while it was about to begin.*No traffic was moved/,
    );
    assert.deepEqual(outside.deployments.made[0]?.split, all(otherVersion));
    assert.equal(outside.deployments.calls.create, 0);
  });

  it("does not overwrite what somebody deploys right after the first reading", async () => {
    const outside = world();
    const active = outside.deployments.active.bind(outside.deployments);
    outside.deployments.active = async () => {
      const found = await active();
      if (outside.deployments.calls.active === 1) outside.deployments.foreign(all(otherVersion));
      return found;
    };
    await assert.rejects(release(outside), /deployed while it was about to begin/);
    assert.equal(outside.deployments.calls.create, 0);
  });

  it("whose answer is lost is looked for until the readings come back, and the release goes on", async () => {
    const outside = world();
    outside.deployments.failNext("after", unavailable());
    failReads(outside, 1, 60_000);
    assert.equal((await release(outside, { plan: twoStages })).status, "completed");
    assert.deepEqual(shares(outside), [0, 25, 100, 100]);
  });

  it("whose answer is lost is put back when it shows after a time too long to be unwatched", async () => {
    const outside = world();
    outside.deployments.failNext("after", unavailable());
    failReads(outside, 1, 9 * minute);
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "inconclusive");
    assert.deepEqual(shares(outside), [0, 25, 0]);
  });

  it("that never happened leaves nothing to put back", async () => {
    const outside = world();
    outside.deployments.failNext("before", unavailable());
    failReads(outside, 1, 5 * minute);
    await assert.rejects(release(outside, { plan: twoStages }), /No traffic was moved/);
    assert.deepEqual(shares(outside), [0]);
  });

  it("that takes effect seconds after its answer was lost is found", async () => {
    const outside = world();
    const create = outside.deployments.create.bind(outside.deployments);
    failWrites(outside, 0, unavailable);
    const failing = outside.deployments.create.bind(outside.deployments);
    outside.deployments.create = async (split, message, options) => {
      const isLast = outside.clock.elapsed() >= 27_000;
      if (isLast) {
        outside.deployments.create = create;
        outside.clock.at(outside.clock.elapsed() + 10_000, () => create(split, message, options));
      }
      return failing(split, message, options);
    };
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 25, 100, 100]);
  });
});

describe("a write of a stage", () => {
  it("does not overwrite what somebody deploys between the look and it", async () => {
    const outside = world();
    const active = outside.deployments.active.bind(outside.deployments);
    let done = false;
    outside.deployments.active = async () => {
      const found = await active();
      // The look at the end of the soak; the reading right before the write comes next.
      if (!done && outside.clock.elapsed() === 5 * minute) {
        done = true;
        outside.deployments.foreign(all(otherVersion));
      }
      return found;
    };
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "superseded");
    assert.deepEqual(outside.deployments.made[0]?.split, all(otherVersion));
  });

  it("that failed does not end a release whose soak is then extended", async () => {
    const outside = world({
      requestsPerSecond: () => 1,
      // The write at the end of the soak fails; then late requests put the soak in doubt.
      badShare: (version, _sli, elapsed) => (version === newVersion && elapsed >= 295_000 ? 0.15 : 0),
    });
    const until = 5.3 * minute;
    const create = outside.deployments.create.bind(outside.deployments);
    outside.deployments.create = async (...args) => {
      const now = outside.clock.elapsed();
      if (now >= 5 * minute && now < until) throw unavailable();
      return create(...args);
    };
    const outcome = await release(outside, { plan: { ...twoStages, maxBlindTime: "30s" } });
    assert.ok(!outcome.reason.includes("could not be deployed"), outcome.reason);
  });

  it("that Cloudflare refuses for good puts the traffic back", async () => {
    const outside = world();
    let writes = 0;
    const create = outside.deployments.create.bind(outside.deployments);
    outside.deployments.create = async (...args) => {
      writes += 1;
      if (writes === 2) throw refused();
      return create(...args);
    };
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "inconclusive");
    assert.deepEqual(shares(outside), [0, 25, 0]);
  });

  it("that only records the end of a release does not undo it when it is refused", async () => {
    const outside = world();
    failWrites(outside, 9 * minute, refused);
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "completed");
    assert.match(
      outcome.reason,
      /complete: .* Only the deployment that records this could not be made: not all/,
    );
    assert.deepEqual(shares(outside), [0, 25, 100]);
  });
});

describe("a revert", () => {
  it("is written without a reading when the readings fail, and says so", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    failReads(outside, 2 * minute);
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "aborted");
    assert.match(
      outcome.reason,
      /did not tell what was deployed, so the traffic was put back without a look/,
    );
    assert.deepEqual(shares(outside), [0, 25, 0]);
    assert.ok(outside.clock.elapsed() < 5 * minute);
  });

  it("is not written over somebody else's deployment as long as a reading can show that", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    const at = 2 * minute + 5000;
    outside.clock.at(at, () => outside.deployments.foreign(all(otherVersion)));
    failReads(outside, at, at + 12_000);
    await release(outside, { plan: twoStages });
    assert.deepEqual(outside.deployments.made[0]?.split, all(otherVersion));
  });

  it("that is refused calls for help within a minute, and is tried on", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    failWrites(outside, 2 * minute, refused);
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "revertFailed");
    assert.equal(outcome.isVerdict, true);
    assert.match(outcome.reason, /^COULD NOT REVERT: .* still gets 25 % .*npx wrangler versions deploy/);
    const called = outside.progress.events.filter((line) => line.startsWith("COULD NOT REVERT"));
    assert.equal(called.length, 1);
    assert.match(called[0] ?? "", /for 3\ds: not allowed \(10000\)\. It is being tried on\.$/);
    assert.ok(outside.clock.elapsed() > 11 * minute);
  });

  it("to a version that Cloudflare no longer deploys says what really helps", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    outside.clock.at(minute, () => outside.deployments.tooOld.add(oldVersion));
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "revertFailed");
    assert.match(
      outcome.reason,
      /cannot deploy the old version .*1 any more.*deploy it anew now: npx wrangler deploy\./,
    );
    assert.ok(!outcome.reason.includes("versions deploy"), outcome.reason);
  });
});

describe("the versions that can still be deployed", () => {
  const versionsAfter = (count: number): string[] => [
    ...Array.from({ length: count }, (_, index) => `version-${index}`),
    oldVersion,
  ];

  it("lack the old one: the release does not start", async () => {
    const outside = world();
    outside.deployments.tooOld.add(oldVersion);
    await assert.rejects(
      release(outside),
      /cannot deploy version .*1 of checkout, to which a revert goes.*No traffic/,
    );
    assert.equal(outside.deployments.calls.create, 0);
  });

  it("will soon lack the old one: the release says so, and starts", async () => {
    const outside = world();
    outside.deployments.versions = versionsAfter(90);
    assert.equal((await release(outside, { plan: twoStages })).status, "completed");
    assert.match(
      outside.progress.events[0] ?? "",
      /^Warning: After 10 more uploads Cloudflare can no longer deploy/,
    );
  });

  it("come to lack it soon while the release is under way: that is told once", async () => {
    const outside = world();
    outside.clock.at(minute, () => (outside.deployments.versions = versionsAfter(85)));
    await release(outside);
    const told = outside.progress.events.filter((line) => line.includes("more uploads"));
    assert.equal(told.length, 1);
  });

  it("lack it in the middle of a healthy release: it goes forward", async () => {
    const outside = world();
    outside.clock.at(minute, () => outside.deployments.tooOld.add(oldVersion));
    const outcome = await release(outside);
    assert.equal(outcome.status, "completed");
    assert.deepEqual(outside.deployments.made[0]?.split, all(newVersion));
  });
});

describe("an answer that contradicts what is known", () => {
  it("is asked again: an empty list is no reason to end", async () => {
    const outside = world();
    const active = outside.deployments.active.bind(outside.deployments);
    outside.deployments.active = async () => {
      const found = await active();
      return outside.deployments.calls.active % 7 === 0 ? undefined : found;
    };
    assert.equal((await release(outside, { plan: twoStages })).status, "completed");
  });

  it("does not cancel a revert", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    const active = outside.deployments.active.bind(outside.deployments);
    outside.deployments.active = async () =>
      outside.clock.elapsed() >= 2 * minute ? Promise.resolve(undefined) : active();
    assert.equal((await release(outside, { plan: twoStages })).status, "aborted");
    assert.deepEqual(shares(outside), [0, 25, 0]);
  });

  it("that stays is silence", async () => {
    const outside = world();
    const active = outside.deployments.active.bind(outside.deployments);
    outside.deployments.active = async () =>
      outside.clock.elapsed() >= 2 * minute ? Promise.resolve(undefined) : active();
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "inconclusive");
    assert.match(
      outcome.reason,
      /nothing seen of the deployments .* does not show the last one that is known/,
    );
  });
});

describe("a percentage with decimals", () => {
  const plan = {
    ...seedPlan,
    stages: [
      { percent: 35.9, soakTime: "5m", progression: "manual" as const },
      { percent: 64.1, soakTime: "5m" },
      { percent: 100, soakTime: "5m" },
    ],
  };

  it("adds up to 100 with two decimals at most", async () => {
    const outside = world();
    outside.clock.at(10 * minute, () => outside.deployments.foreign(nextSplit(35.9)));
    assert.equal((await release(outside, { plan })).status, "completed");
    for (const { split } of outside.deployments.made) {
      for (const { percent } of split) assert.equal(percent, Number(percent.toFixed(2)));
    }
  });

  it("is the same with the rounding of somebody else's arithmetic", async () => {
    const outside = world();
    outside.clock.at(10 * minute, () => outside.deployments.foreign(nextSplit(100 - 64.1)));
    assert.equal((await release(outside, { plan })).status, "completed");
  });

  function nextSplit(oldPercent: number): { versionId: string; percent: number }[] {
    return [
      { versionId: oldVersion, percent: oldPercent },
      { versionId: newVersion, percent: 64.1 },
    ];
  }
});

describe("an approval", () => {
  const plan = {
    ...seedPlan,
    stages: [
      { percent: 50, soakTime: "5m", progression: "manual" as const },
      { percent: 100, soakTime: "5m" },
    ],
    approvalTimeout: "30m",
    maxBlindTime: "10m",
  };

  it("that came in time counts, though it is seen only after the time", async () => {
    const outside = world();
    outside.clock.at(34 * minute, () => outside.deployments.foreign(all(newVersion)));
    failReads(outside, 33 * minute, 37 * minute);
    assert.equal((await release(outside, { plan })).status, "completed");
  });

  it("does not count when the same look shows a violation", async () => {
    const outside = world(badNewVersion(0.5, 20 * minute));
    outside.telemetry.fail(unavailable(), 19.9 * minute, 22 * minute);
    failReads(outside, 19.9 * minute, 22 * minute);
    outside.clock.at(21 * minute, () => outside.deployments.foreign(all(newVersion)));
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "aborted");
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
    assert.ok(outside.deployments.made.every(({ record }) => record?.stage !== 1));
  });
});

describe("an interrupted release", () => {
  it("is put back within seconds, though the readings hang", async () => {
    const outside = world();
    outside.clock.at(3 * minute, () => {
      outside.deployments.active = () => new Promise(() => undefined);
      outside.stop.abort();
    });
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /interrupted in stage 1 .* put back without a look/);
    const [back] = outside.deployments.made;
    assert.deepEqual(back?.split, all(oldVersion));
    assert.ok(back.createdAt - outside.clock.start <= 3 * minute + 5000);
  });

  it("leaves alone what its last look had shown by then, though the rest of that look hangs", async () => {
    const outside = world();
    const { clock, deployments, telemetry, stop } = outside;
    clock.at(3 * minute, () => {
      deployments.foreign(all(otherVersion));
      const active = deployments.active.bind(deployments);
      deployments.active = () => {
        // This look's reading is the last one that is answered.
        deployments.active = () => new Promise(() => undefined);
        return active();
      };
      telemetry.read = () => {
        setImmediate(() => {
          stop.abort();
        });
        return new Promise(() => undefined);
      };
    });
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "superseded", outcome.reason);
    assert.deepEqual(deployments.made[0]?.split, all(otherVersion));
  });

  it("is put back at once where that comes while a write is under way", async () => {
    const outside = world();
    const create = outside.deployments.create.bind(outside.deployments);
    outside.deployments.create = async (...args) => {
      outside.stop.abort();
      return create(...args);
    };
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "inconclusive");
    assert.deepEqual(shares(outside), [0, 25, 0]);
    const [back] = outside.deployments.made;
    assert.ok(back && back.createdAt - outside.clock.start < 2000, String(back?.createdAt));
  });
});

describe("a revert that has seen somebody else's deployment", () => {
  it("never writes over it, though no reading answers any more", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    const create = outside.deployments.create.bind(outside.deployments);
    outside.deployments.create = async (...args) => {
      if (outside.clock.elapsed() < 2 * minute) return create(...args);
      // The revert is lost, somebody deploys, one reading shows it, and then nothing answers.
      outside.deployments.foreign(all(otherVersion));
      const active = outside.deployments.active.bind(outside.deployments);
      let readings = 0;
      outside.deployments.active = async () => {
        readings += 1;
        if (readings > 1) throw unavailable();
        return active();
      };
      outside.deployments.create = create;
      throw unavailable();
    };
    await release(outside, { plan: twoStages });
    assert.deepEqual(outside.deployments.made[0]?.split, all(otherVersion));
  });
});

describe("a write that is made twice, since the first one took effect after the second", () => {
  it("is one stage, and can be resumed by its record", async () => {
    const outside = world();
    const create = outside.deployments.create.bind(outside.deployments);
    let writes = 0;
    outside.deployments.create = async (split, message, options) => {
      writes += 1;
      if (writes > 1) return create(split, message, options);
      outside.clock.at(outside.clock.elapsed() + 12_000, () => create(split, message, options));
      throw unavailable();
    };
    outside.clock.at(3 * minute, () => {
      const record = outside.deployments.made[0]?.record;
      assert.equal(record?.stage, 0);
    });
    const plan = {
      ...twoStages,
      stages: [{ percent: 25, soakTime: "5m", progression: "manual" as const }, ...twoStages.stages.slice(1)],
    };
    outside.clock.at(10 * minute, () => {
      assert.equal(outside.deployments.made[0]?.record?.phase, "wait");
      outside.deployments.foreign(all(newVersion));
    });
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(
      outcome.stages.map(({ percent }) => percent),
      [25, 100],
    );
  });
});

describe("a write whose answer was lost and that was made again", () => {
  it("is put back when it takes effect after the release was reverted", async () => {
    const outside = world(badNewVersion(1));
    const create = outside.deployments.create.bind(outside.deployments);
    let writes = 0;
    outside.deployments.create = async (split, message, options) => {
      writes += 1;
      if (writes > 1) return create(split, message, options);
      outside.clock.at(14_000, () => create(split, message, options));
      throw unavailable();
    };
    const outcome = await release(outside, { plan: { ...twoStages, pollInterval: "5s", settleTime: "0s" } });
    assert.equal(outcome.status, "aborted");
    assert.ok(outside.clock.elapsed() > 14_000);
    assert.deepEqual(shares(outside).at(-1), 0);
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
  });

  /** The first write is lost and takes effect after 12 s; the second one is made, and a hotfix is deployed over it. */
  function lostBeforeHotfix(outside: World): void {
    const { clock, deployments } = outside;
    const create = deployments.create.bind(deployments);
    let writes = 0;
    deployments.create = async (split, message, options) => {
      writes += 1;
      if (writes > 1) return create(split, message, options);
      clock.at(12_000, () => create(split, message, options));
      throw unavailable();
    };
    clock.at(3000, () => deployments.foreign(all(otherVersion)));
  }
  const everyFew = { ...twoStages, pollInterval: "5s", settleTime: "0s" };

  it("is put back when it takes effect over a hotfix, though the run was interrupted before", async () => {
    const outside = world();
    lostBeforeHotfix(outside);
    outside.clock.at(8000, () => {
      outside.stop.abort();
    });
    const outcome = await release(outside, { plan: everyFew });
    const [back] = outside.deployments.made;
    assert.deepEqual(back?.split, all(oldVersion), outcome.reason);
    assert.equal(outcome.status, "inconclusive");
    assert.ok(back.createdAt - outside.clock.start < 13_000, "not only at the next poll");
  });

  it("is watched when it takes effect over a hotfix while the deployments cannot be read", async () => {
    const outside = world(badNewVersion(1));
    lostBeforeHotfix(outside);
    failReads(outside, 10_000, 40_000);
    const outcome = await release(outside, { plan: everyFew });
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion), outcome.reason);
    assert.equal(outcome.status, "aborted");
  });

  it("is waited for no longer than maxBlindTime where the deployments cannot be read", async () => {
    const outside = world();
    lostBeforeHotfix(outside);
    failReads(outside, 10_000);
    const outcome = await release(outside, { plan: { ...everyFew, maxBlindTime: "1m" } });
    assert.equal(outcome.status, "superseded");
    assert.ok(outside.clock.elapsed() <= 90_000);
  });

  it("does not take effect after the release was complete", async () => {
    const outside = world();
    const create = outside.deployments.create.bind(outside.deployments);
    let writes = 0;
    outside.deployments.create = async (split, message, options) => {
      writes += 1;
      if (writes !== 2) return create(split, message, options);
      outside.clock.at(outside.clock.elapsed() + 14_000, () => create(split, message, options));
      throw unavailable();
    };
    const stages = [
      { percent: 25, soakTime: "5m" },
      { percent: 50, soakTime: "5s" },
      { percent: 100, soakTime: "5s" },
    ];
    const plan = { ...twoStages, stages, pollInterval: "1s", settleTime: "0s", warmUp: "0s" };
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "completed");
    await outside.clock.sleep(minute);
    assert.deepEqual(outside.deployments.made[0]?.split, all(newVersion));
  });
});
