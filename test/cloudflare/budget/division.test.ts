import assert from "node:assert/strict";
import fc from "fast-check";
import { divide, everyMs, fairFloorMs } from "../../../provider/cloudflare/budget/division";

const second = 1000;
const fiveMinutes = 300_000;
const query = (requests: number, wishedMs: number) => ({ requests, wishedMs });

describe("the fair interval", () => {
  const cases = [
    ["is nobody's business when all wishes fit", [query(3, 10_000)], 0.01, 0],
    ["is what one can have", [query(4, 1000)], 0.002, 2000],
    ["is the same for all who wish more", [query(1, 1000), query(1, 2000)], 0.0005, 4000],
    ["leaves alone who wishes less", [query(1, 1000), query(1, 100_000)], 0.00011, 10_000],
    ["is not there without wishes", [], 0.01, 0],
  ] as const;
  for (const [what, demands, perMs, floor] of cases) {
    it(what, () => {
      assert.equal(Math.round(fairFloorMs(demands, perMs)), floor);
    });
  }

  it("spends what there is, and no more, whatever is wished", () => {
    const demand = fc.record({
      requests: fc.integer({ min: 1, max: 50 }),
      wishedMs: fc.integer({ min: 1000, max: 300_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(demand, { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0.0001, max: 0.01, noNaN: true }),
        (demands, perMs) => {
          const floor = fairFloorMs(demands, perMs);
          const spent = demands.reduce((sum, d) => sum + d.requests / Math.max(d.wishedMs, floor), 0);
          assert.ok(spent <= perMs * 1.000001, `${spent} of ${perMs}`);
          if (floor > 0) assert.ok(spent >= perMs * 0.999999, `${spent} of ${perMs}`);
        },
      ),
    );
  });
});

describe("the interval of looks", () => {
  it("is a whole number of poll intervals", () => {
    assert.deepEqual(
      [0, 10_000, 10_001, 25_000].map((floor) => everyMs(10_000, floor)),
      [10_000, 10_000, 20_000, 30_000],
    );
  });
});

describe("900 requests in five minutes", () => {
  const releases = (count: number, wishedMs = 10 * second): number[] =>
    Array.from({ length: count }, () => wishedMs);
  // [releases, requests of a shared look, its wished interval] → [telemetry, deployments], in seconds
  const cases = [
    [1, 3, 10, 10, 10],
    [1, 3, 1, 3, 3],
    [10, 3, 10, 10, 10],
    [100, 3, 10, 10, 100],
    [500, 9, 10, 10, 890],
    [500, 12, 10, 20, 640],
  ] as const;
  for (const [count, requests, wish, looks, reads] of cases) {
    it(`let ${count} releases that wish to look every ${wish} s, at ${requests} requests, do so every ${looks} s`, () => {
      const division = divide(900, fiveMinutes, {
        telemetry: [query(requests, wish * second)],
        releases: releases(count, wish * second),
        telemetrySent: 0,
      });
      const looksEvery = everyMs(wish * second, division.telemetryFloorMs);
      assert.deepEqual(
        [looksEvery, everyMs(looksEvery, division.deploymentsFloorMs)],
        [looks * second, reads * second],
      );
    });
  }

  it("leave something for releases that begin, whatever the others wish", () => {
    const { otherPerMs } = divide(900, fiveMinutes, {
      telemetry: [query(1000, 1000)],
      releases: releases(1000),
      telemetrySent: 2000,
    });
    assert.equal(otherPerMs * fiveMinutes, 225);
  });
});
