import assert from "node:assert/strict";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { countAnswer, rowsOf } from "../../provider/cloudflare/telemetryAnswer";
import { narrowerThan } from "../../provider/cloudflare/telemetryLatencies";
import { countQuery } from "../../provider/cloudflare/telemetryQuery";
import { SqliteTelemetry } from "../../edge/telemetry/store";
import { binOf, edgesOf } from "../../provider/health/latencyBins";
import type { Sli } from "../../provider/health/sli";
import { run } from "../../provider/rollout/run";
import type { Outcome } from "../../provider/rollout/outcome";
import { usualTime } from "../fakes/telemetry";
import { generator } from "../fakes/random";
import { newVersion, oldVersion, request, shares, world, type World } from "../rollout/simulate";
import { invocation } from "../edge/telemetry/sample";
import { clientAnsweredBy, LiveTelemetry, visit, type LiveRow } from "./live/model";

const from = Date.UTC(2026, 0, 31);
const bucketMs = 10_000;
const worker = { accountId: "acc", scriptName: "checkout" };
const compared: Sli = { kind: "slower", of: "wallTime", tolerance: 1.2 };

function live(rows: LiveRow[]) {
  const api = new LiveTelemetry(rows, () => from + 86_400_000);
  return { api, port: cloudflareTelemetry(api.client(), worker) };
}

const took = (versionId: string, ms: number, at = from, sampleInterval = 1): LiveRow => ({
  ...visit(versionId, at, { "$workers.wallTimeMs": ms }),
  sampleInterval,
});

const read = {
  ...{ slis: [compared], newVersionId: "new", oldVersionId: "old" },
  ...{ from, to: from + 2 * bucketMs, bucketMs },
};

describe("times that are compared", () => {
  it("are asked for with one query, by version and time", async () => {
    const { api, port } = live([
      took("new", 60),
      took("new", 70),
      took("old", 60),
      took("old", 60, from + bucketMs),
    ]);
    const [series = []] = await port.read(read);
    const bins = (ms: number[], tolerance: number): number[] => {
      const edges = edgesOf("wallTime", tolerance);
      return Array.from({ length: 20 }, (_, bin) => ms.filter((one) => binOf(one, edges) === bin).length);
    };
    assert.deepEqual(series, [
      {
        start: from,
        new: { valid: 2, bad: 0, latencies: bins([60, 70], 1.2) },
        old: { valid: 1, bad: 0, latencies: bins([60], 1) },
      },
      {
        start: from + bucketMs,
        new: { valid: 0, bad: 0 },
        old: { valid: 1, bad: 0, latencies: bins([60], 1) },
      },
    ]);
    assert.deepEqual(api.asked[0]?.parameters?.groupBys, [
      { type: "string", value: "$workers.scriptVersion.id" },
      { type: "number", value: "$workers.wallTimeMs" },
    ]);
  });

  it("are those that were read, where rows stand for others", async () => {
    const { port } = live([took("new", 60, from, 10), took("old", 60, from, 10)]);
    const [[bucket] = []] = await port.read(read);
    assert.deepEqual([bucket?.new.valid, bucket?.old.valid], [1, 1]);
  });

  it("are not rounded to none where an answer was made from a part of the rows", () => {
    const cells = [60, 61, 62, 63].map((ms) => ({
      ...{ value: 4, sampleInterval: 1 },
      groups: [{ key: "$workers.wallTimeMs", value: ms }],
    }));
    const answer = countAnswer.parse({
      statistics: { abr_level: 10 },
      calculations: [{ series: [{ time: from, data: cells }] }],
    });
    const rows = rowsOf(answer, read);
    assert.deepEqual(
      rows.map(({ ms, events }) => [ms, events]),
      [60, 61, 62, 63].map((ms) => [ms, 0.4]),
    );
  });

  it("are all counted where they are more than an answer holds", async () => {
    const rows = Array.from({ length: 2100 }, (_, index) =>
      took("new", 1 + 3 * index, from + (index % 20) * 1000),
    );
    const { api, port } = live(rows);
    const [series = []] = await port.read(read);
    assert.equal(
      series.reduce((sum, { new: { valid } }) => sum + valid, 0),
      2100,
    );
    assert.ok(api.asked.length > 1 && api.asked.length < 8, `${api.asked.length} queries`);
  });

  it("are halved until they are too long or too much alike to be told apart", () => {
    const halves = narrowerThan({ kind: "latencies", of: "wallTime", over: 250, upTo: 252 });
    assert.deepEqual(
      halves?.map(({ over, upTo }) => [over, upTo]),
      [
        [250, 251],
        [251, 252],
      ],
    );
    assert.equal(narrowerThan({ kind: "latencies", of: "wallTime", over: 251, upTo: 252 }), undefined);
    assert.equal(narrowerThan({ kind: "latencies", of: "wallTime", over: 60_000 }), undefined);
    assert.equal(narrowerThan({ kind: "wallTime", limitMs: 1 }), undefined);
  });

  it("are filtered by what they are above and up to", () => {
    const subject = {
      scriptName: "checkout",
      versionIds: ["new"],
      leaveOutHops: true,
      leaveOutProbes: false,
    };
    const part = { kind: "latencies", of: "cpuTime", over: 5, upTo: 9 } as const;
    const { parameters } = countQuery([subject], { from, to: from + 1, bucketMs: 1 }, part);
    const key = "$workers.cpuTimeMs";
    assert.deepEqual(parameters?.filters?.slice(-2), [
      { key, operation: "gt", type: "number", value: 5 },
      { key, operation: "lte", type: "number", value: 9 },
    ]);
    assert.ok(parameters.filters.length <= 16);
  });
});

describe("a release over the edge's telemetry", () => {
  /** 4 requests a second, the new version's taking so many times as long. They are stored up to now at each reading. */
  async function released(factor: number): Promise<[Outcome, World]> {
    const outside = world();
    const { clock, deployments } = outside;
    const store = new SqliteTelemetry(":memory:", {}, () => clock.now(), "account");
    const random = generator(`edge ${factor}`);
    let storedUntil = clock.start - 3_700_000;
    const storeMore = (): void => {
      const events = [];
      for (; storedUntil < clock.now(); storedUntil += 250) {
        const share = storedUntil < clock.start ? 0 : deployments.percentAt(newVersion, storedUntil);
        const isNew = random() < share / 100;
        const wallTimeMs = Math.floor(usualTime("", 0, random) * (isNew ? factor : 1));
        const versionId = isNew ? newVersion : oldVersion;
        events.push(invocation({ timestamp: storedUntil, versionId, wallTimeMs }));
      }
      store.record(events);
    };
    const client = clientAnsweredBy((query) => store.query(query));
    const telemetry = cloudflareTelemetry(client, worker);
    const outcome = await run(
      request({
        plan: {
          slos: [{ sli: "wallTime", slower: "20%" }],
          stages: [
            { percent: 50, soakTime: "5m" },
            { percent: 100, soakTime: "1m" },
          ],
        },
      }),
      {
        ...outside,
        telemetry: {
          read(query) {
            storeMore();
            return telemetry.read(query);
          },
          readiness: () => Promise.resolve({ blindBecause: undefined, warnings: [] }),
        },
        // The store answers in a time of its own: no look takes too long.
        clock: {
          now: () => clock.now(),
          sleep: (ms, signal) => (ms >= 120_000 ? new Promise(() => undefined) : clock.sleep(ms, signal)),
        },
      },
    );
    store.close();
    return [outcome, outside];
  }

  it("completes where the new version is as fast", async () => {
    const [{ status, reason }] = await released(1);
    assert.equal(status, "completed", reason);
  });

  it("reverts where it takes three times as long", async () => {
    const [{ status, reason }, outside] = await released(3);
    assert.equal(status, "aborted", reason);
    assert.match(reason, /"wallTime slower" violated in stage 1 of 2 .* took longer than \d+ms/);
    assert.deepEqual(shares(outside), [0, 50, 0]);
  });
});
