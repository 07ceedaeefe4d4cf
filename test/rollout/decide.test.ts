import assert from "node:assert/strict";
import type { ReleasePlan } from "../../provider/plan/types";
import type { Assessment } from "../../provider/rollout/look/assess";
import type { Action } from "../../provider/rollout/decide/action";
import { decide } from "../../provider/rollout/decide/decide";
import { lateWriteMs } from "../../provider/rollout/write/write";
import type { Observation } from "../../provider/rollout/look/observation";
import type { Deployment } from "../../provider/rollout/ports";
import { answered, type Source } from "../../provider/rollout/look/source";
import type { State } from "../../provider/rollout/state";
import { all, newVersion, oldVersion, otherVersion } from "./simulate";
import {
  aRecord,
  aRelease,
  assessment,
  began,
  between,
  deployment,
  failure,
  minute,
  objective,
  observation,
  recorded,
  soaking,
  starting,
  threeStages,
  violated,
  waiting,
} from "./situations";

/** A situation of a release that soaks its first stage and is well, but for what a test changes. */
interface Given {
  readonly plan?: Partial<ReleasePlan>;
  readonly state?: State;
  readonly active?: Deployment;
  readonly seen?: Partial<Observation>;
  readonly assessment?: readonly Assessment[];
  readonly interrupted?: boolean;
  /** True for the first version of a Worker. */
  readonly isFirst?: boolean;
  /** Since the release began, in milliseconds. */
  readonly after?: number;
}

function decided(given: Given = {}): Action {
  const { plan, state = soaking(), seen, interrupted = false, after = minute } = given;
  const release = aRelease(plan, given.isFirst ? { oldVersionId: undefined } : {});
  const now = began + after;
  const ours = state.phase === "starting" ? deployment({ id: "before" }) : deployment({ id: "ours" });
  return decide({
    ...{ release, state, interrupted, now, assessment: given.assessment ?? [assessment(), assessment()] },
    observation: observation(release, now, seen, given.active ?? ours),
  });
}

/** A source that answered last `ms` before `after`, and has failed since. */
function silent(after: number, ms: number, trouble = "no answer", orderedMs = 0): Source {
  return { ...answered(began + after - ms), failures: 3, trouble, orderedMs };
}

type Case = readonly [what: string, given: Given, expected: Action];

function check(cases: readonly Case[]): void {
  for (const [what, given, expected] of cases) {
    it(what, () => {
      assert.deepEqual(decided(given), expected);
    });
  }
}

const lost = failure({ lostAt: began + minute });
const soaked = { after: 5 * minute };
const hotfix = deployment({ split: all(otherVersion) });
const theirs = { do: "yield", status: { kind: "superseded", by: "jo with wrangler" } } as const;
const fiveXx = objective();

describe("a release decides, about what others have deployed,", () => {
  const ofEarlierRun = aRecord({ id: "r9", run: "r9" });
  const earlierRun = deployment({ ...recorded({ id: "r9", run: "r9" }) });
  const waitsAt50 = { state: waiting(), after: 11 * minute };
  const inTime = began + 10 * minute + 120 * minute - 1;
  const approvedAt = (createdAt: number): Deployment => deployment({ split: all(newVersion), createdAt });
  const misfit = deployment({
    split: between(oldVersion, newVersion, 60),
    ...recorded({ stage: 1 }),
  });
  check([
    ["to leave it alone, whatever it is", { active: hotfix }, theirs],
    ["to leave it alone rather than revert", { active: hotfix, assessment: [violated()] }, theirs],
    [
      "to look on while a lost write may still be made over it",
      { active: hotfix, state: soaking({ failure: lost }), after: minute + lateWriteMs - 1 },
      { do: "keep" },
    ],
    [
      "to look on for it while readings fail, as long as the release may be blind",
      {
        ...{ active: hotfix, state: soaking({ failure: lost }) },
        ...{ after: 3 * minute, seen: { deployments: silent(3 * minute, 2 * minute) } },
      },
      { do: "keep" },
    ],
    [
      "to end when readings have failed for longer",
      {
        ...{ active: hotfix, state: soaking({ failure: lost }) },
        ...{ after: 3 * minute, seen: { deployments: silent(3 * minute, 2 * minute + 1) } },
      },
      theirs,
    ],
    [
      "to end once a lost write can no longer be made over it",
      { active: hotfix, state: soaking({ failure: lost }), after: minute + lateWriteMs },
      theirs,
    ],
    [
      "to end when every write of its own was answered",
      { active: hotfix, state: soaking({ failure: failure({ since: began + minute }) }) },
      theirs,
    ],
    [
      "to take the next stage's split for an approval while it waits",
      { ...waitsAt50, active: approvedAt(began + 11 * minute) },
      { do: "enter", stage: 2, approvedBy: "jo with wrangler" },
    ],
    [
      "to take an approval that came in time, though the time is over when it is seen",
      { state: waiting(), active: approvedAt(inTime), after: 131 * minute },
      { do: "enter", stage: 2, approvedBy: "jo with wrangler" },
    ],
    [
      "not to take an approval that came too late",
      { state: waiting(), active: approvedAt(inTime + 1), after: 131 * minute },
      { do: "revert", cause: { kind: "notApproved" } },
    ],
    [
      "not to take an approval together with a violation in one look",
      { ...waitsAt50, active: approvedAt(began + 11 * minute), assessment: [violated()] },
      { do: "revert", cause: { kind: "violated", slo: fiveXx, verdict: violated().verdict } },
    ],
    [
      "to take an approval of what another run left waiting",
      { ...waitsAt50, state: waiting({ leftBy: "r0" }), active: approvedAt(began + 11 * minute) },
      { do: "enter", stage: 2, approvedBy: "jo with wrangler" },
    ],
    [
      "to ask again where the approval was for a split that the plan does not have",
      { ...waitsAt50, active: misfit },
      { do: "await" },
    ],
    [
      "to ask again before it makes another run's deployment once more",
      { ...waitsAt50, state: waiting({ leftBy: "r0" }), active: misfit },
      { do: "await" },
    ],
    [
      "to begin anew where an earlier run of its owner turns out to have deployed",
      { active: earlierRun, interrupted: true },
      {
        do: "beginAgain",
        status: { kind: "superseded", by: "release r9 (jo with wrangler)", release: ofEarlierRun },
      },
    ],
    [
      "that a split which the plan does not have is theirs while it soaks",
      { active: { ...misfit, ...recorded() } },
      { do: "yield", status: { kind: "misfit", percent: 60, sentence: "What was said then." } },
    ],
  ]);
});

describe("a release decides to revert", () => {
  const slow = objective({ name: "slow" });
  const { verdict } = violated();
  const blind = { kind: "blind", forMs: 2 * minute + 1, orderedMs: 0, trouble: "no answer" } as const;
  const after = 4 * minute;
  const silentTelemetry = { telemetry: silent(after, 2 * minute + 1) };
  check([
    [
      "at a violation",
      { assessment: [assessment(), violated({ slo: slow })] },
      { do: "revert", cause: { kind: "violated", slo: slow, verdict } },
    ],
    [
      "at the plan's first of two violations",
      { assessment: [violated(), violated({ slo: slow })] },
      { do: "revert", cause: { kind: "violated", slo: fiveXx, verdict } },
    ],
    [
      "not at a violation of an SLO that only observes",
      { assessment: [violated({ slo: objective({ observeOnly: true }) })] },
      { do: "keep" },
    ],
    [
      "when the telemetry is silent for longer than maxBlindTime",
      { after, seen: silentTelemetry },
      { do: "revert", cause: { ...blind, what: "telemetry" } },
    ],
    [
      "when the deployments are silent for longer than maxBlindTime",
      { after, seen: { deployments: silent(after, 2 * minute + 1) } },
      { do: "revert", cause: { ...blind, what: "deployments" } },
    ],
    ["not yet after maxBlindTime", { after, seen: { telemetry: silent(after, 2 * minute) } }, { do: "keep" }],
    [
      "for the longer of two silences, without what was ordered to wait",
      {
        after,
        seen: {
          telemetry: silent(after, 3 * minute, "HTTP 500"),
          deployments: silent(after, 4 * minute, "HTTP 429", 30_000),
        },
      },
      {
        do: "revert",
        cause: {
          ...{ kind: "blind", what: "deployments", forMs: 3.5 * minute, orderedMs: 30_000 },
          trouble: "HTTP 429",
        },
      },
    ],
    [
      "for the telemetry when that has been silent for longer",
      { after, seen: { telemetry: silent(after, 3 * minute), deployments: silent(after, 2.5 * minute) } },
      { do: "revert", cause: { ...blind, what: "telemetry", forMs: 3 * minute } },
    ],
    [
      "for a violation, even when it is blind or interrupted",
      { after, assessment: [violated()], seen: silentTelemetry, interrupted: true },
      { do: "revert", cause: { kind: "violated", slo: fiveXx, verdict } },
    ],
    [
      "for its blindness, even when it is interrupted and the plan holds",
      { after, plan: { onInterrupt: "hold" }, seen: silentTelemetry, interrupted: true },
      { do: "revert", cause: { ...blind, what: "telemetry" } },
    ],
    ["when it is interrupted", { interrupted: true }, { do: "revert", cause: { kind: "interrupted" } }],
    [
      "when it is interrupted at the end of a soak",
      { ...soaked, interrupted: true },
      { do: "revert", cause: { kind: "interrupted" } },
    ],
    [
      "not when it is interrupted and the plan holds",
      { plan: { onInterrupt: "hold" }, interrupted: true },
      { do: "hold" },
    ],
  ]);
});

describe("a release that soaks decides", () => {
  const unsure = assessment({ soak: { served: assessment().served, result: "unsure" } });
  const few = assessment({ soak: { served: assessment().served, result: "insufficient" } });
  const { served } = assessment();
  const probed = objective({ name: "probes", sli: { kind: "probes" } });
  const doubtOf = { slo: fiveXx, served } as const;
  const extend = { plan: { whenUnsure: "extend" }, assessment: [assessment(), unsure] } as const;
  check([
    ["to soak on", { after: 5 * minute - 1 }, { do: "keep" }],
    ["to enter the next stage", soaked, { do: "enter", stage: 1 }],
    ["to soak on as long as its end is not seen", { ...soaked, seen: { seenUntil: began } }, { do: "keep" }],
    [
      "to soak on while nobody knows whether more comes or both versions are in trouble",
      { ...soaked, assessment: [assessment(), assessment({ surge: 3 })] },
      { do: "keep" },
    ],
    [
      "to enter the next stage where both versions are in trouble and the SLO only compares them",
      {
        ...soaked,
        assessment: [assessment({ slo: { ...fiveXx, max: undefined, maxIncrease: 2 }, surge: 10 })],
      },
      { do: "enter", stage: 1 },
    ],
    [
      "to enter the next stage where a little more comes",
      { ...soaked, assessment: [assessment({ surge: 2.99 })] },
      { do: "enter", stage: 1 },
    ],
    [
      "to enter the next stage whatever an SLO shows that is only observed",
      { ...soaked, assessment: [assessment({ slo: { ...fiveXx, observeOnly: true }, surge: 10 })] },
      { do: "enter", stage: 1 },
    ],
    [
      "to wait for the soak's last telemetry",
      { plan: { settleTime: "30s" }, after: 5.5 * minute - 1 },
      { do: "keep" },
    ],
    [
      "to wait no longer than settleTime for it",
      { plan: { settleTime: "30s" }, after: 5.5 * minute },
      { do: "enter", stage: 1 },
    ],
    [
      "to wait for no telemetry at 0 %",
      {
        plan: {
          settleTime: "30s",
          stages: [
            { percent: 0, soakTime: "1m" },
            { percent: 100, soakTime: "1m" },
          ],
        },
      },
      { do: "enter", stage: 1 },
    ],
    ["to ask for an approval", { state: soaking({ stage: 1 }), after: 10 * minute }, { do: "await" }],
    ["that it is complete", { state: soaking({ stage: 2 }), after: 15 * minute }, { do: "complete" }],
    [
      "to make the deployment once more that another run left",
      { ...soaked, state: soaking({ leftBy: "r0" }) },
      { do: "claim" },
    ],
    ["to soak on in doubt", { ...extend, after: 10 * minute - 1 }, { do: "keep" }],
    [
      "to revert in doubt after one more soak",
      { ...extend, after: 10 * minute },
      { do: "revert", cause: { kind: "unsure", ...doubtOf, extended: true } },
    ],
    [
      "to revert in doubt at once, if the plan aborts",
      { ...soaked, plan: { whenUnsure: "abort" }, assessment: [unsure] },
      { do: "revert", cause: { kind: "unsure", ...doubtOf, extended: false } },
    ],
    [
      "to revert when too little was served, if the plan aborts",
      { ...soaked, plan: { whenUnsure: "abort" }, assessment: [assessment(), few] },
      { do: "revert", cause: { kind: "insufficient", slo: fiveXx, counts: served.new, extended: false } },
    ],
    [
      "to ask in doubt, if the plan does",
      { ...soaked, plan: { whenUnsure: "ask" }, assessment: [unsure] },
      { do: "await", doubt: { kind: "unsure", ...doubtOf } },
    ],
    [
      "to ask when too little was served, also in the last stage",
      {
        ...{ state: soaking({ stage: 2 }), after: 15 * minute, plan: { whenUnsure: "ask" } },
        assessment: [few],
      },
      { do: "await", doubt: { kind: "insufficient", slo: fiveXx, counts: served.new } },
    ],
    [
      "that a first version is complete, however little it has served",
      { isFirst: true, state: soaking({ stage: 2 }), after: 16 * minute, assessment: [few] },
      { do: "complete" },
    ],
    [
      "to ask whether a first version has its probes, which come without visitors",
      {
        ...{ isFirst: true, state: soaking({ stage: 2 }), after: 16 * minute, plan: { whenUnsure: "ask" } },
        assessment: [{ ...few, slo: probed }],
      },
      { do: "await", doubt: { kind: "insufficient", slo: probed, counts: served.new } },
    ],
    [
      "to enter the next stage without asking, where there is no doubt",
      { ...soaked, plan: { whenUnsure: "ask" } },
      { do: "enter", stage: 1 },
    ],
    [
      "to go on in doubt, if the plan does",
      { ...soaked, plan: { whenUnsure: "progress" }, assessment: [unsure] },
      { do: "enter", stage: 1 },
    ],
    [
      "to go on when only an SLO that observes is in doubt",
      { ...soaked, assessment: [{ ...unsure, slo: objective({ observeOnly: true }) }] },
      { do: "enter", stage: 1 },
    ],
  ]);

  it("nothing about a stage that the plan does not have", () => {
    assert.throws(() => decided({ state: soaking({ stage: 7 }) }), /the plan has no stage 8/);
  });
});

describe("a release that waits decides", () => {
  const until = 130 * minute;
  check([
    ["to wait on until the approval is due", { state: waiting(), after: until - 1 }, { do: "keep" }],
    [
      "to revert when nobody has approved it in time",
      { state: waiting(), after: until },
      { do: "revert", cause: { kind: "notApproved" } },
    ],
    [
      "to wait on until the deployments were read after the time",
      { state: waiting(), after: until, seen: { deployments: answered(began + until - 1) } },
      { do: "keep" },
    ],
    [
      "to make the deployment once more that another run left",
      { state: waiting({ leftBy: "r0" }), after: 11 * minute },
      { do: "claim" },
    ],
  ]);
});

describe("a release that waits in a freeze decides", () => {
  const plan: Partial<ReleasePlan> = { freeze: [{ from: "06:00", to: "07:00" }] };
  const until = began + 60 * minute;
  const told = (frozenUntil: number): Given => ({
    plan,
    state: waiting({ frozenUntil }),
    after: 11 * minute,
  });
  check([
    ["to keep what its deployment tells to the second", told(until - 999), { do: "keep" }],
    ["to tell when the freeze ends otherwise", told(until - 1000), { do: "claim" }],
  ]);
});

describe("a release whose first stage has a gate decides", () => {
  const gate = { url: "https://ci.example.com/gate" };
  const plan: Partial<ReleasePlan> = { stages: threeStages.stages.map((stage) => ({ ...stage, gate })) };
  const answer = { kind: "later", text: "it answered 202" } as const;
  const asked = (after: number): Given => ({
    ...{ plan, state: starting(), after },
    seen: { gate: { ...answer, stage: 0 } },
  });
  const timeout = 120 * minute;
  check([
    ["to ask it again within approvalTimeout", asked(timeout - 1), { do: "askGate", stage: 0 }],
    [
      "to give up after approvalTimeout",
      asked(timeout),
      { do: "giveUp", because: { kind: "gate", answer: { ...answer, stage: 0 } as never, isTimeout: true } },
    ],
    [
      "to ask it again before a write that failed is tried again: it may be shut by now",
      { plan, state: starting({ failure: failure() }), after: minute / 6 },
      { do: "askGate", stage: 0 },
    ],
    [
      "to try a write again that failed once it is open, however long it has been shut",
      {
        ...{
          plan,
          state: starting({ failure: failure({ since: began + 90 * minute }) }),
          after: 90 * minute + 29_999,
        },
        seen: { gate: { kind: "open", text: "", stage: 0 } },
      },
      { do: "enter", stage: 0 },
    ],
    [
      "to look on where it is shut for good and the first split may still appear",
      {
        ...{ plan, state: starting({ failure: failure({ lostAt: began }) }), after: 14_999 },
        seen: { gate: { kind: "closed", text: "it answered 403", stage: 0 } },
      },
      { do: "keep" },
    ],
    [
      "to give up where a freeze has begun meanwhile",
      { ...asked(minute), plan: { ...plan, freeze: [{ from: "06:00", to: "07:00" }] } },
      {
        do: "giveUp",
        because: { kind: "frozen", until: began + 60 * minute, now: began + minute },
      },
    ],
  ]);
});

describe("a release whose writes fail decides", () => {
  const stuck = { do: "revert", cause: { kind: "stuck", trouble: "no answer" } } as const;
  const refused = failure({ since: began + 5 * minute, forGood: true });
  const gone = { ...refused, oldIsGone: true };
  const failedAt = (ms: number): State => soaking({ failure: failure({ since: began + ms }) });
  check([
    [
      "to try again for maxBlindTime",
      { state: failedAt(5 * minute), after: 7 * minute },
      { do: "enter", stage: 1 },
    ],
    ["to revert after that", { state: failedAt(5 * minute), after: 7 * minute + 1 }, stuck],
    ["to revert at once when it is refused", { ...soaked, state: soaking({ failure: refused }) }, stuck],
    [
      "to revert when it cannot ask for an approval",
      { state: soaking({ stage: 1, failure: refused }), after: 10 * minute },
      stuck,
    ],
    [
      "that it is complete though it cannot record it",
      { state: soaking({ stage: 2, failure: refused }), after: 15 * minute },
      { do: "completeUnrecorded", trouble: "no answer" },
    ],
    [
      "to try again to record that it is complete",
      { state: soaking({ stage: 2, failure: failure({ since: began + 15 * minute }) }), after: 15 * minute },
      { do: "complete" },
    ],
    [
      "to look on where it cannot record it, and nobody can say what is deployed",
      {
        ...{ state: soaking({ stage: 2, failure: refused }), after: 15 * minute },
        seen: { deployments: { ...silent(15 * minute, 5000), failures: 1 } },
      },
      { do: "keep" },
    ],
    [
      "that nothing is wrong while it needs no write",
      { state: soaking({ failure: refused }), after: minute },
      { do: "keep" },
    ],
    [
      "that nothing is wrong when it only cannot make another run's deployment once more",
      { state: soaking({ failure: refused, leftBy: "r0" }) },
      { do: "claim" },
    ],
    [
      "to go to all traffic when the old version can no longer be deployed",
      { ...soaked, state: soaking({ failure: gone }) },
      { do: "enter", stage: 2, isOneWay: true },
    ],
    [
      "to revert when that does not work either for maxBlindTime",
      { state: soaking({ failure: gone }), after: 7 * minute + 1 },
      stuck,
    ],
    [
      "to revert when the old version is gone and it has to ask for an approval",
      { state: soaking({ stage: 1, failure: { ...gone, since: began + 10 * minute } }), after: 10 * minute },
      stuck,
    ],
  ]);
});

describe("a release before its first split decides", () => {
  const unread = (ms: number, after: number): Partial<Observation> => ({
    deployments: { ...silent(after, ms), failures: 1 },
  });
  const begin = (changes: Parameters<typeof starting>[0]): { readonly state: State } => ({
    state: starting(changes),
  });
  const openAt = minute + lateWriteMs - 1;
  const recordedBy = (changes: Parameters<typeof recorded>[0]): Deployment =>
    deployment({ split: between(oldVersion, newVersion, 25), ...recorded(changes) });
  const overtaken = (by: string): Action => ({ do: "giveUp", because: { kind: "overtaken", by } });
  const stuck = { do: "revert", cause: { kind: "stuck", trouble: "no answer" } } as const;
  const ended = recordedBy({ phase: "aborted" });
  const notOurs = recordedBy({ id: "r9", run: "r9" });
  const again: Action = {
    ...{ do: "beginAgain" },
    status: {
      ...{ kind: "superseded", by: "release r9 (jo with wrangler)" },
      release: aRecord({ id: "r9", run: "r9" }),
    },
  };
  check([
    ["to deploy it", begin({}), { do: "enter", stage: 0 }],
    ["to deploy that of a later stage", begin({ stage: 2 }), { do: "enter", stage: 2 }],
    [
      "to move nothing when it is interrupted",
      { ...begin({}), interrupted: true },
      { do: "giveUp", because: { kind: "interrupted" } },
    ],
    [
      "to move nothing when it is interrupted, though Cloudflare has ordered to wait with the write",
      { ...begin({ failure: failure({ notBefore: began + 60_000 }) }), interrupted: true },
      { do: "giveUp", because: { kind: "interrupted" } },
    ],
    [
      "to move nothing when somebody has deployed",
      { ...begin({}), active: hotfix, interrupted: true },
      overtaken("jo with wrangler"),
    ],
    [
      "to move nothing when somebody has made its split at another percentage",
      {
        ...begin({}),
        active: deployment({ split: between(oldVersion, newVersion, 60), ...recorded() }),
      },
      overtaken("somebody else"),
    ],
    [
      "to try for half a minute",
      { ...begin({ failure: failure() }), after: 29_999 },
      { do: "enter", stage: 0 },
    ],
    [
      "to give up after half a minute",
      { ...begin({ failure: failure() }), after: 30_000 },
      { do: "giveUp", because: { kind: "writesFail", trouble: "no answer" } },
    ],
    [
      "to give up at once when it is refused",
      { ...begin({ failure: failure({ forGood: true }) }), after: 0 },
      { do: "giveUp", because: { kind: "writesFail", trouble: "no answer" } },
    ],
    [
      "that it was interrupted, when it was refused as well",
      { ...begin({ failure: failure({ forGood: true }) }), interrupted: true },
      { do: "giveUp", because: { kind: "interrupted" } },
    ],
    [
      "to try again as long as the readings do not show a lost write",
      { ...begin({ failure: failure({ lostAt: began }) }), after: 20_000 },
      { do: "enter", stage: 0 },
    ],
    [
      "to look on, and give nothing up, while a lost write may still show",
      { ...begin({ failure: lost }), after: openAt, interrupted: true },
      { do: "keep" },
    ],
    [
      "to give up once it can no longer show",
      { ...begin({ failure: lost }), after: openAt + 1, interrupted: true },
      { do: "giveUp", because: { kind: "interrupted" } },
    ],
    [
      "to look on where a lost write may have happened and the readings fail",
      { ...begin({ failure: lost }), after: 3 * minute, seen: unread(2 * minute, 3 * minute) },
      { do: "keep" },
    ],
    [
      "to look on where an earlier run's split was read last, and the readings fail",
      {
        ...begin({ failure: lost }),
        active: notOurs,
        after: 3 * minute,
        seen: unread(2 * minute, 3 * minute),
      },
      { do: "keep" },
    ],
    [
      "to put it back where that lasts longer than maxBlindTime",
      { ...begin({ failure: lost }), after: 3 * minute, seen: unread(2 * minute + 1, 3 * minute) },
      stuck,
    ],
    [
      "to put it back where the readings fail and it is interrupted",
      { ...begin({ failure: lost }), seen: unread(5000, minute), interrupted: true },
      stuck,
    ],
    [
      "to try again where the readings fail and no write was lost",
      { ...begin({ failure: failure() }), after: 10_000, seen: unread(5000, 10_000) },
      { do: "enter", stage: 0 },
    ],
    [
      "to end when a record shows that it was deployed and has ended",
      { ...begin({}), active: ended },
      {
        do: "yield",
        status: {
          kind: "ended",
          record: aRecord({ phase: "aborted" }),
          sentence: "What was said then.",
        },
      },
    ],
    [
      "to end when a record shows that another run goes on with it",
      { ...begin({}), active: recordedBy({ run: "r2" }) },
      { do: "yield", status: { kind: "takenOver", record: aRecord({ run: "r2" }) } },
    ],
    [
      "to begin anew though a write of its own may still be made over it",
      { ...begin({ failure: lost }), active: notOurs, after: openAt },
      again,
    ],
    [
      "not to begin anew over a run that began after it",
      { ...begin({}), active: recordedBy({ id: "r9", run: "r9", startedAt: began + 1 }) },
      overtaken("release r9 (jo with wrangler)"),
    ],
    [
      "not to begin anew over an earlier release that another run goes on with since",
      { ...begin({}), active: recordedBy({ id: "r9", run: "r10", drivenSince: began + 1 }) },
      overtaken("release r9 (jo with wrangler)"),
    ],
    [
      "to look on meanwhile as long as a lost write may show",
      { ...begin({ failure: lost }), active: ended, after: openAt },
      { do: "keep" },
    ],
    [
      "to look on while a lost write may be made over somebody's deployment",
      { ...begin({ failure: lost }), active: hotfix, after: openAt },
      { do: "keep" },
    ],
    [
      "to leave it to them once it can no longer be made",
      { ...begin({ failure: lost }), active: hotfix, after: openAt + 1 },
      theirs,
    ],
    [
      "to begin anew when an earlier run of its owner turns out to have deployed",
      { ...begin({}), active: notOurs },
      again,
    ],
    [
      "not to begin anew when it is interrupted",
      { ...begin({}), active: notOurs, interrupted: true },
      overtaken("release r9 (jo with wrangler)"),
    ],
    [
      "not to begin anew when somebody else's run has deployed",
      { ...begin({}), active: recordedBy({ id: "r9", run: "r9", owner: "owner-2" }) },
      overtaken("release r9 (jo with wrangler)"),
    ],
    [
      "not to begin anew over a release that has ended",
      { ...begin({}), active: recordedBy({ id: "r9", run: "r9", phase: "completed" }) },
      overtaken("release r9 (jo with wrangler)"),
    ],
  ]);
});
