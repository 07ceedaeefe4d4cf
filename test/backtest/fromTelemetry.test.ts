import assert from "node:assert/strict";
import {
  mostRequests,
  readingOf,
  slisAsked,
  traceFromTelemetry,
} from "../../provider/backtest/fromTelemetry";
import { periodsOf } from "../../provider/backtest/periods";
import { planSchema } from "../../provider/plan/schema";
import type { SeriesQuery, Telemetry } from "../../provider/rollout/ports";
import { hour, midnight, minute, planOn } from "./traces";

const day = 24 * hour;
const plan = planOn({ name: "5xx", sli: "serverErrors", max: 0.01 });
const all = (versionId: string, createdAt: number) => ({
  createdAt,
  split: [{ versionId, percent: 100 }],
});

describe("what is read of a Worker's telemetry", () => {
  it("is the version that had all traffic, where one had it", () => {
    const split = [
      { versionId: "a", percent: 90 },
      { versionId: "b", percent: 10 },
    ];
    const made = [
      all("b", midnight + 5 * hour),
      { createdAt: midnight + 4 * hour, split },
      all("a", midnight),
    ];
    assert.deepEqual(periodsOf(made, midnight - day, midnight + 6 * hour), [
      { versionId: "a", from: midnight + minute, to: midnight + 4 * hour },
      { versionId: "b", from: midnight + 5 * hour + minute, to: midnight + 6 * hour },
    ]);
  });

  it("is as fine as a tenth of the API's limit allows", () => {
    const made = [all("a", midnight - day)];
    for (const [days, queries, bucketMs] of [
      [7, 3, 60_000],
      [1, 3, 20_000],
      [7, 12, 300_000],
    ] as const) {
      const reading = readingOf(plan, made, { from: midnight, to: midnight + days * day, queries });
      assert.equal(reading.bucketMs, bucketMs);
      assert.ok(reading.pieces * queries <= mostRequests);
    }
  });

  it("has what one version served, no request where none came, and nothing of what is not known", async () => {
    const asked: SeriesQuery[] = [];
    const telemetry: Telemetry = {
      read: (query) => {
        asked.push(query);
        const first = midnight + 3 * hour;
        const starts = [first, first + query.bucketMs, first + 3 * query.bucketMs];
        const within = starts.filter((start) => query.from <= start && start < query.to);
        const counts = { valid: 10.4, bad: 1.2 };
        return Promise.resolve(
          query.slis.map(() => within.map((start) => ({ start, new: counts, old: { valid: 0, bad: 0 } }))),
        );
      },
      readiness: () => Promise.resolve({ blindBecause: undefined, warnings: [] }),
    };
    const made = [all("b", midnight + 4 * hour), all("a", midnight)];
    const reading = readingOf(plan, made, { from: midnight, to: midnight + 8 * hour, queries: 2 });
    const trace = await traceFromTelemetry(plan, telemetry, reading, () => undefined);
    assert.ok(trace);
    const at = (time: number) => trace.buckets[(time - trace.from) / trace.bucketMs]?.[0];
    const first = midnight + 3 * hour;
    assert.equal(at(first - trace.bucketMs), undefined, "before the first request that is kept");
    assert.deepEqual(at(first), { valid: 10, bad: 1 });
    assert.deepEqual(at(first + 2 * trace.bucketMs), { valid: 0, bad: 0 });
    assert.equal(at(midnight + 4 * hour), undefined, "while the next version spreads");
    assert.deepEqual([...new Set(asked.map((query) => query.newVersionId))], ["a", "b"]);
    assert.ok(asked.every((query) => query.oldVersionId === undefined));
    assert.ok(asked.every((query) => query.to - query.from <= 300 * query.bucketMs));
  });

  it("is latencies by the edges of both versions, at the price of one", () => {
    const compared = planSchema.parse({
      slos: [{ sli: "wallTime", slower: "20%" }],
      stages: [{ percent: 100, soakTime: "5m" }],
    });
    assert.deepEqual(
      slisAsked(compared).map((sli) => ("tolerance" in sli ? sli.tolerance : sli.kind)),
      [1, 1.2, "canceled"],
    );
  });
});
