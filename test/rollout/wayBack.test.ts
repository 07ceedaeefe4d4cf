import { maybeWayBackText } from "../../provider/rollout/text/wayBackText";
import assert from "node:assert/strict";
import type { ReleasePlan } from "../../provider/plan/types";
import { PortError, type Contents, type PastDeployments } from "../../provider/rollout/ports";
import type { ReleaseRequest } from "../../provider/rollout/release";
import type { Traffic } from "../fakes/telemetry";
import {
  all,
  newVersion,
  nextRun,
  oldVersion,
  otherVersion,
  release,
  shares,
  world,
  type World,
} from "./simulate";
import { aRecord, between, minute, threeStages } from "./situations";

// The last release has brought a Worker from `good` to `bad`, and somebody goes back.
const good = oldVersion;
const bad = newVersion;
/** A version that was uploaded for it, with the content of `good`. */
const reverted = otherVersion;

const plan: ReleasePlan = {
  ...threeStages,
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 25, soakTime: "5m" },
    { percent: 100, soakTime: "5m" },
  ],
  pollInterval: "30s",
};

interface Shares {
  /** Which part of a version's requests fails. */
  readonly good?: number;
  readonly bad?: number;
}

type Knowing = World & { readonly past: PastDeployments };

async function afterRelease({ good: ofGood = 0.001, bad: ofBad = 0.001 }: Shares = {}): Promise<Knowing> {
  const traffic: Traffic = {
    requestsPerSecond: () => 20,
    badShare: (version, sli) => (sli.kind === "serverErrors" ? (version === bad ? ofBad : ofGood) : 0),
  };
  const outside = world(traffic, all(good));
  const startedAt = outside.clock.now();
  const record = aRecord({
    id: "r0",
    run: "r0",
    phase: "completed",
    oldVersionId: good,
    newVersionId: bad,
    startedAt,
  });
  outside.deployments.recorded(all(bad), "Complete.", record);
  await outside.clock.sleep(70 * minute);
  return { ...outside, past: outside.deployments };
}

function knowing(outside: Knowing, contents: Partial<Contents>): Knowing & { readonly contents: Contents } {
  const known: Contents = {
    exists: () => Promise.resolve(true),
    areSame: (a, b) => Promise.resolve([a, b].includes(good) && [a, b].includes(reverted)),
    hasUntold: () => Promise.resolve(false),
    hasSecrets: () => Promise.resolve(false),
    differInMigrations: () => Promise.resolve(false),
    ...contents,
  };
  return { ...outside, contents: known };
}

type Changes = Partial<Omit<ReleaseRequest, "plan">> & { plan?: ReleasePlan };

function goBack(outside: World, changes: Changes = {}) {
  return release(outside, { versionId: good, plan, ...changes });
}

/** The shares that the version got since the last release. */
function steps(outside: World, versionId = good): number[] {
  return shares(outside, versionId).slice(2);
}

const gradually = [25, 100, 100];
const atOnce = [100, 100];

/** A way back under way, whose process has died. */
function leftOnTheWay(outside: World): void {
  const startedAt = outside.clock.now();
  const record = aRecord({
    id: "r1",
    run: "r1",
    stage: 1,
    stages: 2,
    startedAt,
    oldVersionId: bad,
    newVersionId: good,
    isWayBack: true,
  });
  outside.deployments.recorded(between(bad, good, 100), "Way back.", record);
}

describe("a version that served before the last release", () => {
  it("gets all traffic at once and is watched through the last soak, which is told", async () => {
    const outside = await afterRelease();
    const outcome = await goBack(outside);
    assert.deepEqual([outcome.status, steps(outside), outcome.oldVersionId], ["completed", atOnce, bad]);
    assert.equal(outside.clock.elapsed(), 75 * minute);
    assert.deepEqual(outside.progress.events, [
      `Version ${good} served this Worker until the last release: it goes to 100 % at once and is watched for 5m (rollbackWindow: 5).`,
      `Way back of checkout: version ${good}, which served before, gets all traffic at once from version ${bad}. It is watched for 5m.`,
      `Way back of checkout complete: version ${good} serves all traffic again, watched for 5m.`,
    ]);
    assert.deepEqual(
      outcome.stages.map(({ percent }) => percent),
      [100],
    );
  });

  it("does so in a freeze, though telemetry does not answer, and though a secret has changed since", async () => {
    const outside = await afterRelease();
    outside.deployments.outdated.add(good);
    outside.telemetry.fail(new PortError("unavailable", "HTTP 503"), 0, 72 * minute);
    const outcome = await goBack(outside, { plan: { ...plan, freeze: [{ from: "00:30", to: "05:00" }] } });
    assert.deepEqual([outcome.status, steps(outside)], ["completed", atOnce]);
  });

  for (const [what, changes] of [
    ["with rollbackWindow: 0", { plan: { ...plan, rollbackWindow: 0 } }],
    ["where the program has asked for it last time, too: somebody else has deployed", { isSameAsLast: true }],
  ] as [string, Changes][]) {
    it(`goes through the stages ${what}`, async () => {
      const outside = await afterRelease();
      assert.equal((await goBack(outside, changes)).status, "completed");
      assert.deepEqual(steps(outside), gradually);
    });
  }

  it("goes through the stages where more releases have come since", async () => {
    const outside = await afterRelease();
    outside.deployments.foreign(all(otherVersion));
    await goBack(outside, { plan: { ...plan, rollbackWindow: 1 } });
    assert.deepEqual(steps(outside), [0, ...gradually]);
    const wider = await afterRelease();
    wider.deployments.foreign(all(otherVersion));
    await goBack(wider, { plan: { ...plan, rollbackWindow: 2 } });
    assert.deepEqual(steps(wider), [0, ...atOnce]);
    assert.match(wider.progress.events[0] ?? "", /served this Worker until 2 releases ago/);
  });

  it("that is left by a way back goes through the stages", async () => {
    const outside = await afterRelease();
    await goBack(outside);
    const next = nextRun(outside);
    assert.equal((await goBack(next, { releaseId: "r2", versionId: bad })).status, "completed");
    assert.deepEqual(steps(outside, bad), [0, 0, ...gradually]);
  });
});

describe("a version with the content of one that served before", () => {
  it("gets all traffic at once, and what was compared is told", async () => {
    const outside = knowing(await afterRelease(), {});
    assert.equal((await goBack(outside, { versionId: reverted })).status, "completed");
    assert.deepEqual(steps(outside, reverted), atOnce);
    assert.equal(
      outside.progress.events[0],
      `Version ${reverted} has the content of version ${good}, which served this Worker until the last release (code, bindings ` +
        "and runtime settings; Cloudflare does not tell the values of secrets): it goes to 100 % at once and is watched for 5m " +
        "(rollbackWindow: 5).",
    );
  });

  for (const [what, contents] of [
    ["where the Worker has static assets", { hasUntold: () => Promise.resolve(true) }],
    [
      "where it is not known whether it has any",
      { hasUntold: () => Promise.reject(new PortError("refused", "403")) },
    ],
    ["where contents are not told", { areSame: () => Promise.reject(new PortError("missing", "404")) }],
    [
      "where it has the content of the version that serves, too, as far as that is told",
      { areSame: () => Promise.resolve(true), hasSecrets: () => Promise.resolve(true) },
    ],
  ] as [string, Partial<Contents>][]) {
    it(`goes through the stages ${what}`, async () => {
      const outside = knowing(await afterRelease(), contents);
      await goBack(outside, { versionId: reverted });
      assert.deepEqual(steps(outside, reverted), gradually);
    });
  }

  it("goes through the stages where one with this content was aborted", async () => {
    const outside = await afterRelease();
    const aborted = "00000000-0000-4000-8000-0000000000aa";
    const record = aRecord({
      phase: "aborted",
      oldVersionId: bad,
      newVersionId: aborted,
      startedAt: outside.clock.now(),
    });
    outside.deployments.recorded(all(bad), "Bad.", record);
    await goBack(knowing(outside, { areSame: (_, other) => Promise.resolve(other !== bad) }), {
      versionId: reverted,
    });
    assert.deepEqual(steps(outside, reverted), [0, ...gradually]);
  });
});

describe("what a preview says of a version that is not known yet", () => {
  it("is within how many releases it may have served", () => {
    assert.match(maybeWayBackText({ rollbackWindow: 1 }), /that served before the last release \(a revert\)/);
    assert.match(
      maybeWayBackText({ rollbackWindow: 5 }),
      /that served within the last 5 releases \(a revert\)/,
    );
  });
});

describe("a version that was gone back to", () => {
  const serves =
    `Version ${good} keeps all traffic: version ${bad} was left on purpose, and only a person puts it back: ` +
    `npx wrangler versions deploy ${bad}@100% --name checkout --yes.`;

  it("and violates an SLO keeps the traffic where the one that was left was no better, says so, and is watched again", async () => {
    const outside = await afterRelease({ good: 0.06, bad: 0.04 });
    const outcome = await goBack(outside);
    assert.deepEqual([outcome.status, outcome.isVerdict, steps(outside)], ["inconclusive", false, atOnce]);
    assert.match(outcome.reason, /SLO "5xx" violated in stage 2 of 2 \(100 %\)/);
    assert.match(
      outcome.reason,
      new RegExp(
        `limit 1 %; version ${bad}, which was left, had [34]\\.\\d* % \\(\\d+ of \\d+\\) in the hour before\\. Version`,
      ),
    );
    assert.ok(outcome.reason.includes(serves), outcome.reason);
    assert.match(
      outcome.reason,
      /The next `pulumi up` watches an unchanged version again, through the last soak\.$/,
    );
    assert.equal(outside.deployments.made[0]?.record?.phase, "inconclusive");
    const again = nextRun(outside);
    assert.equal((await goBack(again, { releaseId: "r2" })).status, "inconclusive");
    assert.deepEqual(steps(outside), [100, 100, 100, 100]);
    // Neither is taken for a good one from now on.
    await goBack(nextRun(outside), { releaseId: "r3", versionId: bad });
    assert.equal(steps(outside, bad)[4], 25);
  });

  it("and violates an SLO gives it back where the one that was left was much better, which is told", async () => {
    const outside = await afterRelease({ good: 0.5, bad: 0.04 });
    const outcome = await goBack(outside);
    assert.deepEqual([outcome.status, outcome.isVerdict, steps(outside)], ["aborted", true, [100, 0]]);
    assert.ok(outside.clock.elapsed() < 72 * minute);
    assert.match(
      outcome.reason,
      new RegExp(
        `which was left, had .* in the hour before\\. All traffic is back on the old version ${bad}\\.`,
      ),
    );
    await assert.rejects(
      goBack(nextRun(outside), { releaseId: "r2" }),
      /was aborted before: Release of checkout: SLO "5xx" violated/,
    );
    // Not a good one any more, whatever `retry` says.
    const retried = await goBack(nextRun(outside), { releaseId: "r3", retry: "1" });
    assert.deepEqual([retried.status, steps(outside).slice(2)], ["aborted", [25, 0]]);
  });

  it("keeps the traffic when pulumi up is stopped", async () => {
    const outside = await afterRelease();
    outside.clock.at(72 * minute, () => {
      outside.stop.abort();
    });
    const outcome = await goBack(outside);
    assert.deepEqual([outcome.status, steps(outside)], ["inconclusive", atOnce]);
    assert.ok(outcome.reason.includes(serves), outcome.reason);
  });

  it("keeps the traffic where nothing can be seen", async () => {
    const outside = await afterRelease();
    outside.telemetry.fail(new PortError("unavailable", "HTTP 503"));
    const outcome = await goBack(outside);
    assert.deepEqual([outcome.status, steps(outside)], ["inconclusive", atOnce]);
    assert.match(outcome.reason, /nothing seen of the telemetry/);
  });

  it("is not said to have the traffic where its first write was lost and nothing can be read since", async () => {
    const outside = await afterRelease();
    const refused = (): Promise<never> => Promise.reject(new PortError("unavailable", "HTTP 502"));
    outside.deployments.create = () => {
      outside.deployments.active = refused;
      return refused();
    };
    const { status, reason } = await goBack(outside);
    assert.equal(status, "inconclusive");
    assert.match(
      reason,
      /It is NOT KNOWN whether version .*1 has the traffic: look at it now: npx wrangler deployments status --name checkout\./,
    );
    assert.doesNotMatch(reason, /keeps all traffic/);
  });

  it("is said to keep it where only the end of its watch could not be recorded", async () => {
    const outside = await afterRelease();
    outside.clock.at(72 * minute, () => {
      outside.deployments.create = () => Promise.reject(new PortError("unavailable", "HTTP 502"));
      outside.stop.abort();
    });
    const { status, reason } = await goBack(outside);
    assert.equal(status, "inconclusive");
    assert.ok(reason.includes(serves), reason);
    assert.doesNotMatch(reason, /NOT KNOWN/);
  });

  it("is gone on with by the next run where the process dies", async () => {
    const outside = await afterRelease();
    leftOnTheWay(outside);
    const resumed = nextRun(outside);
    resumed.clock.at(72 * minute, () => {
      resumed.stop.abort();
    });
    const outcome = await goBack(resumed, { releaseId: "r2" });
    assert.deepEqual([outcome.status, steps(outside)], ["inconclusive", [100, 100, 100]]);
  });

  it("is where the next release starts, not what it puts back, where the process dies", async () => {
    const outside = await afterRelease();
    leftOnTheWay(outside);
    const outcome = await goBack(outside, { releaseId: "r2", versionId: otherVersion });
    assert.deepEqual(
      [outcome.status, outcome.oldVersionId, steps(outside)],
      ["completed", good, [100, 75, 0, 0]],
    );
  });

  it("gives it back to whoever orders that", async () => {
    const outside = await afterRelease();
    outside.clock.at(72 * minute, () => outside.deployments.foreign(all(bad)));
    const outcome = await goBack(outside);
    assert.deepEqual([outcome.status, steps(outside)], ["aborted", [100, 0]]);
  });
});
