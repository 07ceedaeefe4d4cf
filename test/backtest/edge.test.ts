import assert from "node:assert/strict";
import { readingOf, slisAsked, traceFromTelemetry } from "../../provider/backtest/fromTelemetry";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { partsFor, recipesOf } from "../../provider/cloudflare/telemetryParts";
import { planSchema } from "../../provider/plan/schema";
import { SqliteTelemetry } from "../../edge/telemetry/store";
import { clientAnsweredBy } from "../cloudflare/live/model";
import { invocation } from "../edge/telemetry/sample";
import { hour, midnight } from "./traces";

describe("a trace of the local edge's telemetry", () => {
  it("has each request in its bucket, at the price that was told", async () => {
    const plan = planSchema.parse({
      slos: [
        { name: "5xx", sli: "serverErrors", max: 0.01 },
        { sli: "wallTime", percentile: 99, limit: "500ms" },
      ],
      stages: [{ percent: 100, soakTime: "5m" }],
    });
    const to = midnight + 24 * hour;
    const store = new SqliteTelemetry(":memory:", {}, () => to + hour, "acc");
    const everyMs = 30_000;
    const isBad = (index: number): boolean => index % 7 === 0;
    const isSlow = (index: number): boolean => index % 5 === 0;
    store.record(
      Array.from({ length: (24 * hour) / everyMs }, (_, index) =>
        invocation({
          ...{ versionId: "a", timestamp: midnight + index * everyMs, status: isBad(index) ? 500 : 200 },
          wallTimeMs: isSlow(index) ? 700 : 40,
        }),
      ),
    );
    let asked = 0;
    const client = clientAnsweredBy((query) => {
      asked += 1;
      return store.query(query);
    });
    const telemetry = cloudflareTelemetry(client, { accountId: "acc", scriptName: "checkout" });
    const queries = partsFor(recipesOf(slisAsked(plan))).length;
    const made = [{ createdAt: midnight - hour, split: [{ versionId: "a", percent: 100 }] }];
    const reading = readingOf(plan, made, { from: midnight, to, queries });
    const trace = await traceFromTelemetry(plan, telemetry, reading, () => undefined);
    store.close();
    assert.ok(trace);
    assert.equal(trace.buckets.length, (24 * hour) / trace.bucketMs);
    const totals = (slo: number): readonly number[] => {
      const cells = trace.buckets.map((all) => all?.[slo] ?? { valid: NaN, bad: NaN });
      return [cells.reduce((sum, { valid }) => sum + valid, 0), cells.reduce((sum, { bad }) => sum + bad, 0)];
    };
    assert.deepEqual(totals(0), [2880, Math.ceil(2880 / 7)]);
    assert.deepEqual(totals(1), [2880, 2880 / 5]);
    assert.ok(trace.buckets.every((cells) => cells !== undefined));
    assert.ok(asked <= 1.2 * reading.pieces * queries + 5, `${asked} requests`);
  });
});
