import assert from "node:assert/strict";
import type { ReleasePlan } from "../../provider/plan/types";
import type { Deployment } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import type { Release } from "../../provider/rollout/release";
import { nothingObserved } from "../../provider/rollout/look/observation";
import { stageReports } from "../../provider/rollout/report";
import { startingPoint, type StartingPoint } from "../../provider/rollout/startingPoint";
import { all, newVersion, oldVersion, otherVersion, request } from "./simulate";
import {
  aRecord,
  aRelease,
  began,
  between,
  deployment,
  minute,
  recorded,
  soaking,
  threeStages,
  waiting,
} from "./situations";

// What a run makes of the deployment that it finds, with all that the release then goes by.

const at25 = between(oldVersion, newVersion, 25);
const at50 = between(oldVersion, newVersion, 50);

type Asked = Parameters<typeof request>[0];

/** By default as a run finds it that has begun before. */
function pointAt(
  active: Deployment | undefined,
  asked: Asked = {},
  begunAt = began + 60 * minute,
  isAnew = true,
): StartingPoint {
  const beginning = { begunAt, isAnew };
  return startingPoint(request({ releaseId: "r2", plan: threeStages, ...asked }), active, beginning);
}

function leftOver(changes: Partial<ReleaseRecord> = {}, split = at25): Deployment {
  return deployment({ id: "left", split, createdAt: began + 5 * minute, ...recorded(changes) });
}

/** The release that is gone on with: the earlier one, driven by this run. */
const own: Release = aRelease({}, { run: "r2" });
const resumed: Release = { ...own, drivenSince: began + 60 * minute };

describe("a run goes on with", () => {
  it("a stage that soaks, since its deployment", () => {
    const state = soaking({ since: began + 5 * minute, deploymentId: "left", leftBy: "r1" });
    const active = leftOver();
    assert.deepEqual(pointAt(active), { kind: "resume", deployment: active, release: resumed, state });
  });

  it("a stage that soaks, since when its record says, after the stages before", () => {
    const since = began + 4 * minute;
    const active = leftOver({ stage: 1, run: "r9", begun: [began], since }, at50);
    const past = [{ stage: 0, startedAt: began, endedAt: since }];
    const state = soaking({ stage: 1, since, past, deploymentId: "left", leftBy: "r9" });
    assert.deepEqual(pointAt(active), { kind: "resume", deployment: active, release: resumed, state });
  });

  it("a stage that soaks, after a stage with the share that it had, whatever the plan says now", () => {
    const planned = [5, 50, 100].map((percent) => ({
      percent,
      soakMs: 1000,
      progression: "automatic" as const,
    }));
    const point = pointAt(leftOver({ stage: 1, begun: [began], planned }, at50));
    assert.ok(point.kind === "resume");
    const [before] = point.state.past;
    assert.deepEqual(before, { stage: 0, startedAt: began, endedAt: began + 5 * minute, percent: 5 });
    const reports = stageReports(
      point.release,
      point.state,
      nothingObserved(point.release, point.deployment, began, false),
      began + 6 * minute,
    );
    assert.deepEqual(
      reports.map(({ percent }) => percent),
      [5, 50],
    );
  });

  it("what its record says came before it", () => {
    const point = pointAt(leftOver({ previous: "d0" }));
    assert.ok(point.kind === "resume");
    assert.equal(point.release.previous, "d0");
  });

  it("a stage that waits, with when it began to soak and the stages before", () => {
    const begun = [began, began + minute];
    const active = leftOver({ stage: 1, phase: "wait", next: 100, begun }, at50);
    const past = [{ stage: 0, startedAt: began, endedAt: began + minute }];
    const times = { since: began + 5 * minute, soakedSince: began + minute };
    const state = waiting({ ...times, past, deploymentId: "left", leftBy: "r1" });
    assert.deepEqual(pointAt(active), { kind: "resume", deployment: active, release: resumed, state });
  });

  it("a stage that waits, of which it is not known when it began to soak", () => {
    const active = leftOver({ stage: 1, phase: "wait", next: 100 }, at50);
    const times = { since: began + 5 * minute, soakedSince: began + 5 * minute };
    const state = waiting({ ...times, deploymentId: "left", leftBy: "r1" });
    assert.deepEqual(pointAt(active), { kind: "resume", deployment: active, release: resumed, state });
  });

  it("the last of several stages, of which each ended when the next began", () => {
    const begun = [began, began + minute];
    const point = pointAt(leftOver({ stage: 2, begun }, all(newVersion)));
    const past = [
      { stage: 0, startedAt: began, endedAt: began + minute },
      { stage: 1, startedAt: began + minute, endedAt: began + 5 * minute },
    ];
    assert.deepEqual(point.kind === "resume" && point.state.past, past);
  });

  it("what its record of fewer begins says of the latest of them", () => {
    const point = pointAt(leftOver({ stage: 2, begun: [began + minute] }, all(newVersion)));
    const past = [{ stage: 1, startedAt: began + minute, endedAt: began + 5 * minute }];
    assert.deepEqual(point.kind === "resume" && point.state.past, past);
  });
});

describe("a run puts back", () => {
  /** All stages have the share that is deployed; the rest of the stage is the plan's. */
  const flat = (percent: number, rest: Partial<Release["plan"]["stages"][number]> = {}) => {
    const stage = { soakMs: 5 * minute, progression: "automatic" as const, ...rest, percent };
    return [stage, stage, stage];
  };
  const putBack = (point: StartingPoint) => {
    assert.ok(point.kind === "putBack" || point.kind === "finishRevert");
    return point;
  };

  it("a share that the plan does not have", () => {
    const { release, state } = putBack(pointAt(leftOver({}, between(oldVersion, newVersion, 30))));
    assert.deepEqual(release, { ...own, plan: { ...own.plan, stages: flat(30) } });
    assert.deepEqual(state, soaking({ since: began + 5 * minute, deploymentId: "left", leftBy: "r1" }));
  });

  it("a stage that the plan does not have", () => {
    const active = leftOver({ stage: 3, stages: 4 });
    const { release } = putBack(pointAt(active));
    assert.deepEqual(
      release.plan.stages.map((stage) => stage),
      [...flat(25, { soakMs: 0 }), ...flat(25, { soakMs: 0 }).slice(0, 1)],
    );
  });

  it("a wait for what comes after the last stage", () => {
    const active = leftOver({ stage: 2, phase: "wait" }, all(newVersion));
    assert.equal(pointAt(active).kind, "putBack");
    const begun = [began, began + 1000, began + 2000];
    const { state } = putBack(pointAt(leftOver({ stage: 2, phase: "wait", begun }, all(newVersion))));
    const past = [
      { stage: 0, startedAt: began, endedAt: began + 1000 },
      { stage: 1, startedAt: began + 1000, endedAt: began + 2000 },
    ];
    assert.deepEqual([state.past, state.phase === "waiting" && state.soakedSince], [past, began + 2000]);
    assert.equal(pointAt(leftOver({ stage: 2 }, all(newVersion))).kind, "resume");
    assert.equal(pointAt(leftOver({ stage: 1, phase: "wait" }, at50)).kind, "resume");
  });

  it("another version", () => {
    const active = leftOver({ newVersionId: otherVersion }, between(oldVersion, otherVersion, 25));
    const { kind, release } = putBack(pointAt(active));
    assert.equal(kind, "putBack");
    assert.equal(release.newVersionId, otherVersion);
  });

  it("a version that was gone back to and found bad since, before it is watched anew", () => {
    const active = leftOver({ isWayBack: true, stage: 2 }, all(newVersion));
    assert.equal(pointAt(active, { findingBefore: "It was bad." }).kind, "finishRevert");
  });

  it("a version that an earlier run had found bad", () => {
    const point = pointAt(leftOver(), { findingBefore: "It was bad." });
    const { release } = putBack(point);
    assert.deepEqual(release.plan.stages, flat(25));
    assert.equal(point.kind === "finishRevert" && point.finding, "It was bad.");
    const other = leftOver({ newVersionId: otherVersion }, between(oldVersion, otherVersion, 25));
    assert.equal(pointAt(other, { findingBefore: "It was bad." }).kind, "putBack");
  });

  it("somebody's split that it may take over, to the larger share, whichever comes first", () => {
    for (const split of [between(oldVersion, otherVersion, 5), between(otherVersion, oldVersion, 95)]) {
      const active = deployment({ split, createdAt: began + 7 });
      const { release, state } = putBack(pointAt(active, { takeOver: "theirs" }));
      const stages = [{ percent: 5, soakMs: 0, progression: "automatic" as const }];
      assert.deepEqual(release, {
        ...{ ...own, id: "r2", plan: { ...own.plan, stages } },
        ...{ newVersionId: otherVersion, oldVersionId: oldVersion, startedAt: began + 7 },
      });
      assert.deepEqual(state, soaking({ since: began + 7, deploymentId: "theirs" }));
    }
  });
});

describe("a run takes for its own", () => {
  it("what its owner left before it began, and nothing later", () => {
    assert.equal(pointAt(leftOver(), {}, began).kind, "resume");
    assert.equal(pointAt(leftOver(), {}, began - 1).kind, "othersRelease");
  });

  it("not an older release that another run goes on with since", () => {
    const active = leftOver({ run: "r9", drivenSince: began + 2 * minute });
    assert.equal(pointAt(active, {}, began + 2 * minute).kind, "resume");
    assert.equal(pointAt(active, {}, began + 2 * minute - 1).kind, "othersRelease");
  });

  it("whatever its owner drives when it looks first: the clock of the machine before may have been ahead", () => {
    const ahead = leftOver({ run: "r9", drivenSince: began + 2 * minute });
    assert.equal(pointAt(ahead, {}, began - minute, false).kind, "resume");
    const others = leftOver({ owner: "owner-2" });
    assert.equal(pointAt(others, {}, began + minute, false).kind, "othersRelease");
  });

  it("what it has deployed itself and was not told of, whenever its release began", () => {
    const late = leftOver({ id: "r2", run: "r2" });
    assert.equal(pointAt(late, {}, began - 1).kind, "resume");
  });

  it("not what somebody else drives, unless it may take that over", () => {
    const active = leftOver({ owner: "owner-2" });
    assert.deepEqual(pointAt(active), {
      ...{ kind: "othersRelease", deployment: active },
      record: aRecord({ owner: "owner-2" }),
    });
    assert.equal(pointAt(active, { takeOver: "left" }).kind, "resume");
    assert.equal(pointAt(active, { takeOver: "left" }, began - 1).kind, "resume");
    assert.equal(pointAt(active, { takeOver: "another" }).kind, "othersRelease");
  });

  it("the share of somebody's split of its version, at the last stage that has no more", () => {
    const adopt = (percent: number, plan: ReleasePlan = threeStages): StartingPoint =>
      pointAt(deployment({ split: between(oldVersion, newVersion, percent) }), { takeOver: "theirs", plan });
    const point = { kind: "adopt", oldVersionId: oldVersion };
    assert.deepEqual(adopt(25), { ...point, stage: 0 });
    assert.deepEqual(adopt(49), { ...point, stage: 0 });
    assert.deepEqual(adopt(50), { ...point, stage: 1 });
    assert.deepEqual(adopt(5), { ...point, stage: 0 });
  });

  it("no split of which nobody can tell what is old, and none that it may not take over", () => {
    const even = deployment({ split: between(oldVersion, otherVersion, 50) });
    assert.deepEqual(pointAt(even, { takeOver: "theirs" }), { kind: "foreignSplit", deployment: even });
    for (const split of [at25, between(newVersion, oldVersion, 25), between(oldVersion, newVersion, 0.5)]) {
      const active = deployment({ split });
      assert.deepEqual(pointAt(active), { kind: "foreignSplit", deployment: active });
    }
  });
});

describe("a run starts", () => {
  const start = { kind: "start", oldVersionId: oldVersion };
  const aborted = deployment({ ...recorded({ phase: "aborted" }) });
  const serves = deployment({ split: all(newVersion) });

  it("from the version that serves", () => {
    assert.deepEqual(pointAt(deployment()), start);
    assert.deepEqual(pointAt(deployment({ split: between(otherVersion, oldVersion, 100) })), start);
    assert.deepEqual(pointAt(undefined), { kind: "first" });
  });

  it("from a first version whose watch did not end well, where another is asked for", () => {
    const first = recorded({ phase: "inconclusive", oldVersionId: undefined, newVersionId: oldVersion });
    assert.deepEqual(pointAt(deployment({ split: all(oldVersion), ...first })), start);
  });

  it("from a first version that is still watched, where another is asked for", () => {
    const watched = leftOver(
      { oldVersionId: undefined, newVersionId: oldVersion, stage: 2 },
      all(oldVersion),
    );
    assert.deepEqual(pointAt(watched), start);
  });

  it("the watch of a first version anew, where the plan has changed or the last one did not end well", () => {
    const left = leftOver({ oldVersionId: undefined, stage: 0 }, all(newVersion));
    assert.deepEqual(pointAt(left), { kind: "first" });
    const ending = recorded({ oldVersionId: undefined, phase: "inconclusive" });
    const ended = deployment({ split: all(newVersion), ...ending });
    assert.deepEqual(pointAt(ended), { kind: "first" });
    assert.equal(pointAt(deployment({ ...ended, ...recorded({ phase: "inconclusive" }) })).kind, "serving");
  });

  it("nothing where the version serves already, whatever was found before", () => {
    assert.deepEqual(pointAt(serves, { findingBefore: "It was bad." }), {
      kind: "serving",
      deployment: serves,
    });
  });

  it("nothing with a version that was aborted, until retry changes", () => {
    assert.deepEqual(pointAt(aborted), { kind: "abortedBefore", finding: "What was said then." });
    assert.deepEqual(pointAt(aborted, { retry: "1" }), start);
    assert.deepEqual(pointAt(aborted, { versionId: otherVersion }), start);
    assert.deepEqual(pointAt(deployment(), { findingBefore: "Bad." }), {
      kind: "abortedBefore",
      finding: "Bad.",
    });
  });

  it("nothing with a first version that somebody has aborted, though it serves still", () => {
    const ending = recorded({ phase: "aborted", oldVersionId: undefined });
    const active = deployment({ split: all(newVersion), ...ending });
    assert.equal(pointAt(active).kind, "abortedBefore");
  });

  it("nothing where a version that was found bad is split by somebody", () => {
    assert.equal(pointAt(deployment({ split: at25 }), { findingBefore: "Bad." }).kind, "abortedBefore");
  });

  it("nothing from a deployment without any traffic", () => {
    const active = deployment({ split: [{ versionId: oldVersion, percent: 0 }] });
    assert.deepEqual(pointAt(active), { kind: "foreignSplit", deployment: active });
  });
});
