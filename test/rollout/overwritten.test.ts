import assert from "node:assert/strict";
import { carryOut } from "../../provider/cli/carryOut";
import { abort, approve, hold } from "../../provider/rollout/operator";
import { PortError, type Deployment, type Split } from "../../provider/rollout/ports";
import type { Outcome } from "../../provider/rollout/outcome";
import { percentOf, type Dependencies } from "../../provider/rollout/release";
import { isSameAs } from "../../provider/rollout/write/overwritten";
import type { FakeDeployments } from "../fakes/deployments";
import {
  all,
  badNewVersion,
  newVersion,
  oldVersion,
  otherVersion,
  quietTraffic,
  release,
  seedPlan,
  shares,
  world,
  type World,
} from "./simulate";
import { aRecord, between, deployment, minute, unavailable } from "./situations";

type Outside = World & Required<Pick<Dependencies, "past">>;

function aWorld(traffic = quietTraffic): Outside {
  const outside = world(traffic);
  return { ...outside, past: outside.deployments };
}

/** Lets something happen whenever a deployment is sent: after the reading, and before it is made. */
function beforeSending(
  { deployments }: Outside,
  happens: (...sent: Parameters<FakeDeployments["create"]>) => unknown,
): void {
  const create = deployments.create.bind(deployments);
  deployments.create = async (...sent) => {
    await happens(...sent);
    return create(...sent);
  };
}

/** Lets somebody deploy in the moment in which a split with this share of the new version is sent: after the reading. */
function whenSent(outside: Outside, percent: number, deploy: () => unknown): void {
  let isDone = false;
  beforeSending(outside, async (split) => {
    if (isDone || percentOf(split, newVersion) !== percent) return;
    isDone = true;
    await deploy();
  });
}

type Sent = Parameters<FakeDeployments["create"]>;

const isAtHalf = ([split]: Sent): boolean => percentOf(split, newVersion) === 50;
const isOfPhase =
  (phase: string) =>
  ([, , options]: Sent): boolean =>
    options?.record?.phase === phase;

/** Somebody deploys right before a deployment is made, and the answer to that is lost. */
function lostOver({ deployments }: Outside, isMeant: (sent: Sent) => boolean, deploy: () => unknown): void {
  const create = deployments.create.bind(deployments);
  deployments.create = async (...sent) => {
    if (!isMeant(sent)) return create(...sent);
    deployments.create = create;
    await deploy();
    await create(...sent);
    throw unavailable();
  };
}

const hotfix =
  (outside: Outside, split: Split = all(otherVersion)) =>
  () =>
    outside.deployments.foreign(split, "fix the checkout");

const again =
  "Deployed again for jo@example.com with wrangler, overwritten in the same moment by a release: fix the checkout";

function activeSplit({ deployments }: Outside): Split | undefined {
  return deployments.made[0]?.split;
}

describe("an overwritten deployment makes no difference", () => {
  const ours = { split: between(oldVersion, newVersion, 25), record: aRecord() };
  const theirs = (changes: Partial<Deployment> = {}): Deployment => deployment({ ...ours, ...changes });
  const cases: [string, Deployment, boolean][] = [
    ["with the same traffic and nothing said", theirs({ record: undefined }), true],
    ["with the same stage of the same release", theirs(), true],
    ["but for other traffic", theirs({ split: between(oldVersion, newVersion, 50) }), false],
    ["but for another release", theirs({ record: aRecord({ id: "r9" }) }), false],
    ["but for another stage", theirs({ record: aRecord({ stage: 1 }) }), false],
    ["but for a wait instead of a soak", theirs({ record: aRecord({ phase: "wait" }) }), false],
    ["but for an ending", theirs({ record: aRecord({ phase: "aborted" }) }), false],
    ["but for a hold", theirs({ record: aRecord({ heldBy: "kim" }) }), false],
  ];
  for (const [what, deployed, isSame] of cases) {
    it(what, () => {
      assert.equal(isSameAs(ours, deployed), isSame);
    });
  }

  it("with the same traffic where neither says anything", () => {
    assert.equal(isSameAs({ ...ours, record: undefined }, theirs({ record: undefined })), true);
  });

  it("with another ending of the same release", () => {
    const ended = { ...ours, record: aRecord({ phase: "inconclusive" }) };
    assert.equal(isSameAs(ended, theirs({ record: aRecord({ phase: "aborted" }) })), true);
  });

  it("but not under a deployment that says nothing of a release", () => {
    assert.equal(isSameAs({ ...ours, record: undefined }, theirs()), false);
  });
});

describe("what somebody deploys between the reading and a write of a release", () => {
  for (const [what, percent] of [
    ["the first stage", 0],
    ["a later stage", 50],
    ["the last stage", 100],
  ] as const) {
    it(`is deployed again where ${what} has overwritten it, and the release leaves it alone`, async () => {
      const outside = aWorld();
      whenSent(outside, percent, hotfix(outside));
      const outcome = await release(outside);
      assert.equal(outcome.status, "superseded");
      assert.deepEqual(activeSplit(outside), all(otherVersion));
      assert.equal(outside.deployments.made[0]?.message, again);
      assert.match(
        outcome.reason,
        /, jo@example\.com with wrangler deployed something else, saying "Deployed again for jo@.*: fix the checkout"/,
      );
      assert.deepEqual(
        outside.progress.events.filter((event) => event.startsWith("Warning: jo@")),
        [
          `Warning: jo@example.com with wrangler deployed 100 % to ${otherVersion} of checkout in the same moment, and ` +
            "that was overwritten. It is deployed again, as it was.",
        ],
      );
    });
  }

  it("is deployed again where the completion has overwritten it", async () => {
    const outside = aWorld();
    beforeSending(outside, (_split, _sentence, options) => {
      if (options?.record?.phase === "completed") hotfix(outside)();
    });
    const outcome = await release(outside);
    assert.equal(outcome.status, "superseded");
    assert.deepEqual(activeSplit(outside), all(otherVersion));
  });

  it("counts as if it had been seen: an abort ends the release, in the words of who gave it", async () => {
    const outside = aWorld();
    whenSent(outside, 50, () =>
      carryOut(outside, "checkout", (active) => abort("checkout", active, "kim", "it looks wrong")),
    );
    const outcome = await release(outside);
    assert.equal(outcome.status, "aborted");
    assert.match(outcome.reason, /^Aborted by kim in stage 2 of 5 \(25 %\): it looks wrong/);
    assert.deepEqual(activeSplit(outside), all(oldVersion));
  });

  it("is deployed again where the answer of an earlier try was lost: a hold is no late write of the run itself", async () => {
    const outside = aWorld();
    const { deployments } = outside;
    const create = deployments.create.bind(deployments);
    let isLost = false;
    deployments.create = async (split, sentence, options) => {
      const isStage = percentOf(split, newVersion) === 50 && sentence.startsWith("Release of");
      if (!isStage) return create(split, sentence, options);
      if (!isLost) {
        isLost = true;
        throw unavailable();
      }
      deployments.create = create;
      await carryOut(outside, "checkout", (active) => hold("checkout", active, "kim"));
      return create(split, sentence, options);
    };
    outside.clock.at(60 * minute, () => {
      outside.stop.abort();
    });
    const outcome = await release(outside, { plan: { ...seedPlan, onInterrupt: "hold" } });
    assert.equal(outcome.status, "interrupted");
    assert.deepEqual(activeSplit(outside), between(oldVersion, newVersion, 25));
    assert.equal(deployments.made[0]?.record?.heldBy, "kim");
  });

  it("is deployed again, and an earlier try of the first stage that takes effect over it is put back", async () => {
    const outside = aWorld();
    const { deployments, clock } = outside;
    const create = deployments.create.bind(deployments);
    let writes = 0;
    deployments.create = async (split, sentence, options) => {
      writes += 1;
      if (writes === 1) {
        clock.at(clock.elapsed() + 8000, () => create(split, sentence, options));
        throw unavailable();
      }
      if (writes === 2) hotfix(outside)();
      return create(split, sentence, options);
    };
    const outcome = await release(outside);
    await clock.sleep(minute);
    assert.deepEqual(activeSplit(outside), all(otherVersion), outcome.reason);
    assert.equal(outcome.status, "superseded");
  });

  it("is deployed again where the answer of the write that has overwritten it was lost", async () => {
    const outside = aWorld();
    lostOver(outside, isAtHalf, hotfix(outside));
    const outcome = await release(outside);
    assert.deepEqual(activeSplit(outside), all(otherVersion), outcome.reason);
    assert.equal(outcome.status, "superseded");
    assert.equal(outside.deployments.made[0]?.message, again);
  });

  it("is deployed again where the answer of a revert that has overwritten it was lost", async () => {
    const outside = aWorld(badNewVersion(0.3));
    lostOver(outside, isOfPhase("aborted"), hotfix(outside));
    const { reason, deployedVersionId } = await release(outside);
    assert.deepEqual(activeSplit(outside), all(otherVersion), reason);
    assert.equal(deployedVersionId, otherVersion);
    assert.equal(outside.deployments.made[0]?.message, again);
  });

  it("is deployed again where the reading before the next try is the first to show that write", async () => {
    const outside = aWorld();
    lostOver(outside, isAtHalf, () => {
      hotfix(outside)();
      outside.deployments.failNext("read", unavailable());
    });
    const { status, reason } = await release(outside);
    assert.deepEqual(activeSplit(outside), all(otherVersion), reason);
    assert.equal(status, "superseded");
  });

  it("is deployed again where the answer of the completion that has overwritten it was lost", async () => {
    const outside = aWorld();
    lostOver(outside, isOfPhase("completed"), hotfix(outside, all(oldVersion)));
    const { status, reason } = await release(outside);
    assert.deepEqual(activeSplit(outside), all(oldVersion), reason);
    assert.equal(status, "aborted");
  });

  it("is deployed again where a write takes effect over it long after it was seen, as an abort is", async () => {
    const outside = aWorld();
    const { deployments, clock } = outside;
    const create = deployments.create.bind(deployments);
    deployments.create = async (split, sentence, options) => {
      if (percentOf(split, newVersion) !== 50) return create(split, sentence, options);
      deployments.create = create;
      clock.at(clock.elapsed() + 5000, () =>
        carryOut(outside, "checkout", (active) => abort("checkout", active, "kim", "it looks wrong")),
      );
      clock.at(clock.elapsed() + 12_000, () => create(split, sentence, options));
      throw unavailable();
    };
    const plan = { ...seedPlan, pollInterval: "10s", maxBlindTime: "1m" };
    const outcome = await release(outside, { plan });
    await clock.sleep(minute);
    assert.deepEqual(activeSplit(outside), all(oldVersion), outcome.reason);
    assert.equal(outcome.status, "aborted");
    assert.match(outcome.reason, /^Aborted by kim/);
  });

  it("counts as if it had been seen: a hold holds", async () => {
    const outside = aWorld();
    whenSent(outside, 50, () => carryOut(outside, "checkout", (active) => hold("checkout", active, "kim")));
    outside.clock.at(3_600_000, () => {
      outside.stop.abort();
    });
    await release(outside);
    assert.deepEqual(shares(outside), [0, 0, 25, 25, 50, 25, 0]);
    assert.ok(outside.clock.elapsed() >= 3_600_000);
  });

  it("is deployed again where the end of a first version's watch has overwritten it, though it gives that traffic", async () => {
    const outside: Outside = aWorld(badNewVersion(0.5));
    outside.deployments.made.length = 0;
    const split = between(newVersion, otherVersion, 50);
    beforeSending(outside, (_split, _sentence, options) => {
      const { phase } = options?.record ?? {};
      if (phase === "aborted" || phase === "inconclusive") hotfix(outside, split)();
    });
    const { status, reason } = await release(outside);
    assert.equal(status, "superseded", reason);
    assert.deepEqual(activeSplit(outside), split);
  });

  it("is deployed again where a revert has overwritten it", async () => {
    const outside = aWorld(badNewVersion(0.5));
    beforeSending(outside, () => {
      if (shares(outside).includes(25) && outside.deployments.made[0]?.record) hotfix(outside)();
    });
    const outcome = await release(outside);
    assert.equal(outcome.status, "superseded");
    assert.deepEqual(activeSplit(outside), all(otherVersion));
  });

  it("is not deployed again where it gives traffic to the version that was found bad", async () => {
    const outside = aWorld(badNewVersion(0.5));
    beforeSending(outside, (split) => {
      if (split.length === 1) outside.deployments.foreign(all(newVersion));
    });
    const outcome = await release(outside);
    assert.equal(outcome.status, "aborted");
    assert.deepEqual(activeSplit(outside), all(oldVersion));
  });

  it("is deployed again where a revert could not read and was written without a look", async () => {
    const outside = aWorld(badNewVersion(0.5));
    const { deployments } = outside;
    const active = deployments.active.bind(deployments);
    let isBlind = false;
    deployments.active = () => (isBlind ? Promise.reject(unavailable()) : active());
    const read = outside.telemetry.read.bind(outside.telemetry);
    outside.telemetry.read = (query) => {
      if (shares(outside).includes(25) && !isBlind) {
        isBlind = true;
        hotfix(outside)();
      }
      return read(query);
    };
    const create = deployments.create.bind(deployments);
    deployments.create = async (...given) => {
      const made = await create(...given);
      isBlind = false;
      return made;
    };
    const outcome = await release(outside);
    assert.equal(outcome.status, "superseded");
    assert.deepEqual(activeSplit(outside), all(otherVersion));
  });

  it("stays overwritten where another run drives it: that sees it and ends, and somebody watches what serves", async () => {
    const outside = aWorld();
    const { deployments, clock } = outside;
    const rival = aRecord({
      ...{ id: "r9", run: "r9", owner: "owner-9", newVersionId: otherVersion },
      ...{ stages: 2, startedAt: clock.now() },
    });
    whenSent(outside, 0, () =>
      deployments.recorded(between(oldVersion, otherVersion, 25), "Stage 1.", rival),
    );
    assert.equal((await release(outside)).status, "completed");
    assert.deepEqual(activeSplit(outside), all(newVersion));
  });

  it("makes no difference where it is the same split", async () => {
    const outside = aWorld();
    whenSent(outside, 50, hotfix(outside, between(oldVersion, newVersion, 50)));
    const outcome: Outcome = await release(outside);
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 0, 25, 50, 50, 75, 100, 100]);
  });

  it("is deployed again too where deploying something again has overwritten it", async () => {
    const outside = aWorld();
    const last = between(oldVersion, otherVersion, 10);
    whenSent(outside, 50, () => {
      hotfix(outside)();
      whenSent(outside, 0, hotfix(outside, last));
    });
    assert.equal((await release(outside)).status, "superseded");
    assert.deepEqual(activeSplit(outside), last);
  });

  it("ends the run where what an earlier release had left was put back over it", async () => {
    const outside = aWorld();
    const left = aRecord({ newVersionId: otherVersion, stages: 2, startedAt: outside.clock.now() });
    outside.deployments.recorded(between(oldVersion, otherVersion, 25), "Stage 1.", left);
    const fix = between(oldVersion, newVersion, 40);
    whenSent(outside, 0, hotfix(outside, fix));
    const outcome = await release(outside);
    assert.equal(outcome.status, "superseded");
    assert.deepEqual(activeSplit(outside), fix);
  });

  it("is looked for anew where the list lags behind the write", async () => {
    const outside = aWorld();
    whenSent(outside, 50, async () => {
      hotfix(outside)();
      await outside.clock.sleep(50);
      outside.deployments.lag = 2;
    });
    assert.equal((await release(outside)).status, "superseded");
    assert.deepEqual(activeSplit(outside), all(otherVersion));
  });

  it("is tried again where that fails for now, and not made twice where only the answer was lost", async () => {
    for (const moment of ["before", "after"] as const) {
      const outside = aWorld();
      const { deployments, clock } = outside;
      whenSent(outside, 50, async () => {
        hotfix(outside)();
        whenSent(outside, 0, () => {
          deployments.failNext(moment, unavailable());
        });
        await clock.sleep(10);
      });
      assert.equal((await release(outside)).status, "superseded");
      assert.deepEqual(shares(outside), [0, 0, 25, 0, 50, 0]);
    }
  });

  it("is tried three times where that fails for now each time, and then told", async () => {
    const outside = aWorld();
    const { deployments, progress } = outside;
    let tries = 0;
    whenSent(outside, 50, () => {
      hotfix(outside)();
      const create = deployments.create.bind(deployments);
      deployments.create = (split, ...rest) => {
        if (percentOf(split, otherVersion) === 0) return create(split, ...rest);
        tries += 1;
        return Promise.reject(unavailable());
      };
    });
    assert.equal((await release(outside)).status, "completed");
    assert.equal(tries, 3);
    assert.ok(
      progress.events.some((event) =>
        event.includes("It could not be deployed again: Cloudflare did not answer"),
      ),
    );
  });

  it("is told loudly, with what to do, where it cannot be deployed again", async () => {
    const outside = aWorld();
    whenSent(outside, 50, () => {
      hotfix(outside)();
      const create = outside.deployments.create.bind(outside.deployments);
      outside.deployments.create = (split, ...rest) =>
        split[0]?.versionId === otherVersion
          ? Promise.reject(new PortError("refused", "not allowed (10000)"))
          : create(split, ...rest);
    });
    await release(outside);
    assert.ok(
      outside.progress.events.includes(
        `Warning: jo@example.com with wrangler deployed 100 % to ${otherVersion} of checkout in the same moment, and that was ` +
          "overwritten. It could not be deployed again: not allowed (10000). Do so by hand: npx wrangler versions deploy " +
          `${otherVersion}@100% --name checkout --yes`,
      ),
    );
  });

  it("is not waited for where the list does not answer: the release looks on", async () => {
    const outside = aWorld();
    const silent = { ...outside.past, recent: () => new Promise<never>(() => undefined) };
    const begun = { ...outside, past: { ...silent, recent: () => outside.past.recent() } };
    whenSent(begun, 0, () => {
      begun.past = silent;
    });
    assert.equal((await release(begun)).status, "completed");
    assert.ok(outside.clock.elapsed() <= (41 + 1) * 60_000 + 6 * 5000);
  });

  it("stays unknown where the list cannot be read: the release goes on", async () => {
    const outside = aWorld();
    const past = { ...outside.past, recent: () => Promise.reject(unavailable()) };
    let isAsked = false;
    const lost = {
      ...outside,
      past: { ...past, recent: () => (isAsked ? past.recent() : outside.past.recent()) },
    };
    whenSent(lost, 0, () => {
      isAsked = true;
    });
    assert.equal((await release(lost, { plan: seedPlan })).status, "completed");
  });
});

describe("what somebody deploys over a write of a release before it has looked", () => {
  it("is no longer what an ending tells where somebody has deployed once more since", async () => {
    const outside = aWorld(badNewVersion(0.3));
    const { deployments, clock } = outside;
    const create = deployments.create.bind(deployments);
    deployments.create = async (split, sentence, options) => {
      const made = await create(split, sentence, options);
      if (options?.record?.phase !== "aborted") return made;
      await clock.sleep(10);
      hotfix(outside)();
      clock.at(clock.elapsed() + 10_000, hotfix(outside, between(oldVersion, otherVersion, 10)));
      return made;
    };
    const { status, deploymentId } = await release(outside);
    assert.deepEqual([status, deploymentId], ["aborted", deployments.made[0]?.id]);
    assert.deepEqual(activeSplit(outside), between(oldVersion, otherVersion, 10));
  });

  it("is known from then on, also where the next readings fail", async () => {
    const outside = aWorld();
    const { deployments, clock, stop } = outside;
    const create = deployments.create.bind(deployments);
    deployments.create = async (split, sentence, options) => {
      const made = await create(split, sentence, options);
      if (options?.record?.stage !== 1 || !made.record) return made;
      deployments.create = create;
      await clock.sleep(10);
      deployments.recorded(split, "Held by kim.", { ...made.record, heldBy: "kim" });
      const active = deployments.active.bind(deployments);
      const blindFrom = clock.now() + 100;
      deployments.active = () =>
        clock.now() >= blindFrom && clock.now() < blindFrom + 60_000
          ? Promise.reject(unavailable())
          : active();
      return made;
    };
    clock.at(1_800_000, () => {
      stop.abort();
    });
    await release(outside);
    assert.ok(outside.progress.events.includes("Held by kim."));
    const [status = ""] = outside.progress.statuses.filter((line) => line.startsWith("stage 2/5"));
    assert.match(status, /held by kim: workers-release resume checkout/);
  });
});

describe("what somebody deploys over a revert before it has looked", () => {
  it("is told, also where the next reading lags behind it", async () => {
    const outside = aWorld(badNewVersion(0.5));
    const { deployments, clock } = outside;
    const create = deployments.create.bind(deployments);
    deployments.create = async (...given) => {
      const made = await create(...given);
      if (made.record?.phase !== "aborted") return made;
      await clock.sleep(10);
      const theirs = deployments.foreign(between(oldVersion, newVersion, 5));
      const active = deployments.active.bind(deployments);
      deployments.active = async () => {
        const read = await active();
        return read?.id === theirs.id ? made : read;
      };
      return made;
    };
    const recent = () => Promise.resolve(deployments.made.slice(0, 10));
    const shown: Outside = { ...outside, past: { ...outside.past, recent } };
    const outcome = await release(shown);
    assert.equal(outcome.status, "aborted");
    assert.match(outcome.reason, /All traffic was put back on the old version .* Since then jo@example\.com/);
  });
});

describe("what somebody deploys between the reading and a write of the command line", () => {
  function waiting(): Outside {
    const outside = aWorld();
    const record = aRecord({ phase: "wait", stages: 2, startedAt: outside.clock.now(), next: 100 });
    outside.deployments.recorded(between(oldVersion, newVersion, 50), "waits", record);
    return outside;
  }
  const approved = (outside: Outside) =>
    carryOut(outside, "checkout", (active) => approve("checkout", active, "jo", outside.clock.now()));

  it("is deployed again, and the order is refused: an approval does not undo a revert", async () => {
    const outside = waiting();
    const { deployments } = outside;
    const reverted = aRecord({ phase: "aborted", stages: 2, startedAt: outside.clock.now() });
    whenSent(outside, 100, () => deployments.recorded(all(oldVersion), "SLO violated.", reverted));
    await assert.rejects(
      approved(outside),
      /^Error: ci with api deployed 100 % to .*1 of checkout in the same moment, and that was overwritten\. It is deployed again, as it was\. There is nothing to approve\./,
    );
    assert.deepEqual(activeSplit(outside), all(oldVersion));
    assert.equal(deployments.made[0]?.message, "SLO violated.");
    assert.equal(deployments.made[0].record?.phase, "aborted");
  });

  it("is deployed again where the answer to the order was lost", async () => {
    const outside = waiting();
    const { deployments } = outside;
    const reverted = aRecord({ phase: "aborted", stages: 2, startedAt: outside.clock.now() });
    whenSent(outside, 100, () => {
      deployments.recorded(all(oldVersion), "SLO violated.", reverted);
      deployments.failNext("after", unavailable());
    });
    await assert.rejects(
      approved(outside),
      /It is deployed again, as it was\. There is nothing to approve\./,
    );
    assert.deepEqual(activeSplit(outside), all(oldVersion));
  });

  it("is what the order then holds for: a hold holds the stage that was entered meanwhile", async () => {
    const outside = aWorld();
    const { deployments, clock } = outside;
    deployments.recorded(all(oldVersion), "Stage 1.", aRecord({ stages: 3, startedAt: clock.now() }));
    const next = aRecord({ stage: 1, stages: 3, startedAt: clock.now() });
    whenSent(outside, 0, () => deployments.recorded(between(oldVersion, newVersion, 50), "Stage 2.", next));
    const done = await carryOut(outside, "checkout", (active) => hold("checkout", active, "jo"));
    assert.match(done.sentence, /^Held by jo in stage 2 of 3 \(50 %\)/);
    assert.deepEqual(activeSplit(outside), between(oldVersion, newVersion, 50));
    assert.deepEqual([deployments.made[0]?.record?.heldBy, deployments.made[0]?.record?.stage], ["jo", 1]);
  });

  it("stays overwritten where the order holds for it as well: an abort ends the next stage too", async () => {
    const outside = waiting();
    const { deployments, clock } = outside;
    const next = aRecord({ stage: 1, stages: 2, startedAt: clock.now() });
    whenSent(outside, 0, () => deployments.recorded(all(newVersion), "Stage 2.", next));
    await carryOut(outside, "checkout", (active) => abort("checkout", active, "jo", undefined));
    assert.deepEqual(activeSplit(outside), all(oldVersion));
  });
});
