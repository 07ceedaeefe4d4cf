import assert from "node:assert/strict";
import type { Notice, Notices } from "../../provider/rollout/ports";
import {
  all,
  badNewVersion,
  newVersion,
  oldVersion,
  quietTraffic,
  release,
  seedPlan,
  world,
  type World,
} from "./simulate";

/** Remembers whom it is told of. */
class Heard implements Notices {
  readonly notices: Notice[] = [];

  tell(notice: Notice): void {
    this.notices.push(notice);
  }

  get kinds(): string[] {
    return this.notices.map(({ kind, place }) => (place ? `${kind} ${place.stage}/${place.stages}` : kind));
  }
}

function heardBy(notices: Notices, outside: World = world(quietTraffic)): World & { notices: Notices } {
  return { ...outside, notices };
}

describe("others hear of a release", () => {
  it("that it has started, of each stage, and that it is complete", async () => {
    const notices = new Heard();
    const outcome = await release(heardBy(notices));
    assert.deepEqual(notices.kinds, [
      "started 1/5",
      "stage 2/5",
      "stage 3/5",
      "stage 4/5",
      "stage 5/5",
      "completed",
    ]);
    const [started] = notices.notices;
    assert.deepEqual(started, {
      kind: "started",
      releaseId: outcome.releaseId,
      scriptName: "checkout",
      newVersionId: newVersion,
      oldVersionId: oldVersion,
      place: { stage: 1, stages: 5, percent: 0 },
      text: "Release of checkout: stage 1 of 5 (0 %), soaks 1m.",
      at: started?.at,
    });
    assert.equal(notices.notices.at(-1)?.text, outcome.reason);
  });

  it("that it waits for a person, and that it ends because nobody came", async () => {
    const notices = new Heard();
    const [first, ...others] = seedPlan.stages;
    const stages = [{ ...first, percent: 0, soakTime: "1m", progression: "manual" as const }, ...others];
    await release(heardBy(notices), {
      plan: { ...seedPlan, stages, approvalTimeout: "5m" },
    });
    assert.deepEqual(notices.kinds, ["started 1/5", "waiting 1/5", "inconclusive"]);
    assert.match(
      notices.notices[1]?.text ?? "",
      /waits for an approval to go to 25 %: workers-release approve/,
    );
  });

  it("that it is aborted, once the traffic is back", async () => {
    const outside = world(badNewVersion(0.2));
    const splits: unknown[] = [];
    const notices: Notices = {
      tell: ({ kind }) => {
        if (kind === "aborted") splits.push(outside.deployments.made[0]?.split);
      },
    };
    await release(heardBy(notices, outside));
    assert.deepEqual(splits, [all(oldVersion)]);
  });

  it("nothing where nothing is released", async () => {
    const notices = new Heard();
    await release(heardBy(notices, world(quietTraffic, all(newVersion))));
    assert.deepEqual(notices.kinds, []);
  });

  it("while it goes on whatever they do", async () => {
    const notices: Notices = {
      tell: ({ place }) => {
        if (place) throw new Error("nobody listens");
      },
    };
    const outcome = await release(heardBy(notices));
    assert.equal(outcome.status, "completed");
  });
});
