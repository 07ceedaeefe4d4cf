import assert from "node:assert/strict";
import type { Deployment, PastDeployments } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import { readHistory } from "../../provider/view/history";
import { historyView, type HistoryView } from "../../provider/view/schema";
import { all, newVersion, oldVersion } from "../rollout/simulate";
import { began, between, deployment, minute, recorded } from "../rollout/situations";

/** Deployments, newest first, of which ten are listed. */
function pastOf(...made: Deployment[]): PastDeployments & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    recent: () => Promise.resolve(made.slice(0, 10)),
    named: (id) => {
      asked.push(id);
      return Promise.resolve(made.find((each) => each.id === id));
    },
  };
}

function of(id: string, at: number, changes: Partial<ReleaseRecord>): Deployment {
  const split = changes.phase === "soak" ? between(oldVersion, newVersion, 25) : all(newVersion);
  return deployment({ id, createdAt: began + at * minute, split, ...recorded({ stages: 3, ...changes }) });
}

const history = (past: PastDeployments, most = 20): Promise<HistoryView> =>
  readHistory("checkout", most, past, { now: () => began });

/** A release of three stages that completes. */
const completed = (id: string, at: number, previous?: string): Deployment[] => {
  const named = { id, ...(previous && { previous }) };
  return [
    of(`${id}-end`, at + 3, { ...named, phase: "completed", stage: 2 }),
    of(`${id}-3`, at + 2, { ...named, phase: "soak", stage: 2 }),
    of(`${id}-2`, at + 1, { ...named, phase: "soak", stage: 1 }),
    of(`${id}-1`, at, { ...named, phase: "soak", stage: 0 }),
  ];
};

const told = ({ entries }: HistoryView): string[] =>
  entries.map((entry) => (entry.kind === "release" ? `${entry.id} ${entry.status}` : entry.author));

describe("the history of a Worker", () => {
  it("is its releases and what others have deployed, newest first", async () => {
    const past = pastOf(
      of("d9", 40, { id: "r3", phase: "soak", stage: 0 }),
      deployment({ id: "d8", author: "jo with wrangler" }),
      of("d7", 20, { id: "r2", phase: "soak", stage: 1 }),
      ...completed("r1", 5),
    );
    const read = await history(past);
    historyView.parse(read);
    assert.deepEqual(told(read), ["r3 underWay", "jo with wrangler", "r2 superseded", "r1 completed"]);
    assert.equal(read.isCutOff, false);
    assert.deepEqual(past.asked, []);
  });

  it("goes on with releases that Cloudflare no longer lists, each named by the one after it", async () => {
    const past = pastOf(
      ...completed("r5", 50, "r4-end"),
      ...completed("r4", 40, "r3-end"),
      ...completed("r3", 30, "r2-end"),
      ...completed("r2", 20, "r1-end"),
      ...completed("r1", 10),
    );
    const read = await history(past);
    assert.deepEqual(
      told(read),
      ["r5", "r4", "r3", "r2", "r1"].map((id) => `${id} completed`),
    );
    assert.deepEqual(past.asked, ["r2-end", "r1-end"]);
    assert.equal(read.isCutOff, true);
    assert.deepEqual(told(await history(past, 4)).length, 4);
    assert.deepEqual(told(await history(past, 2)), ["r5 completed", "r4 completed"]);
  });

  it("ends where a release names one that is not there, or one that it knows", async () => {
    assert.deepEqual(told(await history(pastOf(...completed("r1", 5, "gone")))), ["r1 completed"]);
    assert.deepEqual(told(await history(pastOf(...completed("r1", 5, "r1-end")))), ["r1 completed"]);
  });

  it("says nothing of the oldest of a full list, which cannot prove what it is", async () => {
    const unproven = deployment({ id: "u", isUnproven: true, author: "ci with api" });
    const others = Array.from({ length: 9 }, (_, index) => deployment({ id: `d${index}`, author: "jo" }));
    assert.deepEqual(
      told(await history(pastOf(...others, unproven))),
      others.map(() => "jo"),
    );
    assert.deepEqual(told(await history(pastOf(unproven))), ["ci with api"]);
  });

  it("of a Worker that was never deployed is empty", async () => {
    assert.deepEqual(told(await history(pastOf())), []);
  });
});
