import assert from "node:assert/strict";
import type { ReleasePlan } from "../../provider/plan/types";
import { CannotStart } from "../../provider/rollout/cannotStart";
import { createColors } from "picocolors";
import { approve } from "../../provider/rollout/operator";
import { viewOf } from "../../provider/view/view";
import { carryOut } from "../../provider/cli/carryOut";
import { statusText } from "../../provider/cli/status/text";
import { begin } from "../../provider/rollout/begin";
import {
  atFirst,
  all,
  badNewVersion,
  newVersion,
  nextRun,
  oldVersion,
  otherVersion,
  release,
  request,
  shares,
  world,
  type World,
} from "./simulate";
import { aRecord, between, minute, threeStages } from "./situations";

/** The virtual clock starts at midnight. */
const night = [{ from: "00:20", to: "00:50" }];

const twoStages: ReleasePlan = {
  ...threeStages,
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  pollInterval: "1m",
  maxBlindTime: "6m",
  stages: [
    { percent: 25, soakTime: "10m" },
    { percent: 100, soakTime: "10m" },
  ],
  freeze: night,
};

/** The same, where somebody has to approve the second stage. */
const manual: ReleasePlan = {
  ...twoStages,
  stages: [
    { percent: 25, soakTime: "10m", progression: "manual" },
    { percent: 100, soakTime: "10m" },
  ],
  approvalTimeout: "2h",
};

async function startedAt(outside: World, ms: number): Promise<void> {
  await outside.clock.sleep(ms);
}

/** When the new version got a share, in minutes since the clock was made. */
function minutesOf(outside: World, percent: number): number[] {
  return outside.deployments.made
    .filter(({ split }) => split.some((share) => share.versionId === newVersion && share.percent === percent))
    .map(({ createdAt }) => Number(((createdAt - outside.clock.start) / minute).toFixed(2)))
    .reverse();
}

function approveAt(outside: World, ms: number): void {
  outside.clock.at(ms, () =>
    carryOut(outside, "checkout", (active) => approve("checkout", active, "jo", outside.clock.now())),
  );
}

describe("a freeze", () => {
  it("holds a release before its next stage, and the status line says until when", async () => {
    const outside = world();
    await startedAt(outside, 15 * minute);
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "completed");
    assert.deepEqual([minutesOf(outside, 25), minutesOf(outside, 100)], [[15], [50, 60]]);
    const held = outside.progress.statuses.filter((line) => line.includes("· soaked ·"));
    assert.match(
      held[0] ?? "",
      /^stage 1\/2 · 25 % · soaked · freeze: no further stage until 2030-01-01 00:50:00Z \(25m left\) · /,
    );
    const [first = ""] = outside.progress.statuses;
    assert.doesNotMatch(first, /freeze/);
  });

  it("that began while the start was looking lets no release start either", async () => {
    const outside = world();
    const { telemetry, clock } = outside;
    const readiness = telemetry.readiness.bind(telemetry);
    telemetry.readiness = () => clock.sleep(2 * minute).then(readiness);
    await startedAt(outside, 19 * minute);
    await assert.rejects(
      release(outside, { plan: twoStages }),
      /a freeze of the plan lasts until 2030-01-01 00:50:00Z \(29m left\)\. No traffic was moved\./,
    );
    assert.deepEqual(shares(outside), [0]);
  });

  it("never delays a revert", async () => {
    const outside = world(badNewVersion(0.2, 30 * minute));
    await startedAt(outside, 15 * minute);
    const outcome = await release(outside, { plan: twoStages });
    assert.equal(outcome.status, "aborted");
    assert.ok(outside.clock.elapsed() < 35 * minute);
  });

  it("does not hold what is complete in its last stage", async () => {
    const outside = world();
    await startedAt(outside, 5 * minute);
    assert.equal((await release(outside, { plan: twoStages })).status, "completed");
    assert.deepEqual(minutesOf(outside, 100), [15, 25]);
  });

  it("lets no release start, and says until when and what to do", async () => {
    const outside = world();
    await startedAt(outside, 30 * minute);
    const error: unknown = await release(outside, { plan: twoStages }).catch((error: unknown) => error);
    assert.ok(error instanceof CannotStart);
    assert.equal(
      error.message,
      "Release of checkout: a freeze of the plan lasts until 2030-01-01 00:50:00Z (20m left). No traffic was moved. " +
        "`pulumi up` releases from then on. For one that cannot wait, take `freeze` out of its plan.",
    );
    assert.deepEqual(shares(outside), [0]);
  });

  it("lets what was left be put back, and be gone on with", async () => {
    for (const [left, expected] of [
      [otherVersion, "put back"],
      [newVersion, "resumed"],
    ] as const) {
      const outside = world();
      const record = aRecord({
        id: "r0",
        run: "r0",
        newVersionId: left,
        startedAt: outside.clock.now(),
        stages: 2,
      });
      outside.deployments.recorded(between(oldVersion, left, 25), "Left.", record);
      await startedAt(outside, 30 * minute);
      const step = await begin(request({ plan: twoStages }), atFirst(outside), outside);
      assert.equal("beginAgain" in step ? "put back" : "release" in step && "resumed", expected);
    }
  });
});

describe("an approval in a freeze", () => {
  it("moves no traffic until the freeze ends, then leads to the next stage", async () => {
    const outside = world();
    await startedAt(outside, 5 * minute);
    approveAt(outside, 40 * minute);
    const outcome = await release(outside, { plan: manual });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(minutesOf(outside, 100), [50, 60]);
    // The stage, its wait, that a freeze has begun meanwhile, and the approval.
    assert.deepEqual(minutesOf(outside, 25), [5, 15, 20, 40]);
    const said = outside.progress.events.filter((line) => /freeze|approved by/.test(line));
    assert.deepEqual(said, [
      "Release of checkout: stage 1 of 2 (25 %) has soaked well and waits for an approval to go to 100 %: " +
        "workers-release approve checkout (a freeze lasts until 2030-01-01 00:50:00Z: what is approved before waits until then)",
      "Approved by jo: it goes to 100 % when the freeze ends, 2030-01-01 00:50:00Z (10m left).",
      "Release of checkout: stage 2 of 2 (100 %), approved by jo, soaks 10m.",
    ]);
    const waits = outside.progress.statuses.filter((line) => line.includes("approved by jo"));
    assert.match(
      waits[0] ?? "",
      /the next stage is approved by jo · freeze: no further stage until .* \(10m left\)/,
    );
  });

  it("is in the record: another run goes on with it, and `status` tells it", async () => {
    const outside = world();
    const startedMs = outside.clock.now();
    const record = aRecord({ phase: "wait", next: 100, stages: 2, startedAt: startedMs, begun: [startedMs] });
    const until = startedMs + 50 * minute;
    outside.deployments.recorded(between(oldVersion, newVersion, 25), "Waits.", {
      ...record,
      frozenUntil: until,
    });
    await startedAt(outside, 30 * minute);
    const order = approve("checkout", await outside.deployments.active(), "jo & sons", outside.clock.now());
    assert.ok(order.kind === "deploy");
    assert.deepEqual(order.request.split, between(oldVersion, newVersion, 25));
    outside.deployments.recorded(order.request.split, order.request.sentence, order.request.record);
    const [active] = outside.deployments.made;
    const sight = {
      scriptName: "checkout",
      at: outside.clock.now(),
      active,
      plan: undefined,
      watched: undefined,
    };
    assert.match(
      statusText(viewOf(sight), createColors(false)),
      /stage {4}1 of 2 \(25 %\), approved by jo & sons to go to 100 %\n {2}since .*\n {2}freeze {3}until 2030-01-01 00:50:00Z \(20m left\)\n/,
    );
    const again = approve("checkout", active, "kim", outside.clock.now());
    assert.match(
      again.kind === "refuse" ? again.reason : "",
      /^There is nothing to approve\. jo & sons has approved it/,
    );
    const next = nextRun(outside);
    assert.equal((await release(next, { releaseId: "r2", plan: manual })).status, "completed");
    assert.deepEqual(minutesOf(outside, 100), [50, 60]);
  });

  it("is not too late where the wait outlasts `approvalTimeout` only by the freeze", async () => {
    const outside = world();
    await startedAt(outside, 5 * minute);
    approveAt(outside, 25 * minute);
    const outcome = await release(outside, { plan: { ...manual, approvalTimeout: "20m" } });
    assert.equal(outcome.status, "completed");
  });

  it("leads to the next stage at once when the freeze is over", () => {
    const outside = world();
    const startedMs = outside.clock.now();
    const frozenUntil = startedMs + minute;
    const record = aRecord({ phase: "wait", next: 100, stages: 2, startedAt: startedMs, frozenUntil });
    const active = outside.deployments.recorded(between(oldVersion, newVersion, 25), "Waits.", record);
    const order = approve("checkout", active, "jo", frozenUntil);
    assert.ok(order.kind === "deploy");
    assert.deepEqual(
      [order.request.split.at(-1)?.percent, order.request.record.phase, order.request.record.frozenUntil],
      [100, "soak", undefined],
    );
  });

  it("is what it is where somebody deploys the next stage's split by hand", async () => {
    const outside = world();
    await startedAt(outside, 5 * minute);
    outside.clock.at(40 * minute, () => outside.deployments.foreign(all(newVersion)));
    const outcome = await release(outside, { plan: manual });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(minutesOf(outside, 100), [40, 40, 50]);
  });
});
