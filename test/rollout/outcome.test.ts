import assert from "node:assert/strict";
import { noCounts } from "../../provider/health/series";
import { stageReports } from "../../provider/rollout/report";
import type { Release } from "../../provider/rollout/release";
import { nothingObserved } from "../../provider/rollout/look/observation";
import { newVersion, oldVersion, request } from "./simulate";

describe("the report of a stage", () => {
  it("leaves the bucket in which the next stage began to that one", () => {
    const { plan, scriptName, retry } = request();
    const [startedAt, movedAt, now] = [0, 65_000, 70_000];
    const release: Release = {
      id: "r1",
      run: "r1",
      owner: "owner-1",
      scriptName,
      retry,
      plan,
      newVersionId: newVersion,
      oldVersionId: oldVersion,
      startedAt,
    };
    const past = [{ stage: 0, startedAt, endedAt: movedAt }];
    const state = {
      phase: "soaking",
      stage: 1,
      since: movedAt,
      deploymentId: "d",
      past,
      failure: undefined,
      lostAt: undefined,
      leftBy: undefined,
    } as const;
    const allBad = { start: 60_000, new: { valid: 20, bad: 20 }, old: noCounts };
    const sight = { ...nothingObserved(release, undefined, now, true), series: [[allBad], [allBad]] };
    const reports = stageReports(release, state, sight, now);
    assert.ok(reports[0]?.slos[0] && !("observeOnly" in reports[0].slos[0]), "it is judged, not observed");
    assert.deepEqual(
      reports.map(({ percent, slos: [slo] }) => [percent, slo?.valid, slo?.verdict]),
      [
        [0, 0, "healthy"],
        [25, 20, "violated"],
      ],
    );
  });
});
