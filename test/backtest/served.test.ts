import assert from "node:assert/strict";
import { periodsOf } from "../../provider/backtest/periods";
import { servedSince } from "../../provider/backtest/served";
import type { Deployment, PastDeployments } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import { aRecord, deployment } from "../rollout/situations";
import { hour, midnight, minute } from "./traces";

const from = midnight - 48 * hour;
const to = midnight + 20 * hour;

const all = (versionId: string) => [{ versionId, percent: 100 }];
const half = [
  { versionId: "old", percent: 50 },
  { versionId: "new", percent: 50 },
];

/** A deployment of a release that began at an hour. */
function made(
  id: string,
  at: number,
  split: Deployment["split"],
  record?: Partial<ReleaseRecord>,
): Deployment {
  return deployment({
    ...{ id, createdAt: midnight + at * hour, split },
    record: record === undefined ? undefined : aRecord(record),
  });
}

async function periods(
  recent: readonly Deployment[],
  older: readonly Deployment[] = [],
): Promise<[versionId: string, from: number, to: number][]> {
  const past: PastDeployments = {
    recent: () => Promise.resolve(recent),
    named: (id) => Promise.resolve([...recent, ...older].find((each) => each.id === id)),
  };
  const served = await servedSince(from, past);
  return periodsOf(served, from, to).map((one) => [
    one.versionId,
    (one.from - midnight) / hour,
    (one.to - midnight) / hour,
  ]);
}

const spread = minute / hour;
const second = { id: "r2", startedAt: midnight + 10 * hour, oldVersionId: "b", newVersionId: "c" };
const first = { id: "r1", startedAt: midnight + 4 * hour, oldVersionId: "a", newVersionId: "b" };

describe("who served a Worker", () => {
  const end = made("e2", 12, all("c"), { ...second, phase: "completed", previous: "e1" });
  const last = made("s2", 11, half, { ...second, phase: "soak", previous: "e1" });
  const before = made("e1", 5, all("b"), { ...first, phase: "completed" });

  it("is told by releases whose deployments are no longer listed, but for their stages", async () => {
    assert.deepEqual(await periods([end, last], [before]), [
      ["a", -48, 4],
      ["b", 5 + spread, 10],
      ["c", 12 + spread, 20],
    ]);
  });

  it("is not told twice where a release is listed from its begin on", async () => {
    const begun = made("s1", 4, half, { ...first, phase: "soak" });
    const upload = made("d0", 0, all("a"));
    assert.deepEqual(await periods([end, last, before, begun, upload]), [
      ["a", spread, 4],
      ["b", 5 + spread, 11],
      ["c", 12 + spread, 20],
    ]);
  });

  it("is not known where somebody has deployed something else in between", async () => {
    const other = made("e1", 5, all("x"), { ...first, phase: "aborted" });
    assert.deepEqual(await periods([end, last], [other]), [
      ["a", -48, 4],
      ["c", 12 + spread, 20],
    ]);
  });

  it("is what is listed where no release was made", async () => {
    assert.deepEqual(await periods([made("d1", 6, all("b")), made("d0", 0, all("a"))]), [
      ["a", spread, 6],
      ["b", 6 + spread, 20],
    ]);
    assert.deepEqual(await periods([]), []);
  });
});
