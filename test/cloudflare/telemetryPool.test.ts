import assert from "node:assert/strict";
import fc from "fast-check";
import { SharedBudget } from "../../provider/cloudflare/budget/budget";
import { sharedPace } from "../../provider/cloudflare/budget/pace";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import type { Series } from "../../provider/health/series";
import type { Sli } from "../../provider/health/sli";
import type { SeriesQuery } from "../../provider/rollout/ports";
import { VirtualTime } from "../fakes/time";
import { clientAnsweredBy, LiveTelemetry, visit, type LiveRow } from "./live/model";

const from = Date.UTC(2030, 0, 1) - 60_000;
const bucketMs = 10_000;
const account = "account";

/** Some releases that share a budget, and the telemetry that they ask. */
function together(rows: LiveRow[], names: readonly string[]) {
  const time = new VirtualTime();
  const budget = new SharedBudget(time, () => 0.5);
  const api = new LiveTelemetry(rows, () => time.now() + 86_400_000);
  const releases = names.map((scriptName) => {
    const pace = sharedPace(budget);
    pace.interval(bucketMs);
    const client = api.client(budget);
    return {
      pace,
      port: cloudflareTelemetry(client, { accountId: account, scriptName }, { onOthers: pace.suspect }),
    };
  });
  const readAll = async (queryOf: (index: number) => SeriesQuery): Promise<(readonly Series[] | Error)[]> => {
    const reading = Promise.all(
      releases.map(({ port }, index) => port.read(queryOf(index)).catch((error: unknown) => error as Error)),
    );
    await time.pass(1000);
    return reading;
  };
  return { time, api, releases, readAll };
}

/** The same, each for itself. */
async function apart(
  rows: LiveRow[],
  names: readonly string[],
  queryOf: (index: number) => SeriesQuery,
): Promise<(readonly Series[])[]> {
  const api = new LiveTelemetry(rows, () => from + 86_400_000);
  return Promise.all(
    names.map((scriptName, index) =>
      cloudflareTelemetry(api.client(), { accountId: account, scriptName }).read(queryOf(index)),
    ),
  );
}

function query(slis: readonly Sli[], buckets = 6, begin = 0): SeriesQuery {
  const start = from + begin * bucketMs;
  return {
    slis,
    newVersionId: "new",
    oldVersionId: "old",
    from: start,
    to: start + buckets * bucketMs,
    bucketMs,
  };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `worker-${n}`);
const exceptions: readonly Sli[] = [{ kind: "exceptions" }];

describe("releases that look at the same time", () => {
  it("ask together, and each sees what it would have seen by itself", async () => {
    const row = fc
      .record({
        worker: fc.integer({ min: 0, max: 4 }),
        versionId: fc.constantFrom("old", "new", "third"),
        second: fc.integer({ min: -30, max: 65 }),
        outcome: fc.constantFrom("ok", "exception", "canceled"),
        status: fc.constantFrom(200, 404, 500, 503),
        wallTime: fc.constantFrom(10, 700),
      })
      .map(({ worker, versionId, second, outcome, status, wallTime }) =>
        visit(versionId, from + second * 1000, {
          "$metadata.service": `worker-${worker}`,
          "$workers.outcome": outcome,
          "$workers.event.response.status": status,
          "$workers.wallTimeMs": wallTime,
        }),
      );
    const slis: readonly Sli[] = [
      { kind: "serverErrors" },
      { kind: "exceptions" },
      { kind: "wallTime", limitMs: 500 },
      {
        kind: "custom",
        valid: [],
        bad: [{ key: "$workers.outcome", operation: "eq", type: "string", value: "canceled" }],
      },
    ];
    const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 3 })), {
      minLength: 5,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 150 }), spans, async (rows, at) => {
        const queryOf = (index: number): SeriesQuery => query(slis, at[index]?.[1], at[index]?.[0]);
        const { api, readAll } = together(rows, names(5));
        assert.deepEqual(await readAll(queryOf), await apart(rows, names(5), queryOf));
        // One for each part, and one more at most for whether its groups are all.
        assert.ok(api.asked.length <= 8, `${api.asked.length} asked`);
      }),
      { numRuns: 30 },
    );
  });

  it("ask in parts where one answer could not hold all, and miss nothing", async () => {
    const rows = names(60).flatMap((name) =>
      Array.from({ length: 40 }, (_, outcome) =>
        visit("new", from + 1000, { "$metadata.service": name, "$workers.outcome": `outcome ${outcome}` }),
      ),
    );
    const { api, readAll } = together(rows, names(60));
    const queryOf = (): SeriesQuery => query(exceptions);
    const expected = await apart(rows, names(60), queryOf);
    assert.equal(expected[59]?.[0]?.[0]?.new.valid, 40);
    assert.deepEqual(await readAll(queryOf), expected);
    // One that was cut, its halves, and for each of these whether its groups are all.
    assert.equal(api.asked.length, 5);
    await readAll(queryOf);
    assert.equal(api.asked.length, 5 + 5, "what they hold is known from the last time");
  });

  it("ask for no more Workers in one query than it can name", async () => {
    const { api, readAll } = together([], names(300));
    await readAll(() => query(exceptions));
    const asked = api.asked.map(({ parameters }) => {
      const [filter] = parameters?.filters ?? [];
      return filter && "value" in filter ? String(filter.value).split(",").length : 0;
    });
    assert.deepEqual(asked, [100, 100, 100]);
  });

  it("do not ask together for what is far apart in time", async () => {
    const { api, readAll } = together([], names(2));
    await readAll((index) => query(exceptions, 3, index * -400));
    assert.equal(api.asked.length, 2);
  });

  it("do not ask for more because one of them has much to catch up with", async () => {
    const { api, readAll } = together([], names(3));
    await readAll((index) => (index === 0 ? query(exceptions, 200, -194) : query(exceptions)));
    assert.deepEqual(
      api.asked.map(({ granularity }) => granularity),
      [60, 202],
    );
  });

  it("suffer for nobody else's contradiction", async () => {
    const rows = names(3).map((name) => visit("new", from + 1000, { "$metadata.service": name }));
    const { api, readAll } = together(rows, names(3));
    await readAll(() => query(exceptions));
    for (let n = 0; n < 20; n += 1) {
      const row = visit("new", from + 15_000, { "$metadata.service": "worker-1" });
      api.rows.push(row);
      api.missed.add(row);
    }
    const [first, second, third] = await readAll(() => query(exceptions, 6, 1));
    assert.ok(!(first instanceof Error) && !(third instanceof Error));
    assert.match(
      second instanceof Error ? second.message : "",
      /Worker "worker-1" gave an answer that contradicts itself/,
    );
  });
});

describe("a query for many Workers that is refused", () => {
  it("is made smaller the next time, and says so once", async () => {
    const time = new VirtualTime();
    const budget = new SharedBudget(time, () => 0.5);
    const sizes: number[] = [];
    const client = clientAnsweredBy(({ parameters }) => {
      const [filter] = parameters?.filters ?? [];
      const size = filter && "value" in filter ? String(filter.value).split(",").length : 0;
      sizes.push(size);
      // An answer that cannot be read is none.
      return size > 30 ? "too many" : { calculations: [] };
    }, budget);
    const ports = names(100).map((scriptName) => {
      sharedPace(budget).interval(bucketMs);
      return cloudflareTelemetry(client, { accountId: account, scriptName });
    });
    const read = async (): Promise<string[]> => {
      const all = Promise.allSettled(ports.map((port) => port.read(query(exceptions))));
      await time.pass(1000);
      return [...new Set((await all).map(({ status }) => status))];
    };
    assert.deepEqual(await read(), ["rejected"]);
    assert.deepEqual(await read(), ["rejected"]);
    assert.deepEqual(await read(), ["fulfilled"]);
    assert.deepEqual(sizes, [100, 50, 50, 25, 25, 25, 25]);
  });
});

describe("a version that is neither old nor new", () => {
  it("shows that somebody else has deployed: the deployments are read sooner", async () => {
    const rows = names(2).flatMap((name) => [
      visit("new", from + 50_000, { "$metadata.service": name }),
      visit(name === "worker-1" ? "third" : "old", from + 55_000, { "$metadata.service": name }),
    ]);
    const { releases, readAll } = together(rows, names(2));
    assert.deepEqual(
      releases.map(({ pace }) => pace.grants(90_000, 600_000)),
      [false, false],
    );
    await readAll(() => query(exceptions));
    assert.deepEqual(
      releases.map(({ pace }) => pace.grants(90_000, 600_000)),
      [false, true],
    );
  });
});
