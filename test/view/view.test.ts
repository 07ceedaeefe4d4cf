import assert from "node:assert/strict";
import { assess } from "../../provider/rollout/look/assess";
import { sloReport } from "../../provider/rollout/report";
import { begin } from "../../provider/rollout/begin";
import { turn } from "../../provider/rollout/run";
import { goesOn, type Rollout } from "../../provider/rollout/rollout";
import { PortError } from "../../provider/rollout/ports";
import type { ReleasePlan } from "../../provider/plan/types";
import { workerView } from "../../provider/view/schema";
import { look, type Sight } from "../../provider/view/sight";
import { viewOf } from "../../provider/view/view";
import {
  atFirst,
  all,
  badNewVersion,
  newVersion,
  oldVersion,
  quietTraffic,
  request,
  seedPlan,
  world,
  type World,
} from "../rollout/simulate";
import type { Traffic } from "../fakes/telemetry";
import { between, recorded } from "../rollout/situations";

// What is seen of a release from another machine, beside what the run that drives it sees.

/** A release that has gone on for some time, turn by turn, and has not ended. */
async function underWay(
  forMs: number,
  { traffic = quietTraffic, plan = seedPlan }: { traffic?: Traffic; plan?: ReleasePlan } = {},
): Promise<{ outside: World; rollout: Rollout }> {
  const outside = world(traffic);
  let step = await begin(request({ plan }), atFirst(outside), outside);
  while (goesOn(step) && outside.clock.elapsed() < forMs) {
    step = await turn(step, outside);
    await outside.clock.sleep(10_000);
  }
  if (goesOn(step)) step = await turn(step, outside);
  assert.ok(goesOn(step));
  return { outside, rollout: step };
}

function see(outside: World, plan?: ReleasePlan, before?: Sight): Promise<Sight> {
  const known = plan && request({ plan }).plan;
  return look({ scriptName: "checkout", plan: known }, before, outside);
}

describe("the view of a release whose plan is known", () => {
  const minutes = 60_000;

  it("has the split, the stage, what is left of the soak, and all stages", async () => {
    const { outside } = await underWay(2 * minutes + 10_000);
    const view = viewOf(await see(outside, seedPlan));
    workerView.parse(view);
    assert.deepEqual(view.deployment?.split, [
      { versionId: oldVersion, percent: 75, role: "old" },
      { versionId: newVersion, percent: 25, role: "new" },
    ]);
    const { release } = view;
    assert.deepEqual(
      [release?.phase, release?.stage.number, release?.stage.of, release?.stage.percent],
      ["soaking", 2, 5, 25],
    );
    assert.equal(release?.stage.soakMs, 5 * minutes);
    const left = release.stage.soakLeftMs ?? NaN;
    assert.equal(Date.parse(release.stage.startedAt ?? "") + 5 * minutes, Date.parse(view.at) + left);
    assert.deepEqual(
      release.stages?.map(({ percent, state, startedAt }) => [percent, state, startedAt !== null]),
      [
        [0, "over", true],
        [25, "current", true],
        [50, "coming", false],
        [75, "coming", false],
        [100, "coming", false],
      ],
    );
    assert.deepEqual([release.waitsFor, release.heldBy, view.warnings], [null, null, []]);
  });

  for (const [what, traffic] of [
    ["a healthy version", quietTraffic],
    ["a version that gets worse", badNewVersion(0.02, minutes)],
  ] as const) {
    it(`of ${what} judges it as the run that drives it does`, async () => {
      const { outside, rollout } = await underWay(4 * minutes, { traffic });
      const own = assess(rollout.release, rollout.state, rollout.observation).map(sloReport);
      const view = viewOf(await see(outside, seedPlan));
      assert.ok(view.health?.isJudged);
      assert.deepEqual(
        view.health.slos.map(({ name, evidence, verdict, limit, new: fresh, old }) => ({
          ...{ name, evidence, verdict, limit: limit ?? undefined },
          ...{ bad: fresh.bad, valid: fresh.valid, measured: fresh.share, oldMeasured: old?.share },
        })),
        own.map(({ name, evidence, verdict, limit, bad, valid, measured, oldMeasured }) => ({
          ...{ name, evidence, verdict, limit, bad, valid, measured, oldMeasured },
        })),
      );
      assert.ok(view.health.slos.some(({ new: fresh }) => fresh.valid > 1000));
    });
  }

  it("is the same where it went on from an earlier sight, and reads only what is new", async () => {
    const { outside } = await underWay(3 * minutes);
    const first = await see(outside, seedPlan);
    await outside.clock.sleep(30_000);
    const fresh = viewOf(await see(outside, seedPlan));
    const readsBefore = outside.telemetry.reads;
    assert.deepEqual(viewOf(await see(outside, seedPlan, first)), fresh);
    assert.equal(outside.telemetry.reads - readsBefore, 1);
  });

  it("shows how the evidence came about, if that is asked for", async () => {
    const { outside } = await underWay(4 * minutes, { traffic: badNewVersion(0.02, minutes) });
    const sight = await see(outside, seedPlan);
    const slo = viewOf(sight, { withPoints: true }).health?.slos[0];
    assert.ok(slo?.points && slo.points.length > 20);
    assert.equal(slo.points.at(-1)?.evidence, slo.evidence);
    assert.equal(viewOf(sight).health?.slos[0]?.points, undefined);
  });

  it("tells that the telemetry does not answer, and shows what it has shown before", async () => {
    const { outside } = await underWay(3 * minutes);
    const first = await see(outside, seedPlan);
    await outside.clock.sleep(30_000);
    outside.telemetry.fail(new PortError("unavailable", "HTTP 502"), 3 * minutes);
    const view = viewOf(await see(outside, seedPlan, first));
    assert.deepEqual(
      [view.health?.telemetry.isAnswering, view.health?.telemetry.trouble],
      [false, "HTTP 502"],
    );
    assert.deepEqual(view.health?.slos[0]?.new, viewOf(first).health?.slos[0]?.new);
    const alone = viewOf(await see(outside, seedPlan));
    assert.deepEqual([alone.release?.stage.number, alone.health?.slos[0]?.new.valid], [2, 0]);
  });

  it("does not judge probes, which only the run itself sees", async () => {
    const plan: ReleasePlan = {
      ...seedPlan,
      slos: [...seedPlan.slos, { sli: "probes", max: 0 }],
      probes: [{ path: "/", every: "10s" }],
    };
    const outside = world();
    const split = between(oldVersion, newVersion, 25);
    const { record } = recorded({ stage: 1, stages: 5, startedAt: outside.clock.now() });
    assert.ok(record);
    outside.deployments.recorded(split, "Stage 2.", record);
    await outside.clock.sleep(60_000);
    const view = viewOf(await see(outside, plan));
    assert.deepEqual(
      view.health?.slos
        .filter(({ name }) => name === "probes")
        .map(({ verdict, evidence }) => [verdict, evidence]),
      [["unseen", null]],
    );
  });
});

describe("the view of a release whose plan is not known", () => {
  it("has what its record tells: the stages and the soak too; it measures, and judges nothing", async () => {
    const { outside } = await underWay(150_000);
    const view = viewOf(await see(outside));
    workerView.parse(view);
    assert.deepEqual(
      view.release?.stages?.map(({ percent, soakMs }) => [percent, soakMs]),
      [
        [0, 60_000],
        [25, 300_000],
        [50, 600_000],
        [75, 600_000],
        [100, 900_000],
      ],
    );
    assert.ok((view.release.stage.soakLeftMs ?? 0) > 0);
    assert.equal(view.health?.isJudged, false);
    assert.deepEqual(
      view.health.slos.map(({ name, limit, evidence, verdict }) => [name, limit, evidence, verdict]),
      ["serverErrors", "exceptions", "canceled"].map((name) => [name, null, null, null]),
    );
    assert.ok(view.health.slos.every(({ new: fresh, old }) => fresh.valid > 100 && (old?.valid ?? 0) > 100));
    const plotted = viewOf(await see(outside), { withPoints: true });
    workerView.parse(plotted);
    const [slo] = plotted.health?.slos ?? [];
    assert.equal(slo?.points?.[0]?.evidence, null);
    const served = slo.points.reduce((sum, point) => sum + point.new.valid, 0);
    assert.ok(Math.abs(served - slo.new.valid) < slo.points.length);
  });

  it("says so where another plan was given, and judges nothing by it", async () => {
    const { outside } = await underWay(150_000);
    const [first, ...rest] = seedPlan.stages;
    assert.ok(first);
    const other = viewOf(await see(outside, { ...seedPlan, stages: rest }));
    assert.equal(other.health?.isJudged, false);
    assert.match(
      other.warnings.join(),
      /is not the one that the release of checkout goes by: .* So nothing is judged/,
    );
    const longer = { ...seedPlan, stages: [{ ...first, soakTime: "2m" }, ...rest] };
    const similar = viewOf(await see(outside, longer));
    assert.equal(similar.health?.isJudged, true);
    assert.match(similar.warnings.join(), /It is judged by the plan given/);
  });
});

describe("the view of a Worker", () => {
  it("that waits for an approval says for whom, how long, and the command", async () => {
    const outside = world();
    const startedAt = outside.clock.now();
    const { record } = recorded({ stage: 1, stages: 5, phase: "wait", next: 50, startedAt });
    assert.ok(record);
    outside.deployments.recorded(between(oldVersion, newVersion, 25), "It waits.", record);
    const view = viewOf(await see(outside, { ...seedPlan, approvalTimeout: "2h" }));
    assert.deepEqual(view.release?.waitsFor, {
      for: "approval",
      since: new Date(startedAt).toISOString(),
      until: new Date(startedAt + 7_200_000).toISOString(),
      nextPercent: 50,
      frozenUntil: null,
      approvedBy: null,
      command: "workers-release approve checkout",
    });
    assert.equal(view.release.phase, "waiting");
  });

  it("that a freeze of the plan holds after its soak says until when, and that nobody can end that", async () => {
    const outside = world();
    const startedAt = outside.clock.now();
    const { record } = recorded({ stage: 1, stages: 5, phase: "soak", startedAt });
    assert.ok(record);
    outside.deployments.recorded(between(oldVersion, newVersion, 25), "It soaks.", record);
    const plan = { ...seedPlan, freeze: [{ from: "00:01", to: "09:00" }] };
    const during = viewOf(await see(outside, plan));
    assert.equal(during.release?.waitsFor, null, "while it soaks");
    await outside.clock.sleep(10 * 60_000);
    const { release } = viewOf(await see(outside, plan));
    assert.deepEqual(
      [release?.waitsFor?.for, release?.waitsFor?.frozenUntil, release?.waitsFor?.command],
      ["freeze", new Date(outside.clock.start + 9 * 3_600_000).toISOString(), null],
    );
    assert.equal(viewOf(await see(outside, seedPlan)).release?.waitsFor, null);
  });

  it("whose release is over has its ending, and nothing is read of its health", async () => {
    const outside = world();
    const { record } = recorded({ stage: 1, stages: 5, phase: "aborted", startedAt: outside.clock.now() });
    assert.ok(record);
    outside.deployments.recorded(all(oldVersion), "SLO violated.", record);
    const view = viewOf(await see(outside, seedPlan));
    assert.deepEqual([view.release?.phase, view.health, outside.telemetry.reads], ["aborted", null, 0]);
    assert.equal(view.release?.endedAt, view.deployment?.createdAt);
    assert.equal(view.deployment?.message, "SLO violated.");
  });

  it("that no release has deployed, or nobody has", async () => {
    const foreign = viewOf(await see(world(), seedPlan));
    assert.deepEqual([foreign.release, foreign.deployment?.split[0]?.role], [null, null]);
    assert.deepEqual(viewOf(await see(world(quietTraffic, []), seedPlan)).deployment, null);
  });
});
