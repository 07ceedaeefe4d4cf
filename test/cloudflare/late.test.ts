import assert from "node:assert/strict";
import { newVersion } from "../rollout/simulate";
import { visit } from "./live/model";
import { releaseLive, versionOf, type LiveRelease } from "./live/release";

const plan: LiveRelease["plan"] = {
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 50, soakTime: "4m" },
    { percent: 100, soakTime: "2m" },
  ],
};

/** 20 requests in each second, of which the new version answers so many with an error; found 10 to 45 s later. */
const late =
  (failures: number): LiveRelease["rowsOf"] =>
  (second) =>
    Array.from({ length: 20 }, (_, index) => {
      const version = versionOf(index, second);
      const fails = version === newVersion && index < failures;
      const delayMs = 10_000 + 1000 * ((index * 7 + (second.at / 1000) * 11) % 36);
      return visit(version, second.at, {
        foundAt: second.at + delayMs,
        "$workers.event.response.status": fails ? 500 : 200,
      });
    });

describe("a release whose telemetry is found 10 to 45 s late", function () {
  this.timeout(120_000);

  for (const pollInterval of ["2s", "10s"] as const) {
    it(`aborts a bad version within a minute and a half, with looks every ${pollInterval}`, async () => {
      const { reason, startedAt, endedAt } = await releaseLive({
        plan: { ...plan, pollInterval },
        rowsOf: late(10),
      });
      assert.match(reason, /SLO "5xx" violated in stage 1 of 2/);
      // The warm-up, the delay of the telemetry and the confirmation of the revert.
      assert.ok(Date.parse(endedAt) - Date.parse(startedAt) <= 90_000, endedAt);
    });
  }

  it("completes with a good one", async () => {
    const { status, reason, startedAt, endedAt } = await releaseLive({ plan, rowsOf: late(0) });
    assert.equal(status, "completed", reason);
    // Both soaks, and after each a minute in which their last requests can still be found.
    assert.ok(Date.parse(endedAt) - Date.parse(startedAt) <= 8 * 60_000, endedAt);
  });
});
