import assert from "node:assert/strict";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { PortError } from "../../provider/rollout/ports";
import { LiveTelemetry, suggested, visit, type LiveRow, type Unknowns } from "./live/model";
import { failure, json, startServer, success, type Answer, type Server } from "./server";

const from = Date.UTC(2026, 0, 31);
const bucketMs = 10_000;
const worker = { accountId: "acc", scriptName: "checkout" };

function read(buckets: number) {
  const slis = [{ kind: "exceptions" } as const];
  return { slis, newVersionId: "new", oldVersionId: "old", from, to: from + buckets * bucketMs, bucketMs };
}

/** One visit of the new version in every second of some buckets, beginning before the first. */
function everySecond(buckets: number): LiveRow[] {
  return Array.from({ length: 10 * buckets + 600 }, (_, second) =>
    visit("new", from - 600_000 + second * 1000),
  );
}

function live(rows: LiveRow[], unknowns: Partial<Unknowns> = {}) {
  const api = new LiveTelemetry(rows, () => from + 86_400_000, { ...suggested, ...unknowns });
  return { api, port: cloudflareTelemetry(api.client(), worker) };
}

describe("Cloudflare's telemetry", () => {
  it("is asked once for a short span, from so early that all of it is listed", async () => {
    const { api, port } = live(everySecond(60));
    const [series = []] = await port.read(read(3));
    assert.deepEqual(
      series.map(({ start, new: { valid } }) => [start - from, valid]),
      [
        [0, 10],
        [10_000, 10],
        [20_000, 10],
      ],
    );
    assert.deepEqual(
      api.asked.map(({ timeframe, granularity }) => [
        timeframe.from - from,
        timeframe.to - from,
        granularity,
      ]),
      [[-570_000, 30_000, 60]],
    );
  });

  it("is read piece by piece when the span is long", async () => {
    const { api, port } = live(everySecond(700));
    const [series = []] = await port.read(read(700));
    assert.ok(series.length === 700 && series.every((bucket) => bucket.new.valid === 10));
    assert.deepEqual(
      api.asked.map(({ granularity }) => granularity),
      [302, 302, 102],
    );
  });

  it("is read in short timeframes once the API has shown that it does as it is told, until it does not", async () => {
    const { api, port } = live(everySecond(100));
    await port.read(read(100));
    await port.read(read(3));
    const ignoring = new LiveTelemetry(everySecond(100), () => from + 86_400_000, {
      ...suggested,
      granularity: "ignored",
    });
    await cloudflareTelemetry(ignoring.client(), worker).read(read(100));
    assert.deepEqual(
      [api.asked, ignoring.asked].map((asked) => asked.at(-1)?.granularity),
      [5, 60],
    );
  });

  it("is read in halves until an API that ignores granularity gives the buckets asked for", async () => {
    const { api, port } = live(everySecond(200), { granularity: "ignored" });
    const [series = []] = await port.read(read(200));
    assert.ok(series.length === 200 && series.every((bucket) => bucket.new.valid === 10));
    assert.deepEqual(
      api.asked.map(({ granularity }) => granularity),
      [202, 102, 60, 60, 102, 60, 60],
    );
  });

  it("counts what visitors ask, and neither objects nor crons nor what a Worker asks itself", async () => {
    const rows = [
      visit("new", from),
      visit("new", from, { "$workers.executionModel": "durableObject", "$workers.outcome": "exception" }),
      visit("new", from, { "$workers.eventType": "scheduled" }),
      visit("new", from, { "$metadata.type": "cf-worker" }),
      visit("new", from, { "$metadata.service": "another" }),
      visit("old", from, { "$workers.eventType": "jsrpc" }),
    ];
    const [series] = await live(rows).port.read(read(1));
    assert.deepEqual(series, [{ start: from, new: { valid: 1, bad: 0 }, old: { valid: 0, bad: 0 } }]);
  });

  for (const count of ["estimate", "stored"] as const) {
    it(`counts what was stored under sampling, when \`count\` is the ${count}`, async () => {
      const sampled = [1, 2, 3].map((second) => ({
        ...visit("new", from + second * 1000),
        sampleInterval: 10,
      }));
      const [series] = await live(sampled, { count }).port.read(read(1));
      assert.equal(series?.[0]?.new.valid, 3);
    });
  }

  it("is counted where rows come late into buckets that were listed before and are not any more", async () => {
    const { api, port } = live(everySecond(60));
    await port.read(read(3));
    const later = { ...read(3), from: from + bucketMs, to: from + 4 * bucketMs };
    for (const rows of [20, 40]) {
      for (let i = 0; i < rows; i++) api.rows.push(visit("new", from - 555_000));
      const [series = []] = await port.read(later);
      assert.deepEqual(
        series.map(({ new: { valid } }) => valid),
        [10, 10, 10],
      );
    }
    assert.equal(api.asked.length, 1 + 2 * 2);
    await port.read(later);
    assert.equal(api.asked.length, 1 + 2 * 2 + 1, "what they hold is known again");
  });

  it("is not judged when its series and its aggregates contradict each other", async () => {
    const { api, port } = live(everySecond(60));
    await port.read(read(3));
    // The first bucket is not listed, but it was before, and all of it is listed where it is asked for.
    for (let i = 0; i < 20; i++) {
      const row = visit("new", from + 25_000);
      api.rows.push(row);
      api.missed.add(row);
    }
    const later = { ...read(3), from: from + bucketMs, to: from + 4 * bucketMs };
    await assert.rejects(port.read(later), {
      failure: "unavailable",
      message:
        /contradicts itself: its series adds up to 590 events, its aggregates to 620\. It is not judged/,
    });
  });
});

describe("Cloudflare's telemetry, answered oddly,", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function telemetry(...answers: Answer[]) {
    server = await startServer(...answers);
    return cloudflareTelemetry(server.client, worker);
  }

  const answered = (run: object, series: object[] = []) =>
    success({ run: { status: "COMPLETED", ...run }, calculations: [{ aggregates: [], series }] });

  it("is refused in buckets of another length", async () => {
    const port = await telemetry(answered({ granularity: 20_000 }));
    await assert.rejects(port.read(read(1)), {
      failure: "unavailable",
      message:
        /was answered with buckets of 20 s\. Buckets of 10 s .* are not judged\. Run `workers-release doctor`/,
    });
  });

  it("is refused in buckets that begin elsewhere", async () => {
    const port = await telemetry(answered({}, [{ time: "2026-01-31 00:00:03", data: [] }]));
    await assert.rejects(port.read(read(1)), /a bucket that begins at 2026-01-31T00:00:03\.000Z/);
  });

  it("is given up when not even one bucket fits into an answer", async () => {
    const groups = Array.from({ length: 2000 }, (_, outcome) => ({
      ...{ value: 1, count: 1, interval: 1, sampleInterval: 1 },
      groups: [{ key: "$workers.outcome", value: `outcome ${outcome}` }],
    }));
    const port = await telemetry(success({ calculations: [{ aggregates: groups, series: [] }] }));
    await assert.rejects(port.read(read(2)), {
      failure: "unavailable",
      message:
        /gave fewer groups of outcomes and statuses than there are, even for one version and one bucket/,
    });
  });

  it("is not taken for complete while the query runs", async () => {
    const port = await telemetry(success({ run: { status: "STARTED" }, calculations: [] }));
    await assert.rejects(port.read(read(1)), {
      failure: "unavailable",
      message: /before the query was complete/,
    });
  });

  it("may be empty", async () => {
    const port = await telemetry(success({ run: { status: "COMPLETED" } }));
    assert.deepEqual(await port.read(read(1)), [[]]);
  });

  it("names the permission that a query needs", async () => {
    const port = await telemetry(failure(403, 10000, "Authentication error"));
    await assert.rejects(port.read(read(1)), (error) => {
      assert.ok(error instanceof PortError && error.failure === "refused");
      assert.match(error.message, /^Reading the telemetry.*"Workers Observability Read"/);
      return true;
    });
  });

  it("tells the reason of a refusal, not our own request", async () => {
    const issues = [{ code: "too_big", maximum: 2000, path: ["limit"], message: "Invalid input" }];
    const refused = {
      success: false,
      _e: null,
      _i: { queryId: "x".repeat(500) },
      _c: { issues, name: "ZodError" },
    };
    const port = await telemetry(json(400, refused));
    await assert.rejects(port.read(read(1)), /was refused: HTTP 400, "limit: Invalid input"\.$/);
  });
});

describe("Cloudflare's telemetry is blind", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it("and says so when the token may not query", async () => {
    server = await startServer(success({ observability: { enabled: true } }), failure(403, 10000, "No"));
    await assert.rejects(cloudflareTelemetry(server.client, worker).readiness([]), {
      failure: "refused",
      message: /"Workers Observability Read"/,
    });
  });

  it("when the settings say so, and then nothing is queried", async () => {
    server = await startServer(success({ observability: null }));
    const { blindBecause } = await cloudflareTelemetry(server.client, worker).readiness([]);
    assert.match(blindBecause ?? "", /observability\.enabled to true/);
    assert.equal(server.seen.length, 1);
  });
});
