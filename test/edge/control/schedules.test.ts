import assert from "node:assert/strict";
import { nextRun } from "../../../edge/scripts/cron";
import { call, putScript, saying, useEdge } from "../support";

describe("the schedules of a script", () => {
  const started = useEdge();
  const account = (): { account_id: string } => ({ account_id: started.edge.accountId });

  it("are replaced as a whole; one that stays keeps the moment it was made", async () => {
    const { schedules } = started.client.workers.scripts;
    await putScript(started.edge, "clock", saying("x"));
    assert.deepEqual(await schedules.get("clock", account()), { schedules: [] });
    const first = await schedules.update("clock", { ...account(), body: [{ cron: "*/5 * * * *" }] });
    const body = [{ cron: "0 9 * * MON-FRI" }, { cron: "*/5 * * * *" }];
    const second = await schedules.update("clock", { ...account(), body });
    assert.deepEqual(
      second.schedules.map(({ cron }) => cron),
      ["0 9 * * MON-FRI", "*/5 * * * *"],
    );
    assert.deepEqual(second.schedules[1], first.schedules[0]);
    await putScript(started.edge, "clock", saying("y"));
    assert.deepEqual(await schedules.get("clock", account()), second);
  });

  it("are refused with code 10100 when they are none, and stay as they were", async () => {
    await putScript(started.edge, "strict", saying("x"));
    const path = `/accounts/${started.edge.accountId}/workers/scripts/strict/schedules`;
    for (const cron of ["soon", "* * * *", "* * * * * *", "60 * * * *", "0 0 * * 0"]) {
      const body = JSON.stringify([{ cron: "* * * * *" }, { cron }]);
      const { status, json } = await call(started.edge, path, { method: "PUT", body });
      assert.deepEqual([status, json.errors[0]?.code], [400, 10100], cron);
    }
    assert.deepEqual((await call(started.edge, path)).json.result, { schedules: [] });
  });
});

describe("a cron expression", () => {
  const after = new Date("2026-11-23T08:59:30Z"); // a Monday
  const cases: [expression: string, next: string | undefined][] = [
    ["* * * * *", "2026-11-23T09:00:00.000Z"],
    ["*/30 * * * *", "2026-11-23T09:00:00.000Z"],
    ["0 22 * * 1", "2026-11-29T22:00:00.000Z"],
    ["0 22 * * SUN", "2026-11-29T22:00:00.000Z"],
    ["59 23 LW * *", "2026-11-30T23:59:00.000Z"],
    ["0 0 30 2 *", undefined],
  ];
  for (const [expression, next] of cases) {
    it(`${expression} stands for ${next ?? "no moment"}`, () => {
      assert.equal(nextRun(expression, after)?.toISOString(), next);
    });
  }
});
