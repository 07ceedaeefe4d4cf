import assert from "node:assert/strict";
import { statusOf, type DeploymentStatus } from "../../provider/rollout/deploymentStatus";
import { follow } from "../../provider/rollout/follow";
import type { Deployment } from "../../provider/rollout/ports";
import type { Release } from "../../provider/rollout/release";
import type { State } from "../../provider/rollout/state";
import { RecordingProgress } from "../fakes/progress";
import { all, newVersion, oldVersion, otherVersion } from "./simulate";
import {
  aRecord,
  aRelease,
  began,
  between,
  deployment,
  failure,
  minute,
  recorded,
  soaking,
  starting,
  waiting,
} from "./situations";

const at25 = between(oldVersion, newVersion, 25);
const at50 = between(oldVersion, newVersion, 50);
const by = "jo with wrangler";
const sentence = "What was said then.";
const first = aRelease({}, { oldVersionId: undefined });

type Case = readonly [string, State, Deployment | undefined, DeploymentStatus, Release?];

const cases: readonly Case[] = [
  ["the release's own", soaking(), deployment({ id: "ours" }), { kind: "ours" }],
  ["the one it starts from", starting(), deployment({ id: "before" }), { kind: "ours" }],
  ["none, where there was none", starting({ before: undefined }), undefined, { kind: "ours" }],
  [
    "none, where there was one",
    soaking(),
    undefined,
    { kind: "superseded", by: "somebody who deleted the Worker's deployments" },
  ],
  [
    "its split after a write whose answer was lost",
    starting(),
    deployment({ split: at25, ...recorded() }),
    { kind: "moved", record: aRecord(), deployment: deployment({ split: at25, ...recorded() }) },
  ],
  [
    "its split with a share that the plan does not have",
    soaking(),
    deployment({ split: between(oldVersion, newVersion, 60), ...recorded() }),
    { kind: "misfit", percent: 60, sentence },
  ],
  [
    "its end by somebody's command",
    soaking(),
    deployment({ ...recorded({ phase: "aborted", run: "r2" }) }),
    { kind: "ended", record: aRecord({ phase: "aborted", run: "r2" }), sentence },
  ],
  [
    "one of another run of it",
    soaking(),
    deployment({ split: at25, ...recorded({ run: "r2" }) }),
    { kind: "takenOver", record: aRecord({ run: "r2" }) },
  ],
  [
    "one of another run of it, before its first split",
    starting(),
    deployment({ split: at25, ...recorded({ run: "r2" }) }),
    { kind: "takenOver", record: aRecord({ run: "r2" }) },
  ],
  [
    "one of the run that left it",
    soaking({ leftBy: "r0" }),
    deployment({ split: at25, ...recorded({ run: "r0" }) }),
    {
      ...{ kind: "moved", record: aRecord({ run: "r0" }) },
      deployment: deployment({ split: at25, ...recorded({ run: "r0" }) }),
    },
  ],
  [
    "one of another release under way",
    soaking(),
    deployment({ split: at25, ...recorded({ id: "r9", owner: "owner-2" }) }),
    {
      ...{ kind: "superseded", by: `release r9 (${by})` },
      release: aRecord({ id: "r9", owner: "owner-2" }),
    },
  ],
  [
    "one of another release that has ended",
    soaking(),
    deployment({ ...recorded({ id: "r9", phase: "completed" }) }),
    { kind: "superseded", by: `release r9 (${by})`, release: undefined },
  ],
  [
    "the next stage's split while it waits",
    waiting(),
    deployment({ split: all(newVersion), createdAt: began + 7 }),
    { kind: "approved", by, at: began + 7 },
  ],
  [
    "the next stage's split, and a version at 0 %",
    waiting(),
    deployment({ split: between(oldVersion, newVersion, 100) }),
    { kind: "approved", by, at: began },
  ],
  [
    "the next stage's split while it soaks",
    soaking(),
    deployment({ split: at50 }),
    { kind: "superseded", by },
  ],
  [
    "another split while it waits",
    waiting(),
    deployment({ split: between(oldVersion, newVersion, 60) }),
    { kind: "superseded", by },
  ],
  [
    "the old version alone, by what looks like a release and is none",
    soaking(),
    deployment({ split: all(oldVersion), isUnproven: true, message: "Late." }),
    { kind: "superseded", by, said: "Late." },
  ],
  ["the old version alone", soaking(), deployment({ split: all(oldVersion) }), { kind: "rolledBack", by }],
  [
    "the old version alone, with a message",
    soaking(),
    deployment({ split: all(oldVersion), message: "carts are lost" }),
    { kind: "rolledBack", by, said: "carts are lost" },
  ],
  ["the new version alone", soaking(), deployment({ split: all(newVersion) }), { kind: "promoted", by }],
  [
    "the new version alone, where there is no old one",
    soaking(),
    deployment({ split: all(newVersion) }),
    { kind: "promoted", by },
    first,
  ],
  ["another version", soaking(), deployment({ split: all(otherVersion) }), { kind: "superseded", by }],
];

describe("the active deployment, to a release, is", () => {
  for (const [what, state, active, expected, release = aRelease()] of cases) {
    it(`${what}: ${expected.kind}`, () => {
      assert.deepEqual(statusOf(release, state, active), expected);
    });
  }
});

describe("a release that has moved without this turn", () => {
  function followed(state: State, active: Deployment, now = began + 20 * minute): [State, readonly string[]] {
    const progress = new RecordingProgress();
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    return [follow(aRelease(), state, active, { clock, progress }), progress.events];
  }

  it("soaks since its split was deployed, and that is told", () => {
    const lost = starting({ failure: failure() });
    const active = deployment({ split: at25, ...recorded(), createdAt: began + minute });
    const expected = soaking({ since: began + minute, deploymentId: "theirs" });
    assert.deepEqual(followed(lost, active), [expected, [sentence]]);
  });

  it("has passed the stage before", () => {
    const said = recorded({ stage: 1 });
    const [state] = followed(soaking(), deployment({ split: at50, ...said, createdAt: began + 5 * minute }));
    const past = [{ stage: 0, startedAt: began, endedAt: began + 5 * minute }];
    const times = { stage: 1, since: began + 5 * minute, past };
    assert.deepEqual(state, soaking({ ...times, deploymentId: "theirs" }));
  });

  it("waits where its record says so, and keeps when it began to soak", () => {
    const before = soaking({ stage: 1 });
    const said = recorded({ stage: 1, phase: "wait", next: 100 });
    const [state] = followed(before, deployment({ split: at50, ...said, createdAt: began + 10 * minute }));
    assert.deepEqual(state, waiting({ deploymentId: "theirs" }));
  });

  it("has not done so before its stage began, nor later than now, whatever Cloudflare's clock says", () => {
    const said = recorded();
    const early = deployment({ split: at25, ...said, createdAt: began - minute });
    assert.equal(followed(starting(), early)[0].since, began);
    const late = deployment({ split: at25, ...said, createdAt: began + 60 * minute });
    assert.equal(followed(starting(), late)[0].since, began + 20 * minute);
  });

  it("by the run that left it remembers which run that was", () => {
    const active = deployment({ split: at50, ...recorded({ run: "r0", stage: 1 }) });
    const [state] = followed(soaking({ leftBy: "r0" }), active);
    assert.equal(state.phase !== "starting" && state.leftBy, "r0");
  });

  it("and is in that stage already was deployed twice: nothing begins anew", () => {
    const lost = failure({ lostAt: began });
    const soaks = deployment({ id: "again", split: at25, ...recorded(), createdAt: began + minute });
    const [state] = followed(soaking({ failure: lost }), soaks);
    assert.deepEqual(state, soaking({ deploymentId: "again", lostAt: began }));
    const said = recorded({ stage: 1, phase: "wait", next: 100 });
    const waits = deployment({ id: "again", split: at50, ...said, createdAt: began + 11 * minute });
    assert.deepEqual(
      followed(waiting({ failure: lost }), waits)[0],
      waiting({ deploymentId: "again", lostAt: began }),
    );
  });

  it("stays the same where it has not", () => {
    const state = soaking();
    assert.deepEqual(followed(state, deployment({ split: all(otherVersion) })), [state, []]);
  });
});
