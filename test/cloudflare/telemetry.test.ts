import assert from "node:assert/strict";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { PortError } from "../../provider/rollout/ports";
import { failure, startServer, success, type Answer, type Seen, type Server } from "./server";

interface Asked {
  readonly timeframe: { readonly from: number; readonly to: number };
  readonly granularity: number;
}

const from = Date.UTC(2026, 0, 31);
const bucketMs = 10_000;

function asked(seen: Seen): Asked {
  return JSON.parse(seen.body) as Asked;
}

/** Cloudflare's answer: in every bucket, every outcome once. */
function everyBucket(outcomes: number): Answer {
  return (response, seen) => {
    const { timeframe, granularity } = asked(seen);
    const data = Array.from({ length: outcomes }, (_, index) => ({
      count: 1,
      value: 1,
      interval: 1,
      sampleInterval: 1,
      groups: [
        { key: "$workers.scriptVersion.id", value: "new" },
        { key: "$workers.outcome", value: `outcome ${index}` },
      ],
    }));
    const series = Array.from({ length: granularity }, (_, bucket) => ({
      time: new Date(timeframe.from + bucket * bucketMs).toISOString(),
      data,
    }));
    success({
      run: { status: "COMPLETED" },
      calculations: [{ calculation: "count", aggregates: [], series }],
    })(response, seen);
  };
}

function read(buckets: number) {
  const slis = [{ kind: "exceptions" } as const];
  return { slis, newVersionId: "new", oldVersionId: "old", from, to: from + buckets * bucketMs, bucketMs };
}

describe("Cloudflare's telemetry", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function telemetry(...answers: Answer[]) {
    server = await startServer(...answers);
    return cloudflareTelemetry(server.client, { accountId: "acc", scriptName: "checkout" });
  }

  it("is asked once for a short span", async () => {
    const [series] = await (await telemetry(everyBucket(1))).read(read(3));
    assert.deepEqual(
      series?.map(({ start, new: { valid } }) => [start - from, valid]),
      [
        [0, 1],
        [10_000, 1],
        [20_000, 1],
      ],
    );
    assert.deepEqual(
      server?.seen.map(({ method, path }) => [method, path]),
      [["POST", "/accounts/acc/workers/observability/telemetry/query"]],
    );
  });

  it("is read piece by piece when the span is long", async () => {
    const [series] = await (await telemetry(everyBucket(1))).read(read(700));
    assert.equal(series?.length, 700);
    assert.deepEqual(
      server?.seen.map((seen) => asked(seen).granularity),
      [300, 300, 100],
    );
  });

  it("is read in halves where an answer may be cut", async () => {
    const [series] = await (await telemetry(everyBucket(8))).read(read(300));
    assert.ok(series?.length === 300 && series.every((bucket) => bucket.new.valid === 8));
    assert.deepEqual(
      server?.seen.map((seen) => asked(seen).granularity),
      [300, 150, 150],
    );
  });

  it("is given up when not even one bucket fits into an answer", async () => {
    const port = await telemetry(everyBucket(2000));
    await assert.rejects(port.read(read(2)), { failure: "unavailable", message: /more groups than/ });
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
      assert.match(error.message, /^Reading the telemetry.*"Workers Observability Write"/);
      return true;
    });
  });
});

describe("Cloudflare's telemetry is blind", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function blindness(...answers: Answer[]) {
    server = await startServer(...answers);
    return cloudflareTelemetry(server.client, { accountId: "acc", scriptName: "checkout" }).blindness();
  }

  const on = success({ observability: { enabled: true } });

  it("never while it can be read", async () => {
    assert.equal(await blindness(on, success({ run: { status: "COMPLETED" }, calculations: [] })), undefined);
    assert.deepEqual(
      server?.seen.map(({ method, path }) => `${method} ${path}`),
      [
        "GET /accounts/acc/workers/scripts/checkout/script-settings",
        "POST /accounts/acc/workers/observability/telemetry/query",
      ],
    );
  });

  it("when the settings say so, and then nothing is queried", async () => {
    assert.match((await blindness(success({ observability: null }))) ?? "", /observability\.enabled to true/);
    assert.equal(server?.seen.length, 1);
  });

  it("and says so when the token may not query", async () => {
    await assert.rejects(blindness(on, failure(403, 10000, "Authentication error")), {
      failure: "refused",
      message: /"Workers Observability Write"/,
    });
  });
});
