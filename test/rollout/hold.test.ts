import assert from "node:assert/strict";
import { hold, promote, resume, type Order } from "../../provider/rollout/operator";
import type { ReleasePlan } from "../../provider/plan/types";
import type { Deployment } from "../../provider/rollout/ports";
import type { Action } from "../../provider/rollout/decide/action";
import { decide } from "../../provider/rollout/decide/decide";
import { follow } from "../../provider/rollout/follow";
import { approve } from "../../provider/rollout/operator";
import { stateFrom } from "../../provider/rollout/startingPoint";
import type { State } from "../../provider/rollout/state";
import { RecordingProgress } from "../fakes/progress";
import {
  all,
  badNewVersion,
  newVersion,
  nextRun,
  oldVersion,
  quietTraffic,
  seedPlan as seed,
  release,
  shares,
  world,
  type World,
} from "./simulate";
import {
  aRecord,
  aRelease,
  assessment,
  began,
  between,
  deployment,
  minute,
  observation,
  planned,
  recorded,
  soaking,
  violated,
  waiting,
} from "./situations";

// What people order while a release is under way: that it stays in its stage, goes on, or skips what is left.

const at25 = between(oldVersion, newVersion, 25);
const at50 = between(oldVersion, newVersion, 50);

/** The request that comes of an order. */
function made(order: Order) {
  assert.ok(order.kind === "deploy", JSON.stringify(order));
  return order.request;
}

function refused(order: Order): string {
  assert.ok(order.kind === "refuse", JSON.stringify(order));
  return order.reason;
}

const soaks = deployment({ split: at25, createdAt: began + minute, ...recorded({ planned }) });
const held = deployment({ split: at25, ...recorded({ heldBy: "kim", planned }) });

describe("an order to hold a release", () => {
  it("moves no traffic, and says since when the stage soaks", () => {
    const { split, sentence, record } = made(hold("checkout", soaks, " jo\n"));
    assert.deepEqual(split, at25);
    assert.equal(
      sentence,
      "Held by jo in stage 1 of 3 (25 %), watched as before: workers-release resume checkout",
    );
    assert.deepEqual(record, aRecord({ planned, heldBy: "jo", since: began + minute }));
  });

  it("is refused where there is nothing to hold", () => {
    assert.equal(refused(hold("checkout", held, "jo")), "The release of checkout is held already, by kim.");
    assert.match(refused(hold("checkout", undefined, "jo")), /^There is nothing to hold\. No release/);
  });

  it("stands until it is resumed: nobody approves or promotes what is held", () => {
    for (const order of [approve("checkout", held, "jo", began), promote("checkout", held, "jo", began)]) {
      assert.match(
        refused(order),
        /^The release of checkout is held by kim\. .* workers-release resume checkout$/,
      );
    }
    const { sentence, record } = made(resume("checkout", held, "jo"));
    assert.equal(sentence, "Resumed by jo in stage 1 of 3 (25 %), where kim held it.");
    assert.deepEqual(record, aRecord({ planned, since: began }));
    assert.equal(
      refused(resume("checkout", soaks, "jo")),
      "The release of checkout is not held: it goes on by itself.",
    );
    assert.match(refused(resume("checkout", undefined, "jo")), /^There is nothing to resume\./);
  });

  it("that is resumed while it waits may be approved for the whole time again", () => {
    const waits = { phase: "wait", next: 50, begun: [began], since: began + minute, heldBy: "kim" } as const;
    const { record } = made(resume("checkout", deployment({ split: at25, ...recorded(waits) }), "jo"));
    assert.deepEqual([record.since, record.begun, record.heldBy], [undefined, [began], undefined]);
  });
});

describe("an order to promote a version", () => {
  it("goes to the last stage, says what is skipped, and records when each stage began", () => {
    const five = [0, 25, 50, 75, 100].map((percent) => ({
      percent,
      soakMs: minute,
      progression: "automatic" as const,
    }));
    const changes = { stage: 1, stages: 5, planned: five, begun: [began] };
    const active = deployment({ split: at25, createdAt: began + minute, ...recorded(changes) });
    const { split, sentence, record } = made(promote("checkout", active, "jo", began));
    assert.deepEqual(split, between(oldVersion, newVersion, 100));
    assert.equal(
      sentence,
      "Promoted by jo from stage 2 of 5 (25 %) to stage 5 of 5 (100 %). Skipped: 50 %, 75 %.",
    );
    assert.deepEqual([record.phase, record.stage, record.since], ["soak", 4, undefined]);
    const { past } = stateFrom(record, deployment({ createdAt: began + 3 * minute }));
    assert.deepEqual(past, [
      { stage: 0, startedAt: began, endedAt: began + minute, percent: 0 },
      { stage: 1, startedAt: began + minute, endedAt: began + 3 * minute, percent: 25 },
    ]);
  });

  it("tells how many are skipped where the record does not say which", () => {
    const sentence = (stages: number, stage = 0): string =>
      made(promote("checkout", deployment({ split: at25, ...recorded({ stages, stage }) }), "jo", began))
        .sentence;
    assert.match(sentence(5), /Skipped: 3 stages\.$/);
    assert.match(sentence(3), /Skipped: 1 stage\.$/);
    assert.match(sentence(2), /No stage is skipped\.$/);
  });

  it("is refused in the last stage, in a freeze, and without a release", () => {
    const last = deployment({ split: all(newVersion), ...recorded({ stage: 2 }) });
    assert.match(
      refused(promote("checkout", last, "jo", began)),
      /^There is nothing to skip: stage 3 of 3 \(100 %\) is/,
    );
    const heldThere = deployment({ split: all(newVersion), ...recorded({ stage: 2, heldBy: "kim" }) });
    assert.match(refused(promote("checkout", heldThere, "jo", began)), /is held by kim\./);
    const frozen = deployment({
      split: at25,
      ...recorded({ phase: "wait", next: 50, frozenUntil: began + minute }),
    });
    assert.match(
      refused(promote("checkout", frozen, "jo", began)),
      /^Nothing is promoted in a freeze\. It lasts until/,
    );
    assert.equal(promote("checkout", frozen, "jo", began + minute).kind, "deploy");
    assert.match(refused(promote("checkout", undefined, "jo", began)), /^There is nothing to promote\./);
  });
});

describe("the decision of a release that is held", () => {
  const plan = aRelease();
  const over = began + 20 * minute;
  const decided = (state: State, ...slos: ReturnType<typeof assessment>[]): Action => {
    const seen = observation(plan, over);
    return decide({
      release: plan,
      state,
      observation: seen,
      assessment: slos,
      interrupted: false,
      now: over,
    });
  };

  it("is to stay, whatever would come next", () => {
    const insufficient = { soak: { served: assessment().served, result: "insufficient" as const } };
    assert.deepEqual(decided(soaking(), assessment()), { do: "enter", stage: 1 });
    assert.deepEqual(decided(soaking({ heldBy: "jo" }), assessment()), { do: "keep" });
    assert.deepEqual(decided(soaking({ heldBy: "jo" }), assessment(insufficient)), { do: "keep" });
    assert.deepEqual(decided(soaking({ stage: 2, heldBy: "jo" }), assessment()), { do: "keep" });
    const late = waiting({ since: over - 3 * 60 * minute });
    assert.deepEqual(decided(late, assessment()), { do: "revert", cause: { kind: "notApproved" } });
    assert.deepEqual(decided({ ...late, heldBy: "jo" }, assessment()), { do: "keep" });
  });

  it("is to revert all the same, and to take over what an earlier run has left", () => {
    assert.equal(decided(soaking({ heldBy: "jo" }), violated()).do, "revert");
    assert.deepEqual(decided(soaking({ heldBy: "jo", leftBy: "r0" }), assessment()), { do: "claim" });
  });
});

describe("a release follows an order", () => {
  const plan = aRelease();
  const outside = {
    clock: { now: () => began + 30 * minute, sleep: () => Promise.resolve() },
    progress: new RecordingProgress(),
  };
  const followed = (state: State, active: Deployment): State => follow(plan, state, active, outside);

  it("that holds or resumes it in its stage, which goes on soaking since then", () => {
    const state = soaking({ since: began + minute });
    const hold = deployment({
      id: "h",
      split: at25,
      createdAt: began + 2 * minute,
      ...recorded({ heldBy: "jo", since: began + minute }),
    });
    const kept = followed(state, hold);
    assert.deepEqual(kept, { ...state, deploymentId: "h", heldBy: "jo" });
    const resumed = deployment({
      id: "g",
      split: at25,
      createdAt: began + 3 * minute,
      ...recorded({ since: began + minute }),
    });
    assert.deepEqual(followed(kept, resumed), { ...state, deploymentId: "g", heldBy: undefined });
  });

  it("that lets a wait go on: the time to approve begins anew", () => {
    const state = waiting({ heldBy: "jo" });
    const wait = { stage: 1, phase: "wait", next: 100, begun: [began, began + minute] } as const;
    const resumed = deployment({ id: "g", split: at50, createdAt: began + 20 * minute, ...recorded(wait) });
    const times = { stage: 1, soakedSince: began, since: began + 20 * minute };
    assert.deepEqual(followed(state, resumed), waiting({ ...times, deploymentId: "g", heldBy: undefined }));
  });

  it("that came too late for its stage: back to where the order says, which begins anew", () => {
    const past = [{ stage: 0, startedAt: began, endedAt: began + 5 * minute }];
    const state = soaking({ stage: 1, since: began + 5 * minute, past });
    const hold = { heldBy: "jo", since: began };
    const late = deployment({ id: "h", split: at25, createdAt: began + 6 * minute, ...recorded(hold) });
    const left = { stage: 1, startedAt: began + 5 * minute, endedAt: began + 6 * minute };
    assert.deepEqual(
      followed(state, late),
      soaking({
        ...{ stage: 0, since: began + 6 * minute, past: [...past, left] },
        ...{ deploymentId: "h", heldBy: "jo" },
      }),
    );
  });

  it("that came too late for a stage which waits by now: it soaks, since that began", () => {
    const hold = { heldBy: "jo", since: began };
    const late = deployment({ id: "h", split: at25, createdAt: began + 6 * minute, ...recorded(hold) });
    const waits = waiting({ stage: 0, soakedSince: began, since: began + 5 * minute });
    assert.deepEqual(
      followed(waits, late),
      soaking({ stage: 0, since: began, past: [], deploymentId: "h", heldBy: "jo" }),
    );
  });

  it("of a wait that came too late for its stage: it waits there, and may be approved for its whole time", () => {
    const past = [{ stage: 0, startedAt: began, endedAt: began + 5 * minute }];
    const state = soaking({ stage: 1, since: began + 5 * minute, past });
    const hold = { heldBy: "jo", phase: "wait", next: 50, begun: [began], since: began } as const;
    const late = deployment({ id: "h", split: at25, createdAt: began + 6 * minute, ...recorded(hold) });
    const left = { stage: 1, startedAt: began + 5 * minute, endedAt: began + 6 * minute };
    const times = { stage: 0, since: began + 6 * minute, soakedSince: began + 6 * minute };
    assert.deepEqual(
      followed(state, late),
      waiting({ ...times, past: [...past, left], deploymentId: "h", heldBy: "jo" }),
    );
  });
});

describe("people and a running release", () => {
  /** Orders at some time of the release; what is refused changes nothing. */
  function orders(outside: World, minutes: number, order: (active: Deployment | undefined) => Order): void {
    outside.clock.at(minutes * minute, () => {
      const ordered = order(outside.deployments.made[0]);
      if (ordered.kind === "refuse") return;
      const { split, sentence, record } = ordered.request;
      outside.deployments.recorded(split, sentence, record);
    });
  }
  const holds = (outside: World, minutes: number): void => {
    orders(outside, minutes, (active) => hold("checkout", active, "jo"));
  };
  const resumes = (outside: World, minutes: number): void => {
    orders(outside, minutes, (active) => resume("checkout", active, "jo"));
  };

  it("holds it for an hour, and it completes once it is resumed", async () => {
    const outside = world();
    holds(outside, 3);
    resumes(outside, 60);
    const { status, endedAt, startedAt } = await release(outside);
    assert.equal(status, "completed");
    assert.deepEqual(shares(outside), [0, 0, 25, 25, 25, 50, 75, 100, 100]);
    assert.ok(Date.parse(endedAt) - Date.parse(startedAt) > 90 * minute);
    assert.ok(
      outside.progress.statuses.some((line) => line.includes("held by jo: workers-release resume checkout")),
    );
  });

  it("holds it, and a violation reverts it all the same", async () => {
    const outside = world(badNewVersion(0.2, 12 * minute));
    holds(outside, 3);
    const { status, reason } = await release(outside);
    assert.equal(status, "aborted");
    assert.match(reason, /SLO "5xx" violated in stage 2 of 5/);
  });

  it("promotes it: the rest is skipped, and the last soak is watched", async () => {
    const outside = world();
    orders(outside, 3, (active) => promote("checkout", active, "jo", 0));
    const { status, stages } = await release(outside);
    assert.equal(status, "completed");
    assert.deepEqual(shares(outside), [0, 0, 25, 100, 100]);
    assert.deepEqual(
      stages.map(({ percent }) => percent),
      [0, 25, 100],
    );
    const [, , last] = stages;
    assert.ok(Date.parse(last?.endedAt ?? "") - Date.parse(last?.startedAt ?? "") >= 15 * minute);
  });

  it("promotes a version that turns bad, which reverts", async () => {
    const outside = world(badNewVersion(0.2, 5 * minute));
    orders(outside, 3, (active) => promote("checkout", active, "jo", 0));
    const { status } = await release(outside);
    assert.deepEqual([status, shares(outside)], ["aborted", [0, 0, 25, 100, 0]]);
  });

  it("holds and promotes in any order, at any time: it never goes on by itself while it is held", async () => {
    for (const [first, second] of [
      [3, 3],
      [4, 3],
      [6, 6.1],
    ] as const) {
      const outside = world();
      holds(outside, first);
      orders(outside, second, (active) => promote("checkout", active, "kim", 0));
      resumes(outside, 20);
      assert.equal((await release(outside)).status, "completed");
      const made = outside.deployments.made.toReversed();
      made.forEach((each, index) => {
        const before = made[index - 1];
        if (before?.record?.heldBy === undefined) return;
        assert.deepEqual(before.split, each.split);
      });
    }
  });

  it("holds what another run then resumes, which holds it too", async () => {
    const outside = world(quietTraffic);
    const plan: ReleasePlan["onInterrupt"] = "hold";
    holds(outside, 3);
    outside.clock.at(4 * minute, () => {
      outside.stop.abort();
    });
    const withHold = { plan: { ...seed, onInterrupt: plan } };
    assert.equal((await release(outside, withHold)).status, "interrupted");
    const next = nextRun(outside);
    resumes(next, 30);
    const { status } = await release(next, { ...withHold, releaseId: "r2" });
    assert.equal(status, "completed");
    const claimed = outside.deployments.made.findLast(({ record }) => record?.run === "r2");
    assert.equal(claimed?.record?.heldBy, "jo");
    const went = outside.deployments.made.findLast(({ split }) => split[1]?.percent === 50);
    assert.ok((went?.createdAt ?? 0) >= outside.clock.start + 30 * minute);
  });
});
