import assert from "node:assert/strict";
import type { Cell } from "../../provider/backtest/trace";
import { usualIn } from "../../provider/backtest/usual";
import { hour, midnight, minute } from "./traces";

/** A day, minute by minute. */
function usualOf(cellAt: (minuteOfDay: number) => Cell): (minuteOfDay: number) => number {
  const buckets = Array.from({ length: (24 * hour) / minute }, (_, at) => [cellAt(at)]);
  const usual = usualIn({ from: midnight, bucketMs: minute, buckets });
  return (at) => usual(0, at);
}

describe("the share of bad events that is usual at some time", () => {
  it("is that of the time where it has enough of them", () => {
    const usual = usualOf((at) => ({ valid: 600, bad: at >= 180 && at < 200 ? 30 : 1 }));
    assert.ok(Math.abs(usual(190) - 0.05) < 0.003, String(usual(190)));
    assert.ok(Math.abs(usual(720) - 1 / 600) < 0.001, String(usual(720)));
  });

  it("is close to that of all the time where few requests come: one that fails is not every tenth", () => {
    const usual = usualOf((at) => ({ valid: 1, bad: at % 200 === 100 ? 1 : 0 }));
    const all = 1 / 200;
    assert.ok(usual(50) > all / 2 && usual(50) < 2 * all, `without one: ${usual(50)}`);
    assert.ok(usual(100) < 5 * all, `beside one: ${usual(100)}`);
  });

  it("is 0 where nothing was ever bad", () => {
    assert.equal(usualOf(() => ({ valid: 600, bad: 0 }))(10), 0);
  });
});
