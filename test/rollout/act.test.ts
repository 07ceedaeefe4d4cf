import assert from "node:assert/strict";
import { act } from "../../provider/rollout/act";
import { revertFor } from "../../provider/rollout/revertFor";
import type { Action } from "../../provider/rollout/decide/action";
import { PortError, type Deployment } from "../../provider/rollout/ports";
import { answered } from "../../provider/rollout/look/source";
import type { Rollout, Step } from "../../provider/rollout/rollout";
import type { State } from "../../provider/rollout/state";
import { all, newVersion, oldVersion, otherVersion, quietTraffic, world, type World } from "./simulate";
import {
  aRecord,
  aRelease,
  between,
  deployment,
  failure,
  minute,
  observation,
  planned,
  soaking,
  starting,
  waiting,
} from "./situations";

interface Setting {
  readonly outside: World;
  readonly rollout: Rollout;
}

/** A release whose last look was a moment ago, a minute after its begin. */
async function setting(state: (at: number) => State, active = all(oldVersion)): Promise<Setting> {
  const outside = world(quietTraffic, active);
  const release = aRelease({}, { startedAt: outside.clock.now() });
  const [deployed] = outside.deployments.made;
  await outside.clock.sleep(minute);
  const seen = observation(release, outside.clock.now() - 500, {}, deployed);
  return { outside, rollout: { release, state: state(release.startedAt), observation: seen } };
}

const atFirst = (since: number): State => starting({ since });
const soaks = (since: number): State => soaking({ since, deploymentId: "deployment-1" });
const at25 = between(oldVersion, newVersion, 25);

function carryOut(action: Action, { outside, rollout }: Setting): Promise<Step> {
  return act(action, rollout, outside);
}

/** What was deployed last: the split, the sentence and the record. */
function last({ outside }: Setting): [Deployment["split"], string, Deployment["record"]] {
  const [made] = outside.deployments.made;
  assert.ok(made);
  return [made.split, made.message, made.record];
}

function stateAfter(step: Step): State {
  assert.ok("release" in step, JSON.stringify(step));
  return step.state;
}

const unavailable = (): PortError => new PortError("unavailable", "no answer");
const refused = (): PortError => new PortError("refused", "not allowed");

describe("a release that enters a stage", () => {
  const first = "Release of checkout: stage 1 of 3 (25 %), soaks 5m.";

  it("deploys its split, tells of it, and soaks from then on", async () => {
    const at = await setting(atFirst);
    const step = await carryOut({ do: "enter", stage: 0 }, at);
    const now = at.outside.clock.now();
    const { startedAt } = at.rollout.release;
    assert.deepEqual(last(at), [at25, first, aRecord({ startedAt, planned })]);
    assert.deepEqual(at.outside.progress.events, [first]);
    const [made] = at.outside.deployments.made;
    assert.deepEqual(step, {
      release: at.rollout.release,
      state: soaking({ since: now, deploymentId: "deployment-2" }),
      observation: { ...at.rollout.observation, active: made, deployments: answered(now) },
    });
  });

  it("says who approved it, and records when the stages before began", async () => {
    const at = await setting((since) => waiting({ since: since + 5000, soakedSince: since }));
    const step = await carryOut({ do: "enter", stage: 2, approvedBy: "jo" }, at);
    const { startedAt } = at.rollout.release;
    const sentence = "Release of checkout: stage 3 of 3 (100 %), approved by jo, soaks 15m.";
    const record = aRecord({ stage: 2, startedAt, begun: [startedAt], planned });
    assert.deepEqual(last(at), [between(oldVersion, newVersion, 100), sentence, record]);
    assert.deepEqual(stateAfter(step).past, [{ stage: 1, startedAt, endedAt: at.outside.clock.now() }]);
  });

  it("names no old version where the way back is closed, and says so", async () => {
    const at = await setting(soaks);
    at.outside.deployments.tooOld.add(oldVersion);
    await carryOut({ do: "enter", stage: 2, isOneWay: true }, at);
    const [split, sentence] = last(at);
    assert.deepEqual(split, all(newVersion));
    assert.match(
      sentence,
      /^Release of checkout: stage 3 of 3 \(100 %\), soaks 15m\. Cloudflare can no longer/,
    );
  });

  it("does not when somebody has deployed since the look: it looks and decides anew", async () => {
    const at = await setting(soaks);
    const active = at.outside.deployments.foreign(all(otherVersion));
    const observation = { ...at.rollout.observation, active, isOvertaken: true };
    assert.deepEqual(await carryOut({ do: "enter", stage: 1 }, at), { ...at.rollout, observation });
    assert.equal(at.outside.deployments.calls.create, 0);
  });

  it("does not believe a list that lacks its last deployment", async () => {
    const at = await setting(soaks);
    at.outside.deployments.made.length = 0;
    const { failure } = stateAfter(await carryOut({ do: "enter", stage: 1 }, at));
    assert.match(failure?.trouble ?? "", /does not show the last one that is known/);
  });

  it("stays where it is when the answer was lost, and knows that it may have happened", async () => {
    const at = await setting(atFirst);
    at.outside.deployments.failNext("after", unavailable());
    const state = stateAfter(await carryOut({ do: "enter", stage: 0 }, at));
    const now = at.outside.clock.now();
    assert.deepEqual(state, { ...at.rollout.state, failure: failure({ since: now, lostAt: now }) });
    assert.deepEqual(at.outside.progress.events, []);
  });

  it("knows when it was refused since the old version can no longer be deployed", async () => {
    for (const [tooOld, error, oldIsGone, forGood] of [
      [true, refused, true, true],
      [false, refused, false, true],
      [true, unavailable, false, false],
    ] as const) {
      const at = await setting(soaks);
      if (tooOld) at.outside.deployments.tooOld.add(oldVersion);
      at.outside.deployments.failNext("before", error());
      const { failure } = stateAfter(await carryOut({ do: "enter", stage: 1 }, at));
      assert.deepEqual([failure?.oldIsGone, failure?.forGood], [oldIsGone, forGood]);
    }
  });

  it("remembers since when its writes fail", async () => {
    const since = Date.UTC(2030, 0, 1) + 7;
    const at = await setting((began) => soaking({ since: began, failure: failure({ since }) }));
    at.outside.deployments.failNext("before", unavailable());
    assert.equal(stateAfter(await carryOut({ do: "enter", stage: 1 }, at)).failure?.since, since);
  });
});

describe("a release that waits for an approval", () => {
  it("records what for, and since when it soaked", async () => {
    const at = await setting((since) => soaking({ stage: 1, since, failure: failure() }));
    const step = await carryOut({ do: "await" }, at);
    const { startedAt } = at.rollout.release;
    const record = aRecord({ phase: "wait", stage: 1, startedAt, next: 100, begun: [startedAt], planned });
    const [split, sentence, recorded] = last(at);
    assert.deepEqual([split, recorded], [between(oldVersion, newVersion, 50), record]);
    assert.match(sentence, /has soaked well and waits for an approval to go to 100 %/);
    const times = { since: at.outside.clock.now(), soakedSince: startedAt };
    assert.deepEqual(stateAfter(step), waiting({ ...times, deploymentId: "deployment-2" }));
  });
});

describe("a release that another run has left", () => {
  it("is deployed once more, soaking since then", async () => {
    const left = (at: number): State => {
      const past = [
        { stage: 0, startedAt: at, endedAt: at + 2000 },
        { stage: 1, startedAt: at + 2000, endedAt: at + 5000 },
      ];
      return soaking({ stage: 2, since: at + 5000, past, leftBy: "r0", failure: failure() });
    };
    const at = await setting(left);
    const step = await carryOut({ do: "claim" }, at);
    const { startedAt } = at.rollout.release;
    const [split, sentence, record] = last(at);
    assert.deepEqual(split, between(oldVersion, newVersion, 100));
    assert.equal(sentence, "Release of checkout: another run goes on with stage 3 of 3 (100 %).");
    const begun = [startedAt, startedAt + 2000];
    assert.deepEqual(record, aRecord({ stage: 2, startedAt, begun, since: startedAt + 5000, planned }));
    const claimed = { deploymentId: "deployment-2", leftBy: undefined, failure: undefined };
    assert.deepEqual(stateAfter(step), { ...left(startedAt), ...claimed });
  });

  it("is deployed once more, waiting since then", async () => {
    const left = (at: number): State => waiting({ since: at + 5000, soakedSince: at, leftBy: "r0" });
    const at = await setting(left);
    const step = await carryOut({ do: "claim" }, at);
    const { startedAt } = at.rollout.release;
    const [, sentence, record] = last(at);
    assert.match(sentence, /waits for an approval/);
    const times = { begun: [startedAt], since: startedAt + 5000 };
    assert.deepEqual(record, aRecord({ phase: "wait", stage: 1, startedAt, next: 100, ...times, planned }));
    assert.deepEqual(stateAfter(step), {
      ...left(startedAt),
      deploymentId: "deployment-2",
      leftBy: undefined,
    });
  });

  it("is watched all the same where it cannot be deployed once more", async () => {
    for (const [error, leftBy, failed] of [
      [refused, undefined, false],
      [unavailable, "r0", true],
    ] as const) {
      const at = await setting((since) => soaking({ since, leftBy: "r0", failure: failure() }));
      at.outside.deployments.failNext("before", error());
      const state = stateAfter(await carryOut({ do: "claim" }, at));
      assert.deepEqual(
        [state.phase === "soaking" && state.leftBy, state.failure !== undefined],
        [leftBy, failed],
      );
    }
  });
});

describe("a release that completes", () => {
  it("deploys the new version alone, and ends", async () => {
    const at = await setting((since) => soaking({ stage: 2, since }));
    const step = await carryOut({ do: "complete" }, at);
    const { startedAt } = at.rollout.release;
    const sentence = `Release of checkout complete: version ${newVersion} serves all traffic, after 1m.`;
    assert.deepEqual(last(at), [
      all(newVersion),
      sentence,
      aRecord({ phase: "completed", stage: 2, startedAt }),
    ]);
    assert.ok("outcome" in step);
    assert.deepEqual([step.outcome.status, step.outcome.reason], ["completed", sentence]);
    assert.deepEqual([step.outcome.deploymentId, at.outside.progress.events], ["deployment-2", [sentence]]);
  });
});

describe("a release that writes nothing", () => {
  /** When it has looked last. */
  const seen = minute - 500;
  const lostAt = (ms: number) => (since: number) =>
    soaking({ since, failure: failure({ since, lostAt: since + ms }) });

  it("forgets what failed, but not that a write may still show", async () => {
    for (const [ms, isKept] of [
      [seen - 15_000, false],
      [seen - 14_999, true],
    ] as const) {
      const at = await setting(lostAt(ms));
      const { failure } = stateAfter(await carryOut({ do: "keep" }, at));
      assert.equal(failure !== undefined, isKept);
    }
    const failed = await setting((since) => soaking({ since, failure: failure() }));
    assert.equal(stateAfter(await carryOut({ do: "keep" }, failed)).failure, undefined);
    const first = await setting((since) => starting({ since, failure: failure() }));
    assert.deepEqual(stateAfter(await carryOut({ do: "keep" }, first)).failure, failure());
  });

  it("forgets a write that was lost and made again, once a look has come when it could no longer show", async () => {
    for (const [ms, isKept] of [
      [seen - 15_000, false],
      [seen - 14_999, true],
    ] as const) {
      const at = await setting((since) => soaking({ since, lostAt: since + ms }));
      const { lostAt } = stateAfter(await carryOut({ do: "keep" }, at));
      assert.equal(lostAt !== undefined, isKept);
    }
  });

  it("ends, and tells how", async () => {
    const at = await setting(soaks);
    const ends = async (action: Action): Promise<unknown> => {
      const step = await carryOut(action, at);
      return "outcome" in step ? step.outcome.status : step;
    };
    assert.equal(await ends({ do: "completeUnrecorded", trouble: "no" }), "completed");
    assert.equal(await ends({ do: "hold" }), "interrupted");
    assert.equal(await ends({ do: "yield", status: { kind: "superseded", by: "jo" } }), "superseded");
    const status = { kind: "superseded", by: "jo" } as const;
    const step = await carryOut({ do: "beginAgain", status }, at);
    assert.ok("beginAgain" in step);
    assert.equal(step.known, at.rollout.observation.active);
    assert.equal(step.otherwise?.status, "superseded");
    for (const [failed, isUnderWay] of [
      [failure(), false],
      [failure({ lostAt: 1 }), true],
    ] as const) {
      const first = await setting((since) => starting({ since, failure: failed }));
      const again = await carryOut({ do: "beginAgain", status }, first);
      assert.equal("beginAgain" in again && again.otherwise !== undefined, isUnderWay);
    }
    assert.deepEqual(await ends({ do: "giveUp", because: { kind: "overtaken", by: "jo" } }), {
      notStarted: {
        found: "Release of checkout: jo deployed while it was about to begin. That was left as it is.",
        todo: "Look at what was deployed; then `pulumi up` starts the release from it.",
      },
    });
    assert.equal(at.outside.deployments.calls.create, 0);
  });
});

describe("a release that reverts", () => {
  it("says that it does, puts the traffic back, and ends with what was found", async () => {
    const at = await setting((since) => soaking({ since, deploymentId: "deployment-1" }), at25);
    const step = await carryOut({ do: "revert", cause: { kind: "leftOver", percent: 25 } }, at);
    assert.deepEqual(at.outside.progress.events, [
      "Release of checkout: reverting from stage 1 of 3 (25 %).",
    ]);
    assert.ok("outcome" in step);
    assert.equal(step.outcome.status, "inconclusive");
    const found = `Release of checkout: an earlier deployment left version ${newVersion} at 25 %.`;
    assert.equal(step.outcome.finding, found);
    assert.equal(last(at)[1], found);
  });

  it("and turns out to have deployed its first split tells of that stage", async () => {
    const at = await setting((since) => starting({ since, before: deployment({ id: "deployment-1" }) }));
    const { startedAt } = at.rollout.release;
    at.outside.deployments.recorded(at25, "Late.", aRecord({ startedAt, planned }));
    const step = await revertFor({ kind: "stuck", trouble: "no answer" }, at.rollout, at.outside);
    assert.deepEqual("outcome" in step && step.outcome.stages.map(({ percent }) => percent), [25]);
    assert.equal("outcome" in step && step.active, at.outside.deployments.made[0]);
  });

  it("and turns out to have deployed nothing did not start", async () => {
    const at = await setting((since) =>
      starting({ since, before: deployment({ id: "deployment-1" }), failure: failure() }),
    );
    const step = await revertFor({ kind: "stuck", trouble: "no answer" }, at.rollout, at.outside);
    assert.deepEqual(step, {
      notStarted: {
        found:
          "Release of checkout: the first split was not deployed. Release of checkout: the next split could not be deployed in stage 1 of 3 (25 %): no answer.",
        todo: "Run `pulumi up` again.",
      },
    });
  });

  it("and meets a fault of this package says loudly where the traffic is", async () => {
    const at = await setting((since) => soaking({ since, deploymentId: "deployment-1" }), at25);
    at.outside.deployments.active = () => Promise.reject(new TypeError("x is undefined"));
    const step = await revertFor({ kind: "interrupted" }, at.rollout, at.outside);
    assert.ok("outcome" in step);
    assert.equal(step.outcome.status, "revertFailed");
    assert.match(
      step.outcome.reason,
      /^COULD NOT REVERT: .* still gets 25 % .* for 0ms: a fault in pulumi-workers-release, please report it: TypeError: x is undefined\. Reason of the revert: Release of checkout: interrupted/,
    );
  });
});
