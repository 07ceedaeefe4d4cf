import assert from "node:assert/strict";
import type { Deployment } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import { pastOf } from "../../provider/rollout/servedBefore";
import { all } from "./simulate";
import { aRecord, between, deployment } from "./situations";

/** A deployment of a release from one version to another, at the end of it unless told otherwise. */
function ofRelease(from: string, to: string, phase: ReleaseRecord["phase"], isWayBack = false): Deployment {
  const record = aRecord({
    oldVersionId: from,
    newVersionId: to,
    phase,
    ...(isWayBack && { isWayBack: true }),
  });
  const kept = phase === "completed" || (phase === "inconclusive" && isWayBack);
  const split = phase === "soak" ? between(from, to, 100) : all(kept ? to : from);
  return deployment({ split, record });
}

const completed = (from: string, to: string): Deployment => ofRelease(from, to, "completed");
const byHand = (versionId: string): Deployment => deployment({ split: all(versionId) });
const unproven = (versionId: string): Deployment => deployment({ split: all(versionId), isUnproven: true });

describe("the versions that served before", () => {
  const cases: [string, Deployment[], string[], string[]][] = [
    ["none, on a Worker that was never deployed", [], [], []],
    ["none, beside the one that serves", [byHand("a")], [], []],
    [
      "the one that the last release began from",
      [completed("a", "b"), ofRelease("a", "b", "soak")],
      ["a 1"],
      [],
    ],
    ["those of the releases before", [completed("b", "c"), completed("a", "b")], ["b 1", "a 2"], []],
    [
      "what somebody has deployed by hand",
      [completed("h", "c"), byHand("h"), completed("a", "b")],
      ["h 1", "b 2", "a 3"],
      [],
    ],
    [
      "not one that was aborted",
      [ofRelease("a", "b", "aborted"), ofRelease("a", "b", "soak"), byHand("a")],
      [],
      ["b"],
    ],
    [
      "not one that was aborted after it had served",
      [ofRelease("b", "a", "aborted"), completed("a", "b"), completed("z", "a")],
      ["z 2"],
      ["a"],
    ],
    [
      "one that was aborted, and has served since",
      [completed("a", "c"), completed("z", "a"), ofRelease("z", "a", "aborted")],
      ["a 1", "z 2"],
      [],
    ],
    [
      "nor one whose release ended without a verdict",
      [ofRelease("a", "b", "inconclusive"), byHand("a")],
      [],
      [],
    ],
    [
      "not the one that was left by a way back",
      [ofRelease("b", "a", "completed", true), completed("a", "b")],
      [],
      ["b"],
    ],
    [
      "not the one that was left for a version with the content of an older one",
      [ofRelease("b", "a2", "completed", true), completed("a", "b")],
      ["a 2"],
      ["b"],
    ],
    ["not one that somebody has rolled back by hand", [byHand("a"), byHand("b"), byHand("a")], [], ["b"]],
    [
      "not one that was gone back to and did not do well",
      [completed("a", "c"), ofRelease("b", "a", "inconclusive", true), completed("a", "b")],
      [],
      ["a", "b"],
    ],
    [
      "not one whose record is not proven",
      [completed("a", "b"), unproven("x"), byHand("z")],
      ["a 1", "z 2"],
      [],
    ],
  ];
  for (const [what, recent, good, bad] of cases) {
    it(what, () => {
      const past = pastOf(recent);
      const found = past.good.map(({ versionId, releasesAgo }) => `${versionId} ${releasesAgo}`);
      assert.deepEqual([found, past.bad], [good, bad]);
    });
  }
});
