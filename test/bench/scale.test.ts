import assert from "node:assert/strict";
import { plan } from "../../bench/scale/report";
import { simulate } from "../../bench/scale/simulate";
import type { ReleasePlan } from "../../provider/plan/types";

const minute = 60_000;

/** A release of about six minutes. */
const short: ReleasePlan = {
  ...plan,
  stages: [
    { percent: 25, soakTime: "2m" },
    { percent: 100, soakTime: "1m" },
  ],
};

function endings(outcomes: ReadonlyMap<string, string>): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(outcomes.values(), (status) => status)].map(([status, all]) => [status, all.length]),
  );
}

describe("releases of one process with one token", function () {
  this.timeout(600_000);

  it("that are ten side by side all complete, and none is ever refused", async () => {
    const { figures, outcomes } = await simulate({
      ...{ releases: 10, plan: short, bad: 0, mostMs: 10 * minute, afterMs: 30 * minute },
    });
    assert.deepEqual(endings(outcomes), { completed: 10 });
    assert.equal(figures.refused, 0);
    assert.ok(figures.longestBetweenLooks <= 11_000, `${figures.longestBetweenLooks} ms`);
  });

  it("that are ten, with a poll interval of one second, do not block themselves", async () => {
    const { figures, outcomes } = await simulate({
      ...{ releases: 10, plan: { ...short, pollInterval: "1s" }, bad: 0 },
      ...{ mostMs: 10 * minute, afterMs: 20 * minute },
    });
    assert.deepEqual(endings(outcomes), { completed: 10 });
    assert.equal(figures.refused, 0);
  });

  it("that are ten all complete although somebody else spends the limit, and blocks the token for five minutes", async () => {
    const { figures, outcomes } = await simulate({
      ...{ releases: 10, plan: { ...short, maxBlindTime: "1m" }, bad: 0 },
      ...{ mostMs: 10 * minute, afterMs: 60 * minute },
      onMinute: (service, minutes) => {
        if (minutes !== 3) return;
        for (let request = 0; request < 1300; request += 1) service.answer();
      },
    });
    assert.deepEqual(endings(outcomes), { completed: 10 });
    assert.ok(figures.refused > 100, "the token was blocked");
  });

  it("that are a hundred look at every Worker, and revert a bad one at the second look", async () => {
    const { figures, statuses } = await simulate({
      ...{ releases: 100, plan, bad: 5, mostMs: 30 * minute, afterMs: 3 * minute },
    });
    assert.deepEqual([figures.begun, figures.refused, figures.reverted], [100, 0, 5]);
    assert.ok(figures.mostIn5Minutes < 1200, `${figures.mostIn5Minutes} requests`);
    assert.ok(figures.longestBetweenLooks <= 60_000, `${figures.longestBetweenLooks} ms`);
    assert.ok(figures.mostLooksToRevert <= 2, `${figures.mostLooksToRevert} looks`);
    assert.match([...statuses.values()].at(-1) ?? "", /reads its deployments every/);
  });
});
