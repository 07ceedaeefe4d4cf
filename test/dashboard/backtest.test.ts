import assert from "node:assert/strict";
import type { Backtesting } from "../../provider/dashboard/ports";
import { fakePorts, opened } from "./fakes";

const path = "/workers/checkout/backtest";
const query = "?plan=plans/web.yaml&arg.maxErrors=1%25";

function backtesting(result: Backtesting) {
  const asked: unknown[] = [];
  const ports = fakePorts(undefined, {
    backtest: (...of) => {
      asked.push(of);
      return Promise.resolve(result);
    },
  });
  return { ...opened(ports), asked };
}

describe("a backtest on the page", () => {
  it("is offered beside the plan that was chosen, where the host makes one", async () => {
    const start = "/workers/checkout/start?plan=plans/web.yaml";
    const { get } = backtesting({ state: "running", line: "" });
    assert.match(await (await get(start)).text(), /Backtest this plan/);
    const without = opened(fakePorts());
    assert.doesNotMatch(await (await without.get(start)).text(), /Backtest/);
    assert.equal((await without.get(path + query)).status, 404);
  });

  it("tells how far it is, and is asked for again", async () => {
    const { get, asked } = backtesting({ state: "running", line: "replaying, 12 of 60 releases" });
    const page = await (await get(path + query)).text();
    assert.match(page, /replaying, 12 of 60 releases/);
    assert.match(page, /<main[^>]* data-live>/);
    assert.deepEqual(asked, [["checkout", "plans/web.yaml", { maxErrors: "1%" }]]);
    assert.equal((await get(`${path}/page${query}`)).status, 302);
  });

  it("says what to change, and has all of it on a page that may run nothing", async () => {
    const { get } = backtesting({
      state: "done",
      advice: ["Raise max of 5xx to 2 %."],
      page: "<!doctype html><p>all",
    });
    const page = await (await get(path + query)).text();
    assert.match(page, /<li>Raise max of 5xx to 2 %\.<\/li>/);
    assert.doesNotMatch(page, /data-live/);
    const all = await get(
      /href="([^"]*backtest\/page[^"]*)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "",
    );
    assert.equal(await all.text(), "<!doctype html><p>all");
    assert.match(all.headers.get("content-security-policy") ?? "", /sandbox/);
  });

  it("says why there is none", async () => {
    const { get } = backtesting({ state: "failed", why: "The telemetry has no request of the last 7 days." });
    assert.match(await (await get(path + query)).text(), /role="alert">The telemetry has no request/);
    assert.equal((await get(path)).status, 404);
  });
});
