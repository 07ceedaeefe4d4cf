import assert from "node:assert/strict";
import { CannotStart } from "../../provider/rollout/cannotStart";
import { isVerdict, type Cause } from "../../provider/rollout/cause";
import type { GaveUp } from "../../provider/rollout/decide/action";
import type { Deployment } from "../../provider/rollout/ports";
import type { DeploymentStatus } from "../../provider/rollout/deploymentStatus";
import { gaveUp } from "../../provider/rollout/text/endingText";
import {
  afterRevert,
  alreadyServing,
  completed,
  completedUnrecorded,
  held,
  yielded,
  type Ended,
  type Outcome,
} from "../../provider/rollout/outcome";
import { all, newVersion, oldVersion, otherVersion, request } from "./simulate";
import {
  aRecord,
  aRelease,
  began,
  between,
  deployment,
  minute,
  objective,
  observation,
  recorded,
  soaking,
  violated,
} from "./situations";

// Every ending of a release, with all that it says.

const release = aRelease();
const now = began + 3 * minute;
const at25 = between(oldVersion, newVersion, 25);
const ended: Ended = {
  ...{ release, state: soaking(), now },
  observation: observation(release, now, {}, deployment({ id: "ours", split: at25 })),
};
const first: Ended = { ...ended, release: aRelease({}, { oldVersionId: undefined }) };
const backOnOld = deployment({ id: "back", split: all(oldVersion) });
const onNew = deployment({ id: "new", split: all(newVersion) });
const fix =
  "Fix the Worker and release a new version, or set `retry` to another value to release this one again.";
const again = "That is no verdict on the version. The next `pulumi up` releases it from the first stage.";
const isBack = `All traffic is back on the old version ${oldVersion}.`;

type Told = Pick<
  Outcome,
  "status" | "reason" | "finding" | "isVerdict" | "deployedVersionId" | "deploymentId"
>;

function told({ status, reason, finding, isVerdict, deployedVersionId, deploymentId }: Outcome): Told {
  return { status, reason, finding, isVerdict, deployedVersionId, deploymentId };
}

const noFinding = { finding: undefined, isVerdict: false };

describe("a release that is complete", () => {
  const complete = `Release of checkout complete: version ${newVersion} serves all traffic, after 3m.`;
  const serves = { status: "completed", ...noFinding, deployedVersionId: newVersion } as const;

  it("says so", () => {
    assert.deepEqual(told(completed(ended, onNew)), { ...serves, reason: complete, deploymentId: "new" });
  });

  it("says that it could not be recorded", () => {
    const at = { ...ended, observation: { ...ended.observation, active: onNew } };
    const reason = `${complete} Only the deployment that records this could not be made: not allowed.`;
    assert.deepEqual(told(completedUnrecorded(at, "not allowed")), {
      ...serves,
      reason,
      deploymentId: "new",
    });
  });

  it("leaves everything that a state file keeps of it", () => {
    const { reason, stages, ...rest } = completed(ended, onNew);
    assert.deepEqual([reason, stages.length], [complete, 1]);
    assert.deepEqual(rest, {
      ...serves,
      ...{ releaseId: "r1", oldVersionId: oldVersion, deploymentId: "new" },
      ...{ startedAt: "2030-01-01T06:00:00.000Z", endedAt: "2030-01-01T06:03:00.000Z" },
    });
  });
});

describe("a release that put the traffic back", () => {
  const slo = objective();
  const causes: readonly [Cause, Outcome["status"], string][] = [
    [{ kind: "violated", slo, verdict: violated().verdict }, "aborted", fix],
    [{ kind: "unfinished", finding: "It was bad." }, "aborted", fix],
    [
      { kind: "unsure", slo, served: violated().served, extended: false },
      "inconclusive",
      `${again} A longer soak or more traffic tells chance from a fault.`,
    ],
    [
      { kind: "insufficient", slo, counts: { valid: 1, bad: 0 }, extended: false },
      "inconclusive",
      `${again} Give the stage a longer soak, a larger share or a smaller minRequests.`,
    ],
    [
      { kind: "notApproved" },
      "inconclusive",
      `${again} Set a longer approvalTimeout if it takes longer to decide.`,
    ],
    [
      { kind: "blind", what: "telemetry", forMs: 1, orderedMs: 0, trouble: "" },
      "inconclusive",
      `${again} Look into why Cloudflare did not answer first: \`workers-release doctor\` tells what does not work.`,
    ],
    [
      { kind: "stuck", trouble: "" },
      "inconclusive",
      `${again} Look into why Cloudflare did not take the split first.`,
    ],
    [{ kind: "interrupted" }, "inconclusive", again],
    [{ kind: "leftOver", percent: 25 }, "inconclusive", again],
    [{ kind: "fault", fault: "" }, "inconclusive", again],
  ];
  const done = { kind: "done", deployment: backOnOld, unread: false, after: undefined } as const;
  const none = { kind: "none" } as const;

  for (const [cause, status, todo] of causes) {
    it(`since it was ${cause.kind} is ${status}, and says what to do`, () => {
      const outcome = afterRevert(ended, cause, "Found.", { ...done, confirmation: none });
      assert.deepEqual(told(outcome), {
        ...{ status, reason: `Found. ${isBack} ${todo}`, finding: "Found." },
        ...{ isVerdict: status === "aborted", deployedVersionId: oldVersion, deploymentId: "back" },
      });
      assert.equal(isVerdict(cause, release), status === "aborted");
    });
  }

  const confirmations = [
    [
      { kind: "confirmed", since: began + minute },
      "Confirmed by the telemetry: the new version has served nothing since 06:01:00Z.",
    ],
    [
      { kind: "stillServing", requests: 3, of: 40, since: began + minute },
      `NOT CONFIRMED: since 06:01:00Z version ${newVersion} has still served 3 of 40 requests. Look at the traffic now: npx wrangler deployments status --name checkout.`,
    ],
    [
      { kind: "unseen", forMs: 90_000 },
      "Not confirmed: the telemetry has shown too few requests in the 1m 30s since.",
    ],
  ] as const;
  for (const [confirmation, sentence] of confirmations) {
    it(`says whether that is ${confirmation.kind}`, () => {
      const { reason } = afterRevert(ended, { kind: "interrupted" }, "Found.", { ...done, confirmation });
      assert.equal(reason, `Found. ${isBack} ${sentence} ${again}`);
    });
  }

  it("says that nobody looked before", () => {
    const reverted = { ...done, unread: true, confirmation: none };
    const { reason } = afterRevert(ended, { kind: "interrupted" }, "Found.", reverted);
    const unread =
      "Cloudflare did not tell what was deployed, so the traffic was put back without a look at it: check that nobody deployed meanwhile.";
    assert.equal(reason, `Found. ${isBack} ${unread} ${again}`);
  });

  it("says what somebody has deployed since", () => {
    const after = deployment({ split: between(oldVersion, otherVersion, 10) });
    const outcome = afterRevert(ended, { kind: "interrupted" }, "Found.", {
      ...done,
      after,
      confirmation: none,
    });
    assert.deepEqual(told(outcome), {
      ...{ status: "inconclusive", finding: "Found.", isVerdict: false },
      reason: `Found. All traffic was put back on the old version ${oldVersion}. Since then jo with wrangler has deployed something else (90 % ${oldVersion}, 10 % ${otherVersion}), which was left as it is. ${again}`,
      ...{ deployedVersionId: undefined, deploymentId: "theirs" },
    });
  });

  it("says that a first version has nothing to go back to", () => {
    const { reason } = afterRevert(first, { kind: "interrupted" }, "Found.", { ...done, confirmation: none });
    assert.equal(
      reason,
      `Found. There is no older version that can be put back: version ${newVersion} serves all traffic. The next \`pulumi up\` watches an unchanged version again, through the last soak.`,
    );
  });
});

describe("a release that could not put the traffic back", () => {
  const failed = {
    kind: "failed",
    percent: 25,
    active: deployment({ id: "seen last" }),
    forMs: 600_000,
    trouble: "HTTP 503",
    oldIsGone: false,
  } as const;
  const cause: Cause = { kind: "violated", slo: objective(), verdict: violated().verdict };
  const loud = `COULD NOT REVERT: version ${newVersion} still gets 25 % of the traffic of checkout.`;
  const end = "Cloudflare did not take it for 10m: HTTP 503. Reason of the revert: Found.";

  it("says first that it could not, and how to do it by hand", () => {
    assert.deepEqual(told(afterRevert(ended, cause, "Found.", failed)), {
      ...{ status: "revertFailed", finding: "Found.", isVerdict: true },
      reason: `${loud} Put it back by hand now: npx wrangler versions deploy ${oldVersion}@100% --name checkout --yes. If that is refused as well, check out the old version's code and deploy it anew: npx wrangler deploy. ${end}`,
      ...{ deployedVersionId: oldVersion, deploymentId: "seen last" },
    });
  });

  it("says of a first version that it has the traffic: only the record of its end is missing", () => {
    const first = { ...ended, release: aRelease({}, { oldVersionId: undefined }) };
    const active = deployment({ split: all(newVersion) });
    const { reason } = afterRevert(first, { kind: "interrupted" }, "Found.", { ...failed, active });
    assert.match(
      reason,
      /^Found\. There is no older version that can be put back: version .*2 serves all traffic\./,
    );
  });

  it("says of a first version that it is not known where no reading has shown its traffic", () => {
    const first = { ...ended, release: aRelease({}, { oldVersionId: undefined }) };
    const unread = { ...failed, active: undefined };
    const { reason } = afterRevert(first, { kind: "interrupted" }, "Found.", unread);
    assert.match(
      reason,
      /^Found\. It is NOT KNOWN whether version .*2 has the traffic: look at it now: npx wrangler/,
    );
  });

  it("says what helps where the old version can no longer be deployed", () => {
    const { reason } = afterRevert(ended, cause, "Found.", { ...failed, oldIsGone: true });
    assert.equal(
      reason,
      `${loud} Cloudflare cannot deploy the old version ${oldVersion} any more, since too many versions were uploaded after it. Check out its code and deploy it anew now: npx wrangler deploy. ${end}`,
    );
  });

  it("since somebody has deployed says both", () => {
    const status = { kind: "superseded", by: "jo with wrangler" } as const;
    const active = deployment({ split: all(otherVersion) });
    const outcome = afterRevert(ended, cause, "Found.", {
      ...{ kind: "yielded", status, active, mayHaveWritten: false },
    });
    assert.equal(outcome.status, "superseded");
    assert.equal(outcome.finding, "Found.");
    assert.match(
      outcome.reason,
      /^Found\. Release of checkout: in stage 1 of 3 \(25 %\), jo with wrangler deployed/,
    );
  });
});

describe("a release that was stopped and holds", () => {
  it("says what the version keeps where somebody has made the split of the next stage", () => {
    const active = deployment({ split: between(oldVersion, newVersion, 50) });
    const { reason } = held({ ...ended, observation: { ...ended.observation, active } });
    assert.match(
      reason,
      /interrupted in stage 1 of 3 \(25 %\)\. .* keeps 50 % of the traffic and nobody watches it\./,
    );
  });

  it("says what stays, and that nobody watches it", () => {
    assert.deepEqual(told(held(ended)), {
      ...{ status: "interrupted", ...noFinding, deployedVersionId: undefined, deploymentId: "ours" },
      reason: `Release of checkout: interrupted in stage 1 of 3 (25 %). As the plan says (onInterrupt: hold), version ${newVersion} keeps 25 % of the traffic and nobody watches it. The next \`pulumi up\` goes on from here.`,
    });
  });
});

describe("a release that others have ended", () => {
  const by = "jo with wrangler";
  const where = "Release of checkout: in stage 1 of 3 (25 %)";
  const leftAsItIs =
    "That was left as it is, and the release ended. When it is sorted out, `pulumi up` starts the release again.";
  const other = deployment({ split: between(oldVersion, otherVersion, 10) });
  const sentence = "Aborted by jo in stage 1 of 3 (25 %).";
  const endedAs = (phase: "aborted" | "inconclusive" | "completed"): DeploymentStatus => {
    return { kind: "ended", record: aRecord({ phase }), sentence };
  };
  const cases: readonly [
    string,
    DeploymentStatus,
    typeof other | undefined,
    Omit<Told, "deployedVersionId" | "deploymentId">,
  ][] = [
    [
      "by a roll-back is aborted",
      { kind: "rolledBack", by },
      backOnOld,
      {
        ...{
          status: "aborted",
          isVerdict: true,
          finding: `${where}, ${by} put the old version back to 100 %.`,
        },
        reason: `${where}, ${by} put the old version back to 100 %. ${isBack} ${fix}`,
      },
    ],
    [
      "by a roll-back with a message quotes it",
      { kind: "rolledBack", by, said: "carts are lost" },
      backOnOld,
      {
        ...{
          status: "aborted",
          isVerdict: true,
          finding: `${where}, ${by} put the old version back to 100 %, saying "carts are lost".`,
        },
        reason: `${where}, ${by} put the old version back to 100 %, saying "carts are lost". ${isBack} ${fix}`,
      },
    ],
    [
      "by a promotion is complete",
      { kind: "promoted", by },
      onNew,
      {
        status: "completed",
        ...noFinding,
        reason: `${where}, ${by} gave version ${newVersion} all traffic.`,
      },
    ],
    [
      "by a command is aborted",
      endedAs("aborted"),
      backOnOld,
      { status: "aborted", isVerdict: true, finding: sentence, reason: `${sentence} ${isBack} ${fix}` },
    ],
    [
      "by another run of it, inconclusively, is no verdict",
      endedAs("inconclusive"),
      backOnOld,
      {
        status: "inconclusive",
        isVerdict: false,
        finding: sentence,
        reason: `${sentence} ${isBack} ${again}`,
      },
    ],
    [
      "by another run of it that left all traffic where it was says so",
      endedAs("inconclusive"),
      onNew,
      {
        status: "inconclusive",
        isVerdict: false,
        finding: sentence,
        reason:
          `${sentence} Version ${newVersion} keeps all traffic: version ${oldVersion} was left on purpose, and only a person ` +
          `puts it back: npx wrangler versions deploy ${oldVersion}@100% --name checkout --yes. ` +
          "The next `pulumi up` watches an unchanged version again, through the last soak.",
      },
    ],
    [
      "by another run of it that completed it is complete",
      endedAs("completed"),
      onNew,
      { status: "completed", ...noFinding, reason: sentence },
    ],
    [
      "by taking it over leaves it to them",
      { kind: "takenOver", record: aRecord({ run: "r2" }) },
      other,
      {
        ...{ status: "superseded", ...noFinding },
        reason: `${where}, another run (r2) has taken the release over. This run has left the traffic to it and ended.`,
      },
    ],
    [
      "by a split of theirs leaves it as it is",
      { kind: "superseded", by },
      other,
      {
        ...{ status: "superseded", ...noFinding },
        reason: `${where}, ${by} deployed something else (90 % ${oldVersion}, 10 % ${otherVersion}). ${leftAsItIs}`,
      },
    ],
    [
      "without a trace of who it was says so",
      { kind: "misfit", percent: 60, sentence },
      undefined,
      {
        ...{ status: "superseded", ...noFinding },
        reason: `${where}, somebody else deployed something else (nothing). ${leftAsItIs}`,
      },
    ],
  ];
  for (const [what, status, active, expected] of cases) {
    it(what, () => {
      const deployedVersionId = active === backOnOld ? oldVersion : active === onNew ? newVersion : undefined;
      assert.deepEqual(told(yielded(ended, status, active)), {
        ...expected,
        ...{ deployedVersionId, deploymentId: active?.id },
      });
    });
  }
});

describe("a release that has nothing to do", () => {
  const serves = `Version ${newVersion} serves all traffic already`;
  const unjudged = "No stage ran, and nothing was judged.";
  const instead =
    /If this program did it, by WorkersScript, WorkersDeployment or `deploy: true` of WorkerVersion, take/;

  it("is complete", () => {
    const { reason, ...outcome } = alreadyServing(request(), onNew, now);
    assert.ok(reason.startsWith(`${serves}: `), reason);
    assert.deepEqual(outcome, {
      ...{ status: "completed", ...noFinding, releaseId: "r1", oldVersionId: undefined },
      ...{ deployedVersionId: newVersion, deploymentId: "new", stages: [] },
      ...{ startedAt: "2030-01-01T06:03:00.000Z", endedAt: "2030-01-01T06:03:00.000Z" },
    });
  });

  it("says who has deployed the version, and that nothing was judged", () => {
    const reasonFor = (changes: Partial<Deployment>): string =>
      alreadyServing(request(), { ...onNew, createdAt: now - 10 * minute + 1, ...changes }, now).reason;
    const byUpload = reasonFor({ byUpload: true });
    assert.match(byUpload, /Its upload has deployed it\. If this/);
    const chosen = reasonFor({ message: "v2" });
    assert.match(
      chosen,
      /jo with wrangler deployed it .* ago, saying "v2"\. No stage ran, and nothing was judged\. If/,
    );
    assert.doesNotMatch(chosen, /Its upload/);
    // What a release has written is no reason that somebody gave.
    const left = reasonFor({ ...recorded({ phase: "inconclusive" }), message: "Interrupted." });
    assert.match(left, / ago\. No stage ran/);
    for (const reason of [byUpload, chosen]) assert.match(reason, instead);
    const earlier = reasonFor({ byUpload: true, createdAt: now - 10 * minute });
    assert.ok(earlier.endsWith(unjudged), earlier);
  });

  it("says that a release has brought the version there", () => {
    const done = { ...onNew, ...recorded({ phase: "completed" }) };
    const { reason } = alreadyServing(request(), done, now);
    assert.equal(reason, `${serves}: release r1 has brought it there.`);
  });
});

describe("a release that gave up before its first split", () => {
  const cases: readonly [GaveUp, string][] = [
    [
      { kind: "interrupted" },
      "interrupted before it began. No traffic was moved. The next `pulumi up` starts it.",
    ],
    [
      { kind: "overtaken", by: "jo" },
      "jo deployed while it was about to begin. That was left as it is. No traffic was moved. Look at what was deployed; then `pulumi up` starts the release from it.",
    ],
    [
      { kind: "writesFail", trouble: "HTTP 503" },
      "the first split was not deployed. HTTP 503. No traffic was moved. Run `pulumi up` again.",
    ],
  ];
  for (const [because, sentence] of cases) {
    it(`since ${because.kind} says so`, () => {
      assert.equal(new CannotStart(gaveUp(release, because)).message, `Release of checkout: ${sentence}`);
    });
  }
});
