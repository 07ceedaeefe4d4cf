import assert from "node:assert/strict";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { serviceClock } from "../../provider/cloudflare/serviceClock";
import { startServer, success, token } from "./server";

const local = Date.parse("2030-01-01T12:00:00Z");
const minute = 60_000;

function clockAfter(...answers: readonly [aheadMs: number, tookMs: number][]) {
  const clock = serviceClock({ now: () => local, sleep: () => Promise.resolve() });
  for (const [aheadMs, tookMs] of answers) {
    clock.observe(new Date(local + tookMs / 2 + aheadMs).toUTCString(), local, local + tookMs);
  }
  return clock.now() - local;
}

describe("the clock of a release", () => {
  it("is this machine's where the service's is the same to a second or two", () => {
    for (const [aheadMs, tookMs] of [
      [0, 50],
      [1500, 50],
      [-1500, 50],
      [9000, 20_000],
    ] as const) {
      assert.equal(clockAfter([aheadMs, tookMs]), 0);
    }
  });

  it("is the service's where this machine is off", () => {
    for (const aheadMs of [5 * minute, -3 * minute, 30_000]) {
      const found = clockAfter([aheadMs, 100]);
      assert.ok(Math.abs(found - aheadMs) <= 1000, `${found} for ${aheadMs}`);
    }
  });

  it("does not waver with every answer, and follows when this machine is set right", () => {
    assert.equal(clockAfter([minute, 100], [minute + 900, 100]), clockAfter([minute, 100]));
    assert.equal(clockAfter([minute, 100], [0, 100]), 0);
  });

  it("ignores an answer without a date", () => {
    const clock = serviceClock({ now: () => local, sleep: () => Promise.resolve() });
    clock.observe(null, local, local);
    clock.observe("yesterday", local, local);
    assert.equal(clock.now(), local);
  });

  it("learns from whatever the client asks", async () => {
    const ahead = new Date(Date.now() + 10 * minute).toUTCString();
    const server = await startServer((response, seen) => {
      response.setHeader("date", ahead);
      success({ id: "t", status: "active" })(response, seen);
    });
    const clock = serviceClock({ now: () => Date.now(), sleep: () => Promise.resolve() });
    await cloudflareClient(
      { apiToken: token, baseUrl: server.baseUrl },
      { dates: clock },
    ).user.tokens.verify();
    await server.close();
    const found = clock.now() - Date.now();
    assert.ok(found > 9 * minute && found < 11 * minute, String(found));
  });
});
