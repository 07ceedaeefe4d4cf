import assert from "node:assert/strict";
import { createColors } from "picocolors";
import { statusText } from "../../provider/cli/status/text";
import { abort, approve, type Order } from "../../provider/rollout/operator";
import type { Deployment, Split } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import { viewOf } from "../../provider/view/view";
import {
  all,
  newVersion,
  oldVersion,
  otherVersion,
  release,
  seedPlan,
  shares,
  world,
  type World,
} from "./simulate";
import { deployment as aDeployment, minute } from "./situations";

const began = Date.UTC(2030, 0, 1, 6);

const record: ReleaseRecord = {
  id: "r1",
  run: "r1",
  owner: "owner-1",
  phase: "soak",
  stage: 1,
  stages: 5,
  startedAt: began,
  newVersionId: newVersion,
  oldVersionId: oldVersion,
  retry: "2",
  next: undefined,
  begun: [],
  since: undefined,
};

function at(percent: number): Split {
  return [
    { versionId: oldVersion, percent: 100 - percent },
    { versionId: newVersion, percent },
  ];
}

function deployment(split: Split, of?: Partial<ReleaseRecord>): Deployment {
  const said = of && { record: { ...record, ...of }, message: "What was said then." };
  return aDeployment({ id: "d", createdAt: began + minute, split, ...said });
}

const soaking = deployment(at(25), {});
const waiting = deployment(at(25), { phase: "wait", next: 50 });
const firstVersion = deployment(all(newVersion), { stage: 4, oldVersionId: undefined });

/** What a record says of a wait that is over. */
const waitOver = { next: undefined, frozenUntil: undefined, approvedBy: undefined, awaitsGate: undefined };

describe("an approval", () => {
  it("is the deployment that the release itself would make for the next stage", () => {
    const order = approve("checkout", waiting, "jo", 0);
    assert.deepEqual(order, {
      kind: "deploy",
      request: {
        split: at(50),
        sentence: "Approved by jo: stage 3 of 5 (50 %).",
        record: { ...record, phase: "soak", stage: 2, ...waitOver },
      },
    });
  });

  it("in a freeze tells since when the stage has waited, where its deployment says so, not when that was made", () => {
    const frozen = {
      phase: "wait",
      stage: 1,
      next: 50,
      begun: [began],
      frozenUntil: began + 3_600_000,
    } as const;
    for (const since of [began + 1000, undefined]) {
      const waits = deployment(at(25), { ...frozen, ...(since !== undefined && { since }) });
      const order = approve("checkout", waits, "jo", began);
      assert.ok(order.kind === "deploy");
      assert.equal(order.request.record.since, since ?? waits.createdAt);
    }
  });

  it("completes the release where it waits after its last stage", () => {
    const last = deployment(all(newVersion), { phase: "wait", stage: 4, next: 100, begun: [began] });
    const order = approve("checkout", last, "jo", 0);
    assert.ok(order.kind === "deploy");
    const { split, sentence, record: made } = order.request;
    assert.deepEqual(split, all(newVersion));
    assert.match(sentence, /^Approved by jo: the release is complete, version .* serves all traffic\.$/);
    assert.deepEqual(made, { ...record, phase: "completed", stage: 4, ...waitOver, begun: [] });
  });

  it("has a message of one line, whatever the name of who approves", () => {
    const order = approve("checkout", waiting, " jo\nof  Ops\t", 0);
    assert.ok(order.kind === "deploy");
    assert.equal(order.request.sentence, "Approved by jo of Ops: stage 3 of 5 (50 %).");
  });

  const refused: [string, Deployment | undefined, RegExp][] = [
    [
      "a Worker that was never deployed",
      undefined,
      /nothing to approve.*checkout is under way: it has never been/,
    ],
    [
      "somebody else's deployment",
      deployment(at(25)),
      /nothing to approve.*active deployment was made by jo with/,
    ],
    [
      "a release that soaks",
      soaking,
      /does not wait for an approval: stage 2 of 5 \(25 %\) soaks\. Only a stage that has soaked/,
    ],
    [
      "a release that is complete",
      deployment(all(newVersion), { phase: "completed" }),
      /r1, ended as completed: What/,
    ],
    [
      "a release that was aborted",
      deployment(all(oldVersion), { phase: "aborted" }),
      /r1, ended as aborted: What/,
    ],
    ["a wait for nothing", deployment(at(25), { phase: "wait" }), /does not wait/],
    [
      "a wait after the last stage, where the new version has not all traffic,",
      deployment(at(25), { phase: "wait", stage: 4, next: 100 }),
      /does not wait/,
    ],
  ];
  for (const [what, active, reason] of refused) {
    it(`of ${what} is refused`, () => {
      refusal(approve("checkout", active, "jo", 0), reason);
    });
  }
});

describe("an abort by a person", () => {
  for (const [what, active] of [
    ["soaks", soaking],
    ["waits", waiting],
  ] as const) {
    it(`puts the old version back when the release ${what}, and says why`, () => {
      assert.deepEqual(abort("checkout", active, "jo", "Paris is slow"), {
        kind: "deploy",
        request: {
          split: all(oldVersion),
          sentence: "Aborted by jo in stage 2 of 5 (25 %): Paris is slow.",
          record: { ...record, phase: "aborted", ...waitOver },
          force: true,
        },
      });
    });
  }

  it("needs no reason", () => {
    const order = abort("checkout", soaking, "jo", undefined);
    assert.ok(order.kind === "deploy");
    assert.equal(order.request.sentence, "Aborted by jo in stage 2 of 5 (25 %).");
  });

  it("leaves the first version of a Worker where it is, since there is no other", () => {
    const order = abort("checkout", firstVersion, "jo", undefined);
    assert.ok(order.kind === "deploy");
    assert.deepEqual(order.request.split, all(newVersion));
  });

  const refused: [string, Deployment | undefined, RegExp][] = [
    ["a Worker that was never deployed", undefined, /nothing to abort.*it has never been deployed/],
    [
      "somebody else's deployment",
      deployment(all(otherVersion)),
      /nothing to abort.*was made by jo with wrangler/,
    ],
    [
      "a release that is complete",
      deployment(all(newVersion), { phase: "completed" }),
      /r1, ended as completed: What/,
    ],
    [
      "a release that was aborted",
      deployment(all(oldVersion), { phase: "aborted" }),
      /r1, ended as aborted: What/,
    ],
  ];
  for (const [what, active, reason] of refused) {
    it(`of ${what} is refused`, () => {
      refusal(abort("checkout", active, "jo", "so"), reason);
    });
  }
});

describe("a running release", () => {
  const manual = {
    ...seedPlan,
    stages: [
      { percent: 25, soakTime: "5m", progression: "manual" as const },
      { percent: 50, soakTime: "5m", progression: "manual" as const },
      { percent: 100, soakTime: "5m" },
    ],
  };

  it("follows each approval, as if it had made the deployment itself", async () => {
    const outside = world();
    outside.clock.at(20 * minute, () => carryOut(outside, (active) => approve("checkout", active, "jo", 0)));
    outside.clock.at(40 * minute, () => carryOut(outside, (active) => approve("checkout", active, "jo", 0)));
    const outcome = await release(outside, { plan: manual });
    assert.equal(outcome.status, "completed");
    assert.deepEqual(shares(outside), [0, 25, 25, 50, 50, 100, 100]);
    assert.ok(outside.progress.events.includes("Approved by jo: stage 3 of 3 (100 %)."));
    const ids = outside.deployments.made.map(({ record }) => record?.id);
    assert.deepEqual(new Set(ids), new Set(["r1", undefined]));
    assert.deepEqual(
      outcome.stages.map(({ percent }) => percent),
      [25, 50, 100],
    );
  });

  for (const [when, minutes] of [
    ["soaks", 2],
    ["waits", 20],
  ] as const) {
    it(`that ${when} ends as aborted, with the reason of who aborts it`, async () => {
      const outside = world();
      const order = (active: Deployment | undefined): Order =>
        abort("checkout", active, "jo", "Paris is slow");
      outside.clock.at(minutes * minute, () => carryOut(outside, order));
      const outcome = await release(outside, { plan: manual });
      assert.equal(outcome.status, "aborted");
      assert.match(
        outcome.reason,
        /^Aborted by jo in stage 1 of 3 \(25 %\): Paris is slow\. All traffic is back on the old version 0.*1\. Fix/,
      );
      assert.deepEqual(outside.deployments.made[0]?.split, all(oldVersion));
      await assert.rejects(release(outside, { plan: manual }), /was aborted before.*Paris is slow/);
    });
  }
});

describe("the status of a Worker", () => {
  const now = began + 13 * minute;
  const overviews: [string, Deployment | undefined, RegExp[]][] = [
    ["never deployed", undefined, [/^No release of checkout is under way: it has never been deployed\.$/]],
    [
      "that somebody deployed",
      deployment(at(25)),
      [/^No release of checkout is under way: .* jo with wrangler\.$/m, /75 % to version 0.*1$/m, /12m ago$/],
    ],
    [
      "whose deployment only looks like a release's",
      { ...deployment(at(25)), isUnproven: true, message: "[workers-release id=r1]" },
      [
        /active deployment was made by jo with wrangler\. Its message looks like the record of a release, and is none: /,
        /Nothing is done by it\. It says: "\[workers-release id=r1\]"$/m,
      ],
    ],
    [
      "whose release soaks",
      soaking,
      [
        /^Release r1 of checkout/,
        /stage +2 of 5 \(25 %\), soaking since 2030-01-01 06:01:00Z, 12m ago$/m,
        /13m ago/,
      ],
    ],
    [
      "whose release waits",
      waiting,
      [
        /waiting for an approval to go to 50 %\n {2}since/,
        /25 % to version .* \(new\)$/m,
        /workers-release approve checkout/,
      ],
    ],
    [
      "whose release waits after its last stage",
      deployment(all(newVersion), { phase: "wait", stage: 4, next: 100 }),
      [
        /stage +5 of 5 \(100 %\), waiting for an approval to be complete\n {2}since/,
        /workers-release approve/,
      ],
    ],
    [
      "whose release is over",
      deployment(all(oldVersion), { phase: "aborted" }),
      [/^No release .* The last one, r1, ended as aborted: What was said then\.$/m, /100 % to version/],
    ],
  ];
  for (const [what, active, expected] of overviews) {
    it(`${what} says what serves and what to do`, () => {
      const sight = { scriptName: "checkout", plan: undefined, at: now, active, watched: undefined };
      const text = statusText(viewOf(sight), createColors(false));
      for (const part of expected) assert.match(text, part);
    });
  }
});

function refusal(order: Order, reason: RegExp): void {
  assert.ok(order.kind === "refuse");
  assert.match(order.reason, reason);
}

/** Makes the deployment that a person's command makes. */
async function carryOut(
  { deployments }: World,
  order: (active: Deployment | undefined) => Order,
): Promise<void> {
  const ordered = order(await deployments.active());
  assert.ok(ordered.kind === "deploy");
  const { split, sentence, record } = ordered.request;
  deployments.recorded(split, sentence, record);
}
