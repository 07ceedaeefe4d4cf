import assert from "node:assert/strict";
import { Judgement, type Place } from "../../provider/health/judgement";
import { courseOf, Tally } from "../../provider/rollout/look/tally";
import { stagesSoFar } from "../../provider/rollout/state";
import { aRelease, began, minute, soaking } from "./situations";

/** A judgement that only remembers how far behind a change of the split the buckets were that it was given. */
class Listener extends Judgement {
  readonly sinceChange: (number | undefined)[] = [];

  constructor() {
    super({ max: 0.01 }, 0.01);
  }

  override add(_bucket: unknown, { sinceChange }: Place = {}): void {
    this.sinceChange.push(sinceChange);
  }
}

describe("what is planned of a release", () => {
  const stages = (...percents: number[]) => percents.map((percent) => ({ percent, soakTime: "95s" }));
  for (const [what, percents, changes] of [
    ["with one stage", [100], 0],
    ["that begins with users", [10, 50, 100], 2],
    ["that begins without users", [0, 50, 100], 1],
  ] as const) {
    it(`${what} is how long it soaks, in whole polls, and how often the split of users changes`, () => {
      const { plan } = aRelease({ stages: stages(...percents), pollInterval: "10s" });
      assert.deepEqual(courseOf(plan), { buckets: Math.ceil(9.5 * percents.length), changes });
    });
  }
});

describe("a bucket is judged by how many lie between it and the last change of the split", () => {
  const { plan } = aRelease({ warmUp: "20s" });
  const state = soaking({
    ...{ stage: 1, since: began + minute },
    past: [{ stage: 0, startedAt: began, endedAt: began + minute }],
  });

  it("without those that are not judged, and not in the first stage", () => {
    const listener = new Listener();
    const tally = new Tally(listener);
    const counts = { valid: 10, bad: 0 };
    for (let at = 0; at < 2 * minute; at += 10_000) {
      tally.add({ start: began + at, new: counts, old: counts }, plan, stagesSoFar(state));
    }
    assert.deepEqual(listener.sinceChange, [undefined, undefined, undefined, undefined, 0, 1, 2, 3]);
  });
});

describe("the share that the new version serves", () => {
  it("is not judged in a stage that has none: what it serves there comes from elsewhere", () => {
    const { plan } = aRelease({
      stages: [
        { percent: 0, soakTime: "5m" },
        { percent: 100, soakTime: "5m" },
      ],
    });
    const tally = new Tally(new Judgement({ max: 0.01 }, 0.01));
    for (let at = 0; at < 5 * minute; at += 10_000) {
      const bucket = { start: began + at, new: { valid: 50, bad: 0 }, old: { valid: 50, bad: 0 } };
      tally.add(bucket, plan, stagesSoFar(soaking()), { isSettled: true, tellsShare: true });
    }
    assert.equal(tally.wrongShare, undefined);
  });

  it("is not told by a bucket that a change of the split falls into", () => {
    const { plan } = aRelease({
      stages: [
        { percent: 10, soakTime: "5m" },
        { percent: 50, soakTime: "5m" },
        { percent: 100, soakTime: "5m" },
      ],
    });
    const change = began + minute + 9000;
    const state = soaking({
      ...{ stage: 1, since: change },
      past: [{ stage: 0, startedAt: began, endedAt: change }],
    });
    const tally = new Tally(new Judgement({ max: 0.01 }, 0.01));
    for (let at = 0; at < 5 * minute; at += 10_000) {
      const fresh = began + at < change ? 200 : 1000;
      const bucket = {
        start: began + at,
        new: { valid: fresh, bad: 0 },
        old: { valid: 2000 - fresh, bad: 0 },
      };
      tally.add(bucket, plan, stagesSoFar(state), { isSettled: true, tellsShare: true });
    }
    assert.equal(tally.wrongShare, undefined);
  });
});
