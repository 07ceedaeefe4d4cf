import assert from "node:assert/strict";
import { begin } from "../../provider/rollout/begin";
import { AbortedBefore, butPutBack, CannotStart } from "../../provider/rollout/cannotStart";
import { nothingObserved } from "../../provider/rollout/look/observation";
import type { Outcome } from "../../provider/rollout/outcome";
import { PortError, type Deployment, type PastDeployments } from "../../provider/rollout/ports";
import {
  promotedSplit,
  revertedSplit,
  sameTraffic,
  samePercent,
  splitAt,
} from "../../provider/rollout/release";
import type { Step } from "../../provider/rollout/rollout";
import {
  atFirst,
  all,
  newVersion,
  oldVersion,
  otherVersion,
  quietTraffic,
  release,
  request,
  world,
  type World,
} from "./simulate";
import { aRecord, aRelease, between, starting, threeStages } from "./situations";

const at25 = between(oldVersion, newVersion, 25);
const fix =
  "Fix the Worker and release a new version, or set `retry` to another value to release this one again.";

function begun(outside: World, changes: Parameters<typeof request>[0] = {}): Promise<Step> {
  return begin(request({ plan: threeStages, ...changes }), atFirst(outside), outside);
}

async function refusal(
  step: Promise<Step>,
  kind: new (...given: never[]) => Error = CannotStart,
): Promise<string> {
  const error: unknown = await step.catch((error: unknown) => error);
  assert.ok(error instanceof kind, String(error));
  return error.message;
}

/** A release that an earlier run has left at 25 %. */
function leave(outside: World, versionId = newVersion): void {
  const record = aRecord({ id: "r0", run: "r0", newVersionId: versionId, startedAt: outside.clock.now() });
  outside.deployments.recorded(between(oldVersion, versionId, 25), "Left.", record);
}

describe("a release that begins", () => {
  it("starts from the version that serves, in the first stage, and has seen nothing yet", async () => {
    const outside = world();
    const step = await begun(outside);
    const [before] = outside.deployments.made;
    const now = outside.clock.now();
    const release = aRelease({}, { startedAt: now });
    assert.deepEqual(step, {
      ...{ release, state: starting({ since: now, before }) },
      observation: nothingObserved(release, before, now, true),
    });
    assert.deepEqual(outside.progress.events, []);
  });

  it("knows the last deployment of the release before it, whoever has deployed since", async () => {
    const outside = world();
    const record = aRecord({ id: "r0", phase: "inconclusive", startedAt: outside.clock.now() });
    const { id } = outside.deployments.recorded(all(oldVersion), "Aborted.", record);
    const previousIn = async (past?: PastDeployments): Promise<string | undefined> => {
      const knowing: World & { past?: PastDeployments } = { ...outside, ...(past && { past }) };
      const step = await begun(knowing);
      assert.ok("release" in step);
      return step.release.previous;
    };
    const named = () => Promise.resolve(undefined);
    assert.equal(await previousIn(), id);
    outside.deployments.foreign(all(oldVersion));
    assert.equal(await previousIn({ recent: () => Promise.resolve(outside.deployments.made), named }), id);
    assert.equal(await previousIn(), undefined);
    const recent = () => Promise.reject(new PortError("unavailable", "HTTP 502"));
    await assert.rejects(previousIn({ recent, named }), /HTTP 502/);
  });

  it("gives a first version all traffic at once, once the list has been empty four times in six seconds", async () => {
    const outside = world(quietTraffic, []);
    const step = await begun(outside);
    assert.ok("release" in step);
    assert.deepEqual([step.state.stage, step.release.oldVersionId], [2, undefined]);
    assert.deepEqual([outside.deployments.calls.active, outside.clock.elapsed()], [4, 6000]);
  });

  it("does not take an empty list for a Worker that was never deployed", async () => {
    const outside = world();
    const active = outside.deployments.active.bind(outside.deployments);
    outside.deployments.active = async () => {
      const found = await active();
      return outside.deployments.calls.active < 4 ? undefined : found;
    };
    const step = await begun(outside);
    assert.equal("release" in step && step.release.oldVersionId, oldVersion);
  });

  it("does not believe a list that lacks what this run has deployed, for half a minute", async () => {
    const outside = world();
    await outside.clock.sleep(1000);
    const known = {
      ...outside.deployments.made[0],
      createdAt: outside.clock.now(),
      id: "known",
    } as Deployment;
    const beginning = { ...atFirst(outside), isAnew: true };
    const step = begin(request({ plan: threeStages }), { ...beginning, known }, outside);
    await assert.rejects(step, /does not show the last one that is known/);
    assert.deepEqual([outside.deployments.calls.active, outside.clock.elapsed()], [15, 29_000]);
    const [read] = outside.deployments.made;
    const next = await begin(request({ plan: threeStages }), { ...beginning, known: read }, outside);
    assert.ok("release" in next);
  });

  it("reads the deployments twice before its first split: when it begins, past ones included, and right before the write", async () => {
    const outside = world();
    const create = outside.deployments.create.bind(outside.deployments);
    let reads: number | undefined;
    outside.deployments.create = (...given) => {
      reads ??= outside.deployments.calls.active;
      return create(...given);
    };
    const knowing: World & { past: PastDeployments } = { ...outside, past: outside.deployments };
    assert.equal((await release(knowing, { plan: threeStages })).status, "inconclusive");
    assert.equal(reads, 2);
  });

  it("begins in the first stage with at least the share of startAt, and tells what that means", async () => {
    const stageFor = async (startAt: number, plan = threeStages): Promise<unknown[]> => {
      const outside = world();
      const step = await begun(outside, { startAt, plan });
      assert.ok("release" in step && step.state.phase === "starting");
      return [step.state.stage, ...outside.progress.events];
    };
    const after =
      `A violation puts the traffic back on version ${oldVersion}, broken or not. ` +
      "Take startAt out of the program afterwards: it holds for every release.";
    assert.deepEqual(await stageFor(25), [0]);
    assert.deepEqual(await stageFor(26), [
      1,
      `Release of checkout: begins in stage 2 of 3 (50 %), stage 1 is skipped (startAt). ${after}`,
    ]);
    const compared = { ...threeStages, defaultSlos: true };
    assert.deepEqual(await stageFor(100, compared), [
      2,
      "Release of checkout: begins in stage 3 of 3 (100 %), stages 1 and 2 are skipped (startAt). Compared with the old version: " +
        `canceled. If that one is broken, more is allowed there; a max and a limit hold as always. ${after}`,
    ]);
  });

  it("goes on from the share of a split that it may take over", async () => {
    const outside = world();
    const { id } = outside.deployments.foreign(between(oldVersion, newVersion, 60));
    const step = await begun(outside, { takeOver: id });
    assert.ok("release" in step);
    assert.deepEqual([step.state.stage, step.release.oldVersionId], [1, oldVersion]);
  });

  it("goes on with what was left, says so, and has to find out whether it sees", async () => {
    const outside = world();
    leave(outside);
    const step = await begun(outside, { releaseId: "r2" });
    assert.ok("release" in step);
    assert.deepEqual([step.release.id, step.release.run, step.state.phase], ["r0", "r2", "soaking"]);
    assert.deepEqual(
      [step.observation.isReady, step.observation.active],
      [false, outside.deployments.made[0]],
    );
    assert.deepEqual(outside.progress.events, ["Going on with release r0 in stage 1 of 3 (25 %): it soaks."]);
  });

  it("puts back first what was left of another version, and then begins again", async () => {
    const outside = world();
    leave(outside, otherVersion);
    const step = await begun(outside);
    assert.ok("beginAgain" in step);
    assert.equal(step.putBack?.releaseId, "r0");
    assert.equal(step.known, outside.deployments.made[0]);
    assert.equal(
      step.putBack.finding,
      `Release of checkout: an earlier deployment left version ${otherVersion} at 25 %.`,
    );
    assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
  });

  it("has put nothing back where somebody deploys just then, and begins with what they did", async () => {
    const outside = world();
    leave(outside, otherVersion);
    const { deployments } = outside;
    const read = deployments.active.bind(deployments);
    let readings = 0;
    deployments.active = () => {
      if ((readings += 1) === 2) deployments.foreign(between(oldVersion, newVersion, 50));
      return read();
    };
    const step = await begun(outside);
    assert.deepEqual(step, { beginAgain: true, known: deployments.made[0] });
    assert.equal(deployments.calls.create, 0);
  });

  it("ends where somebody deploys after a put-back whose answer was lost", async () => {
    const outside = world();
    leave(outside, otherVersion);
    const { deployments } = outside;
    const create = deployments.create.bind(deployments);
    deployments.create = async (split, message, options) => {
      await create(split, message, options);
      deployments.foreign(between(oldVersion, newVersion, 50));
      throw new PortError("unavailable", "no answer");
    };
    const step = await begun(outside);
    assert.ok("outcome" in step);
    assert.equal(step.outcome.status, "superseded");
    assert.equal(deployments.calls.create, 1);
  });

  it("does not go on after a put-back that failed", async () => {
    const outside = world();
    leave(outside, otherVersion);
    outside.deployments.tooOld.add(oldVersion);
    const step = await begun(outside);
    assert.equal("outcome" in step && step.outcome.status, "revertFailed");
  });

  it("reverts first what was found bad before", async () => {
    const outside = world();
    leave(outside);
    const step = await begun(outside, { findingBefore: "It was bad." });
    assert.ok("outcome" in step);
    assert.equal(step.outcome.status, "aborted");
    assert.match(step.outcome.reason, /It had found: It was bad\. All traffic is back/);
  });

  it("has nothing to do where the version serves, and says so", async () => {
    const outside = world(quietTraffic, all(newVersion));
    const step = await begun(outside);
    assert.ok("outcome" in step);
    const { reason } = step.outcome;
    assert.ok(
      reason.startsWith(`Version ${newVersion} serves all traffic already: jo@example.com with`),
      reason,
    );
    assert.deepEqual(outside.progress.events, [`Warning: ${reason}`]);
  });

  it("tells what it is warned of", async () => {
    const outside = world();
    outside.telemetry.warnings.push("Sampled.", "Stages reset Durable Objects.");
    outside.deployments.versions = [...Array.from({ length: 80 }, String), oldVersion];
    await begun(outside);
    const [one, two, three] = outside.progress.events;
    assert.deepEqual([one, two], ["Warning: Sampled.", "Warning: Stages reset Durable Objects."]);
    assert.match(three ?? "", /^Warning: After 20 more uploads/);
  });
});

describe("a release does not begin", () => {
  it("where it would be blind", async () => {
    const outside = world();
    outside.telemetry.blindBecause = "Observability is off.";
    assert.equal(await refusal(begun(outside)), "Observability is off. No traffic was moved.");
  });

  it("where the old version can no longer be deployed", async () => {
    const outside = world();
    outside.deployments.tooOld.add(oldVersion);
    assert.match(await refusal(begun(outside)), /a release can start from it\. No traffic was moved\.$/);
  });

  it("with a version that was found bad", async () => {
    const step = begun(world(), { findingBefore: "It was bad." });
    assert.equal(
      await refusal(step, AbortedBefore),
      `Version ${newVersion} was aborted before: It was bad. No traffic was moved. ${fix}`,
    );
  });

  it("over a split of somebody else, nor over a release of somebody else", async () => {
    const split = world(quietTraffic, at25);
    assert.match(await refusal(begun(split)), /is split already/);
    const driven = world();
    leave(driven);
    assert.match(await refusal(begun(driven, { owner: "owner-2" })), /another stack or program drives: r0/);
  });

  it("when it is interrupted while it is checked", async () => {
    const outside = world();
    outside.telemetry.readiness = () => new Promise(() => undefined);
    const step = begun(outside);
    await new Promise(setImmediate);
    outside.stop.abort();
    assert.deepEqual(await step, {
      notStarted: {
        found: "Release of checkout: interrupted before it began.",
        todo: "The next `pulumi up` starts it.",
      },
    });
  });
});

describe("a run that has put back what was left, and does not start then,", () => {
  it("tells both, whether it may not start or cannot ask", async () => {
    for (const [refuse, why] of [
      [(outside: World) => (outside.telemetry.blindBecause = "Nothing is recorded."), "Nothing is recorded."],
      [
        (outside: World) => {
          outside.telemetry.fail(new PortError("refused", "No permission to read."));
        },
        "No permission to read.",
      ],
    ] as const) {
      const outside = world();
      leave(outside, otherVersion);
      refuse(outside);
      const outcome = await release(outside);
      assert.equal(outcome.status, "inconclusive");
      assert.match(outcome.reason, /^What release r0 had left was put back first\. All traffic is back/);
      assert.ok(outcome.reason.includes(why), outcome.reason);
    }
  });

  const putBack: Outcome = {
    ...{ status: "inconclusive", reason: "", finding: "Left.", isVerdict: false, releaseId: "r0" },
    ...{ oldVersionId: oldVersion, deployedVersionId: oldVersion, deploymentId: "d" },
    ...{ startedAt: "", endedAt: "", stages: [] },
  };
  const before = "What release r0 had left was put back first.";
  const blind = new CannotStart({ found: "Observability is off.", todo: "Switch it on." });

  it("says both, and where the traffic is", async () => {
    const outside = world();
    assert.deepEqual(await butPutBack(putBack, undefined, blind, outside), {
      ...{ ...putBack, deploymentId: "deployment-1" },
      reason: `${before} All traffic is back on the old version ${oldVersion}. The release itself did not start: Observability is off. Switch it on.`,
    });
  });

  it("says what somebody has deployed since", async () => {
    const outcome = await butPutBack(putBack, undefined, blind, world(quietTraffic, at25));
    assert.deepEqual(
      [outcome.status, outcome.deployedVersionId, outcome.reason],
      [
        "superseded",
        undefined,
        `${before} All traffic was put back on the old version ${oldVersion}. Since then jo@example.com with wrangler has deployed something else, which was left as it is. The release itself did not start: Observability is off. Switch it on.`,
      ],
    );
  });

  it("says what is known where nobody answers", async () => {
    const outside = world();
    const error = new PortError("unavailable", "HTTP 503");
    outside.deployments.failNext("read", error);
    const { status, deployedVersionId, deploymentId, reason } = await butPutBack(
      putBack,
      undefined,
      error,
      outside,
    );
    assert.deepEqual([status, deployedVersionId, deploymentId], ["inconclusive", undefined, undefined]);
    assert.equal(
      reason,
      `${before} All traffic was put back on the old version ${oldVersion}. The release itself did not start: HTTP 503`,
    );
  });

  it("does not believe a reading that contradicts what it has seen", async () => {
    const outside = world();
    const theirs = outside.deployments.foreign(at25);
    const known = { ...theirs, id: "later", createdAt: theirs.createdAt + 1 };
    const { deploymentId, reason } = await butPutBack(putBack, known, blind, outside);
    assert.equal(deploymentId, undefined);
    assert.match(reason, /^What release r0 had left was put back first\. All traffic was put back on/);
  });

  it("is aborted where its own version was", async () => {
    const outcome = await butPutBack(
      putBack,
      undefined,
      new AbortedBefore(newVersion, "It was bad."),
      world(),
    );
    assert.deepEqual([outcome.status, outcome.finding, outcome.isVerdict], ["aborted", "It was bad.", true]);
    assert.ok(outcome.reason.endsWith(`: It was bad. ${fix}`), outcome.reason);
  });
});

describe("a split", () => {
  const release = aRelease();
  const first = aRelease({}, { oldVersionId: undefined });

  it("names the old version first, with two decimals at most", () => {
    assert.deepEqual(splitAt(release, 64.1), [
      { versionId: oldVersion, percent: 35.9 },
      { versionId: newVersion, percent: 64.1 },
    ]);
    assert.deepEqual(splitAt(first, 100), all(newVersion));
  });

  it("goes back to the old version, or forward to the new one, alone", () => {
    assert.deepEqual([revertedSplit(release), revertedSplit(first)], [all(oldVersion), all(newVersion)]);
    assert.deepEqual(promotedSplit(release), all(newVersion));
  });

  it("is the same traffic as another by what its versions get", () => {
    const cases: [ReturnType<typeof splitAt>, ReturnType<typeof splitAt>, boolean][] = [
      [at25, [...at25].reverse(), true],
      [all(newVersion), between(oldVersion, newVersion, 100), true],
      [between(oldVersion, newVersion, 100), all(newVersion), true],
      [at25, between(oldVersion, newVersion, 26), false],
      [at25, between(otherVersion, newVersion, 25), false],
      [all(oldVersion), all(newVersion), false],
    ];
    for (const [a, b, isSame] of cases) assert.equal(sameTraffic(a, b), isSame);
  });

  it("has the same percentage as another but for the rounding", () => {
    assert.deepEqual(
      [samePercent(35.9, 100 - 64.1), samePercent(35.9, 35.91), samePercent(35.91, 35.9)],
      [true, false, false],
    );
  });
});
