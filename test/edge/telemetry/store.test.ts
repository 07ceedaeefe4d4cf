import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Cloudflare from "cloudflare";
import { QueryRefusal, type TelemetryEvent } from "../../../edge/telemetry";
import { eventId } from "../../../edge/telemetry/ids";
import { SqliteTelemetry } from "../../../edge/telemetry/store";
import { invocation, line, START, storeOf } from "./sample";

const TIMEFRAME = { from: START, to: START + 60_000 };

function storeWith(...events: TelemetryEvent[]): SqliteTelemetry {
  return storeOf(events);
}

/** An answer as the official client reads it, with the part that the view asked for has. */
type Answer = Required<Cloudflare.Workers.Observability.TelemetryQueryResponse>;
type Calculation = Answer["calculations"][number];

function calculate(store: SqliteTelemetry, parameters: object, rest: object = {}): Answer {
  return store.query({ queryId: "q", timeframe: TIMEFRAME, parameters, ...rest }) as Answer;
}

function view(store: SqliteTelemetry, name: string, rest: object = {}): Answer {
  return store.query({ queryId: "q", timeframe: TIMEFRAME, view: name, parameters: {}, ...rest }) as Answer;
}

/** The first of a list that must have one. */
function first<T>(list: readonly T[] | undefined): T {
  const [one] = list ?? [];
  assert.ok(one !== undefined, "there is none");
  return one;
}

/** The last of a list that must have one. */
function last<T>(list: readonly T[] | undefined): T {
  return first(list?.toReversed());
}

function valuesOf(list: readonly { value: number }[]): number[] {
  return list.map(({ value }) => value);
}

/** `v1=3 v2=1`: the groups of the first calculation and their values. */
function groupsOf(answer: Answer): string {
  return first(answer.calculations)
    .aggregates.map(({ groups = [], value }) => `${groups.map((group) => group.value).join("/")}=${value}`)
    .join(" ");
}

const byVersion = { groupBys: [{ type: "string", value: "$workers.scriptVersion.id" }] };
const count = { operator: "count" };

describe("the view calculations", () => {
  const served = (versionId: string, given: Partial<TelemetryEvent> = {}): TelemetryEvent =>
    invocation({ versionId, ...given });
  const traffic = (): SqliteTelemetry =>
    storeWith(
      ...[served("v1"), served("v1", { status: 500 }), served("v1", { timestamp: START + 30_000 })],
      ...[served("v2", { status: 500 }), served("v2", { wallTimeMs: 900 }), served("v3"), line("hello")],
    );
  const requests = {
    filters: [{ key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" }],
  };

  const largestFirst = { orderBy: { value: "count" } };

  it("has one row per group", () => {
    const answer = calculate(traffic(), {
      ...requests,
      ...byVersion,
      ...largestFirst,
      calculations: [count],
    });
    assert.equal(groupsOf(answer), "v1=3 v2=2 v3=1");
    assert.deepEqual(first(answer.calculations).aggregates[2], {
      ...{ count: 1, interval: 1, sampleInterval: 1, value: 1 },
      ...{ groups: [{ key: "$workers.scriptVersion.id", value: "v3" }], groupKey: "v3" },
    });
  });

  it("drops what lacks a grouped field, whichever of them", () => {
    const crashed = served("v2", { outcome: "exception", status: undefined });
    const store = storeWith(served("v1"), served("v1"), crashed, line("hello"));
    const status = { type: "number", value: "$workers.event.response.status" };
    const grouped = (...groupBys: object[]): string =>
      groupsOf(calculate(store, { calculations: [count], groupBys }));
    assert.equal(grouped(...byVersion.groupBys, status), "v1/200=2");
    assert.equal(grouped({ type: "string", value: "no.such.key" }), "");
  });

  it("has ten groups when no limit is given, and orders them by nothing that anybody could rely on", () => {
    const store = storeWith(
      ...Array.from({ length: 30 }, (_, i) =>
        Array.from({ length: i + 1 }, () => served(`v${i + 10}`)),
      ).flat(),
    );
    const groups = (limit?: number): string[] =>
      groupsOf(calculate(store, { ...byVersion, calculations: [count], limit })).split(" ");
    assert.equal(groups().length, 10);
    const all = groups(2000);
    assert.equal(all.length, 30);
    assert.deepEqual(groups(2000), all);
    assert.deepEqual(groups(), all.slice(0, 10));
    const values = all.map((group) => Number(group.split("=")[1]));
    assert.notDeepEqual(
      values,
      values.toSorted((a, b) => b - a),
    );
    assert.notDeepEqual(
      values,
      values.toSorted((a, b) => a - b),
    );
  });

  it("keeps the groups that its havings leave, in the order asked for, a page at a time", () => {
    const calculations = [count, { operator: "max", key: "$workers.wallTimeMs", alias: "slowest" }];
    const asked = (more: object, rest: object = {}): string =>
      groupsOf(
        calculate(traffic(), { ...requests, ...byVersion, ...largestFirst, calculations, ...more }, rest),
      );
    assert.equal(asked({ havings: [{ key: "count", operation: "gte", value: 2 }] }), "v1=3 v2=2");
    assert.equal(asked({ havings: [{ key: "slowest", operation: "gt", value: 10 }] }), "v2=2");
    assert.equal(asked({ orderBy: { value: "slowest" } }), "v2=2 v1=3 v3=1");
    assert.equal(asked({ orderBy: { value: "count", order: "asc" } }), "v3=1 v2=2 v1=3");
    assert.equal(asked({ limit: 1 }), "v1=3");
    assert.equal(asked({}, { limit: 1, offsetBy: 1 }), "v2=2");
  });

  it("has a series with every listed bucket, and only of the groups kept", () => {
    const answer = calculate(
      traffic(),
      { ...requests, ...byVersion, ...largestFirst, calculations: [count], limit: 1 },
      { granularity: 4 },
    );
    const { aggregates, series } = first(answer.calculations);
    assert.deepEqual(
      series.map(({ time, data }) => [time, valuesOf(data)]),
      [
        ["2026-01-02 03:04:15", []],
        ["2026-01-02 03:04:30", [1]],
        ["2026-01-02 03:04:45", []],
      ],
    );
    // What fell into a bucket that is not listed is in the aggregates only.
    assert.deepEqual(valuesOf(aggregates), [3]);
    assert.equal(answer.run.granularity, 15_000);
  });

  it("finds nothing in six days or more, and says so with success", () => {
    const store = storeWith(served("v1"));
    const counted = (days: number): number[] => {
      const timeframe = { from: START + 1000 - days * 86_400_000, to: START + 1000 };
      const answer = calculate(store, { calculations: [count] }, { timeframe });
      return valuesOf(first(answer.calculations).aggregates);
    };
    assert.deepEqual([counted(5.9), counted(6)], [[1], [0]]);
  });

  it("reaches no further back than a week, whatever is asked", () => {
    const store = storeWith(served("v1"));
    const now = START + 3_600_000;
    const { run } = view(store, "events", { timeframe: { from: START - 30 * 86_400_000, to: now + 60_000 } });
    assert.deepEqual(run.timeframe, { from: now - 7 * 86_400_000, to: now + 60_000 });
  });

  it("has as much as was asked for", () => {
    const parts = (rest: object): [number, number] => {
      const answer = calculate(traffic(), { calculations: [count] }, { granularity: 2, ...rest });
      const { aggregates, series } = first(answer.calculations);
      return [aggregates.length, series.length];
    };
    assert.deepEqual(parts({}), [1, 1]);
    assert.deepEqual(parts({ ignoreSeries: true }), [1, 0]);
    assert.deepEqual(parts({ chart: false }), [1, 0]);
    assert.deepEqual(parts({ chartType: "aggregate" }), [1, 0]);
    assert.deepEqual(parts({ chartType: "timeseries" }), [0, 1]);
  });

  it("compares with the timeframe before", () => {
    const store = storeWith(served("v1"), ...[1, 2].map((n) => served("v1", { timestamp: START - n })));
    const answer = calculate(store, { calculations: [count] }, { compare: true });
    const values = (list: readonly Calculation[]): number[] => valuesOf(first(list).aggregates);
    assert.deepEqual([values(answer.calculations), values(answer.compare)], [[1], [2]]);
  });

  it("calculates nothing from nothing: a count is 0, a percentile is not there", () => {
    const calculations = [
      count,
      { operator: "p99", key: "$workers.wallTimeMs" },
      { operator: "avg", key: "x" },
    ];
    const answer = calculate(storeWith(), { calculations });
    assert.deepEqual(
      answer.calculations.map(({ aggregates }) => valuesOf(aggregates)),
      [[0], [], []],
    );
  });

  it("takes times from invocations, not from their lines", () => {
    const store = storeWith(served("v1", { wallTimeMs: 50 }), line("hello", { wallTimeMs: 0 }));
    const answer = calculate(store, { calculations: [{ operator: "avg", key: "$workers.wallTimeMs" }] });
    assert.deepEqual(valuesOf(first(answer.calculations).aggregates), [50]);
  });

  it("knows the fields of a logged object", () => {
    const bought = (plan: string, paid: boolean): TelemetryEvent =>
      line("buy", { source: { cart: { plan }, paid } });
    const store = storeWith(bought("pro", true), bought("pro", true), bought("free", false));
    const groupBys = [
      { type: "string", value: "cart.plan" },
      { type: "boolean", value: "paid" },
    ];
    const asked = { calculations: [count], groupBys, ...largestFirst };
    assert.equal(groupsOf(calculate(store, asked)), "pro/true=2 free/false=1");
  });

  it("reads a logged number that is wider than a double", () => {
    const store = storeWith(line("big", { source: { big: 2 ** 60 } }));
    const answer = calculate(store, {
      calculations: [{ operator: "max", key: "big" }],
      groupBys: [{ type: "number", value: "big" }],
    });
    assert.equal(groupsOf(answer), `${2 ** 60}=${2 ** 60}`);
  });

  it("says what the query was and what it cost", () => {
    const calculations = [{ operator: "uniq", key: "$workers.outcome" }];
    const { run, statistics } = calculate(traffic(), { calculations }, { queryId: "mine", dry: true });
    const { id, query, statistics: again, ...rest } = run as typeof run & { statistics: unknown };
    assert.match(id, /^[0-9a-z]{24}$/);
    assert.deepEqual(rest, {
      ...{ accountId: "account", userId: "account", status: "COMPLETED", dry: true },
      ...{ timeframe: TIMEFRAME, granularity: 1000 },
    });
    const { created, updated, ...asked } = query;
    assert.deepEqual([updated, new Date(created).toISOString()], [created, created]);
    assert.deepEqual(asked, {
      ...{ id: "mine", name: "", description: "", generated: false },
      ...{ workspaceId: "account", environmentId: "cloudflare", userId: "account" },
      parameters: {
        ...{ datasets: [], filters: [], havings: [], filterCombination: "and", groupBys: [], calculations },
      },
    });
    assert.deepEqual(again, statistics);
    assert.deepEqual([statistics.rows_read, statistics.abr_level], [7, 1]);
    assert.ok(statistics.bytes_read > 7 * 50 && statistics.elapsed >= 0);
  });
});

describe("the view events", () => {
  const events = Array.from({ length: 5 }, (_, i) =>
    // The second and third share a millisecond.
    invocation({ timestamp: START + Math.floor((i * 3) / 4), requestId: `r${i}` }),
  );
  const ids = (answer: Answer): string =>
    (answer.events.events ?? []).map((event) => event.$metadata.requestId).join(" ");

  it("has the newest first, and says how many are on the page", () => {
    const answer = view(storeWith(...events), "events", { limit: 2 });
    assert.equal(ids(answer), "r4 r3");
    assert.equal(answer.events.count, 2);
  });

  it("goes on after the event of a cursor, and back before it", () => {
    const store = storeWith(...events);
    const newest = view(store, "events", { limit: 3 });
    const older = view(store, "events", { limit: 3, offset: last(newest.events.events).$metadata.id });
    const offset = first(older.events.events).$metadata.id;
    const back = view(store, "events", { limit: 2, offset, offsetDirection: "prev" });
    assert.deepEqual([ids(newest), ids(older), ids(back)], ["r4 r3 r2", "r1 r0", "r3 r2"]);
  });

  it("shows an invocation as it was recorded", () => {
    const recorded = invocation({
      ...{ requestId: "r", rayId: "0123456789abcdef", path: "/cart", url: "http://shop.test/cart?step=2" },
      ...{ versionTag: "v1.2", status: 503, level: "error" },
      head: "1.1\nLOC\n10.0.0.1\nHost\nshop.test",
    });
    const [event] = view(storeWith(recorded), "events").events.events ?? [];
    const { headers, cf, ...request } = (event?.$workers?.event as { request: Record<string, object> })
      .request;
    assert.deepEqual(request, { method: "GET", url: "http://shop.test/cart?step=2" });
    assert.deepEqual(
      [(headers as Record<string, string>)["host"], (cf as Record<string, string>)["httpProtocol"]],
      ["shop.test", "HTTP/1.1"],
    );
    assert.deepEqual(
      { ...event, $workers: { ...event?.$workers, event: { ...event?.$workers?.event, request: "above" } } },
      {
        dataset: "cloudflare-workers",
        timestamp: START,
        source: { level: "error", message: "GET http://shop.test/cart?step=2" },
        $workers: {
          ...{ scriptName: "checkout", eventType: "fetch", executionModel: "stateless", outcome: "ok" },
          ...{ truncated: false, scriptVersion: { id: "v1", tag: "v1.2" }, wallTimeMs: 10, cpuTimeMs: 1 },
          event: { request: "above", path: "/cart", search: { step: 2 }, response: { status: 503 } },
        },
        $metadata: {
          ...{ id: event?.$metadata.id, requestId: "r", rayId: "0123456789abcdef", service: "checkout" },
          ...{
            traceId: event?.$metadata.traceId,
            type: "cf-worker-event",
            origin: "fetch",
            account: "account",
          },
          ...{ trigger: "GET /cart", level: "error", message: "GET http://shop.test/cart?step=2" },
          error: "GET http://shop.test/cart?step=2",
        },
      },
    );
  });

  it("shows a console line without what is said of the whole invocation", () => {
    const { events: found } = view(
      storeWith(
        line("hello", { requestId: "r", head: "1.1\nLOC\n10.0.0.1", url: "http://shop.test/?step=2" }),
      ),
      "events",
    ).events;
    const [event] = found ?? [];
    assert.deepEqual(event, {
      dataset: "cloudflare-workers",
      timestamp: START,
      source: { message: "hello" },
      $workers: {
        ...{ scriptName: "checkout", eventType: "fetch", executionModel: "stateless" },
        ...{ truncated: false, scriptVersion: { id: "v1" } },
        event: {
          request: { method: "GET", path: "/", url: "http://shop.test/?step=2", search: { step: 2 } },
        },
      },
      $metadata: {
        ...{
          id: event?.$metadata.id,
          requestId: "r",
          service: "checkout",
          type: "cf-worker",
          origin: "fetch",
        },
        ...{ traceId: event?.$metadata.traceId, spanId: event?.$metadata.spanId, account: "account" },
        ...{ trigger: "GET /", message: "hello" },
      },
    });
  });

  it("shows an uncaught exception, an object's invocation and an event that is no request", () => {
    const exception = { name: "TypeError", stack: "at fetch", timestamp: START };
    const [scheduled, object, thrown] =
      view(
        storeWith(
          line("kaboom", { level: "error", exception }),
          invocation({
            ...{ executionModel: "durableObject", entrypoint: "Counter", durableObjectId: "cafe" },
            ...{ message: "add.jsrpc", eventType: "jsrpc", method: undefined, traceId: "t" },
          }),
          invocation({
            ...{ eventType: "scheduled", cron: "* * * * *", scheduledTimeMs: 5, status: undefined },
            ...{ method: undefined, path: undefined, url: undefined },
          }),
        ),
        "events",
      ).events.events ?? [];
    assert.deepEqual(thrown?.source, { message: "kaboom", exception });
    const { executionModel, entrypoint, durableObjectId } = object?.$workers as unknown as Record<
      string,
      string
    >;
    assert.deepEqual([executionModel, entrypoint, durableObjectId], ["durableObject", "Counter", "cafe"]);
    assert.deepEqual([object?.$metadata.traceId, object?.$metadata.message], ["t", "add.jsrpc"]);
    assert.deepEqual(scheduled?.$workers?.event, { cron: "* * * * *", scheduledTime: 5 });
    assert.deepEqual([scheduled.$metadata.trigger, scheduled.$metadata.message], ["* * * * *", "* * * * *"]);
  });

  it("finds each field by the name it is shown under, and lists those of the page", () => {
    const store = storeWith(
      line("hello", { rayId: "0123456789abcdef", url: "http://shop.test/?step=2" }),
      invocation({
        head: "1.1\nLOC\n10.0.0.1\nUser-Agent\ncurl/8",
        url: "http://shop.test/?step=2",
        versionTag: "x",
      }),
    );
    const answer = view(store, "events");
    for (const { key, type } of answer.events.fields ?? []) {
      const filters = [{ key, operation: "exists", type }];
      assert.ok(view(store, "events", { parameters: { filters } }).events.events?.length, key);
    }
    const fields = new Set(answer.events.fields?.map(({ key, type }) => `${key} ${type}`));
    for (const key of [
      ...["$workers.event.request.headers.user-agent string", "$workers.event.request.cf.asn number"],
      ...["$workers.event.search.step number", "$workers.event.request.search.step number", "message string"],
      ...["$workers.truncated boolean", "$workers.event.path string", "$workers.event.request.path string"],
    ])
      assert.ok(fields.has(key), key);
    assert.ok(![...fields].some((key) => key.startsWith("$metadata")));
  });

  it("has a series, in which what is at level error counts as an error", () => {
    const store = storeWith(
      ...events.map((event) => ({ ...event, timestamp: START + 2000 })),
      invocation({ timestamp: START + 2000, level: "error" }),
    );
    const { series = [] } = view(store, "events").events;
    assert.equal(series.length, 59);
    assert.deepEqual(series[0], { time: "2026-01-02 03:04:01", data: [] });
    assert.deepEqual(series[1]?.data, [
      {
        aggregates: { _count: 6, _countErrors: 1, _interval: 1 },
        ...{ count: 6, errors: 1, interval: 1, sampleInterval: 1 },
      },
    ]);
    assert.equal(view(store, "events", { chart: false }).events.series, undefined);
    // Only calculations have as many buckets as one likes.
    assert.equal(view(store, "events", { granularity: 2 }).run.granularity, 1000);
  });

  it("searches all of an event for a needle", () => {
    const store = storeWith(...events, line("Payment DECLINED (50%)", { requestId: "declined" }));
    const found = (needle: object): string => ids(view(store, "events", { parameters: { needle } }));
    assert.equal(found({ value: "declined (50%)" }), "declined");
    assert.equal(found({ value: "payment", matchCase: true }), "");
    assert.equal(found({ value: "declined .\\d+%", isRegex: true }), "declined");
    assert.equal(found({ value: "r3" }), "r3");
  });
});

describe("the view invocations", () => {
  const invoked = (id: string, at: number): TelemetryEvent[] => [
    line(`${id} begins`, { requestId: id, timestamp: START + at }),
    invocation({ requestId: id, timestamp: START + at }),
    line(`${id} ends`, { requestId: id, timestamp: START + at + 15, level: "error" }),
  ];
  const ids = (answer: Answer): string => Object.keys(answer.invocations).join(" ");
  const all = ["a", "b", "c", "d"].flatMap((id, i) => invoked(id, i * 10));

  it("has all events of each invocation that one event matches, in their order", () => {
    const filters = [{ key: "$metadata.message", operation: "ends_with", type: "string", value: "b ends" }];
    const answer = view(storeWith(...all), "invocations", { parameters: { filters } });
    assert.equal(ids(answer), "b");
    assert.deepEqual(
      answer.invocations["b"]?.map((event) => event.$metadata.message),
      ["b begins", "GET http://checkout.local.localhost/", "b ends"],
    );
  });

  it("has the newest first, a page at a time", () => {
    const store = storeWith(...all);
    const end = (answer: Answer): string => last(last(Object.values(answer.invocations))).$metadata.id;
    const newest = view(store, "invocations", { limit: 2 });
    const older = view(store, "invocations", { limit: 2, offset: end(newest) });
    const back = view(store, "invocations", { limit: 1, offset: end(older), offsetDirection: "prev" });
    assert.deepEqual([ids(newest), ids(older), ids(back)], ["d c", "b a", "b"]);
    const nowhere = eventId({ timestamp: 1, row: 99 });
    assert.equal(ids(view(store, "invocations", { limit: 2, offset: nowhere })), "");
  });
});

describe("keys and values", () => {
  const store = storeWith(
    line("x", { source: { user: { id: 7 }, "dotted.name": true, list: [1], empty: null } }),
    invocation({ timestamp: START + 5, status: 404 }),
    invocation({ timestamp: START + 6 }),
  );

  it("lists the fields there are, with their types and when they were last seen", () => {
    const keys = store.keys({}) as { key: string; type: string; lastSeenAt: number }[];
    const found = (name: string): unknown => keys.find(({ key }) => key === name);
    assert.deepEqual(found("user.id"), { key: "user.id", type: "number", lastSeenAt: START });
    assert.deepEqual(found("dotted.name"), { key: "dotted.name", type: "boolean", lastSeenAt: START });
    assert.deepEqual(found("$workers.wallTimeMs"), {
      ...{ key: "$workers.wallTimeMs", type: "number", lastSeenAt: START + 6 },
    });
    assert.deepEqual([found("list"), found("empty")], [undefined, undefined]);
  });

  it("lists the same keys of $metadata always, and not the ray, as a recorded answer does", () => {
    const metadata = (body: object): string[] =>
      (store.keys(body) as { key: string }[])
        .map(({ key }) => key)
        .filter((key) => key.startsWith("$metadata."));
    assert.deepEqual(metadata({ to: START }), metadata({}));
    assert.deepEqual(
      ["requestId", "duration", "rayId"].map((name) => metadata({}).includes(`$metadata.${name}`)),
      [true, true, false],
    );
  });

  it("lists no other field that a filter would not find", () => {
    for (const { key, type } of store.keys({}) as { key: string; type: string }[]) {
      if (key.startsWith("$metadata.")) continue;
      const found = store.values({ datasets: [], key, type, timeframe: TIMEFRAME }) as unknown[];
      assert.notEqual(found.length, 0, key);
    }
  });

  it("narrows the fields down", () => {
    const keys = (body: object): string =>
      (store.keys(body) as { key: string }[]).map(({ key }) => key).join(" ");
    assert.equal(keys({ keyNeedle: { value: "USER" } }), "user.id");
    assert.equal(keys({ keyNeedle: { value: "USER", matchCase: true } }), "");
    assert.equal(keys({ keyNeedle: { value: "^dotted\\.", isRegex: true } }), "dotted.name");
    assert.equal(keys({ to: START, keyNeedle: { value: "^dotted\\.", isRegex: true } }), "");
  });

  it("lists the values of a field, the commonest first", () => {
    const values = (key: string, type: string): unknown[] =>
      (store.values({ datasets: [], key, type, timeframe: TIMEFRAME }) as { value: unknown }[]).map(
        ({ value }) => value,
      );
    assert.deepEqual(values("$workers.event.response.status", "number"), [200, 404]);
    assert.deepEqual(values("$metadata.type", "string"), ["cf-worker-event", "cf-worker"]);
    assert.deepEqual(values("dotted.name", "boolean"), [true]);
    assert.deepEqual(values("dotted.name", "string"), []);
  });
});

describe("recording", () => {
  it("stores all of a batch or none of it", () => {
    const store = storeWith();
    const broken = invocation({ versionId: "v2", source: { big: 1n } });
    assert.throws(() => {
      store.record([invocation({ versionId: "v2" }), broken]);
    }, TypeError);
    store.record([invocation({ versionId: "v2" })]);
    const answer = calculate(store, { calculations: [count], ...byVersion });
    assert.equal(groupsOf(answer), "v2=1");
    assert.equal(answer.statistics.rows_read, 1);
  });

  it("samples in bursts as the platform does, when asked to: what is left out is counted by what is kept", () => {
    const events = Array.from({ length: 3000 }, (_, i) => [
      line("hello", { requestId: `${i}`, timestamp: START + i * 10 }),
      invocation({ requestId: `${i}`, timestamp: START + i * 10, sampleInterval: 2 }),
    ]).flat();
    const answer = calculate(storeOf(events, { samplingBursts: 0.5 }), { calculations: [count] });
    const { value = 0, sampleInterval = 0 } = first(answer.calculations).aggregates[0] ?? {};
    const stored = answer.statistics.rows_read;
    assert.ok(stored > 2000 && stored < 5000, `${stored}`);
    // 9000 in all; half of it in bursts, in tenths that vary by 12 of 150, each worth 10 + 20.
    assert.ok(Math.abs(value - 9000) < 6 * 12 * 30, `${value}`);
    assert.ok(Math.abs(sampleInterval - value / stored) < 1e-9);
  });

  describe("to a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "telemetry-"));
    after(() => {
      rmSync(folder, { recursive: true });
    });

    it("keeps what was recorded for the next process", () => {
      const file = join(folder, "kept.sqlite");
      const first = new SqliteTelemetry(file, {}, () => START);
      first.record([invocation(), invocation({ versionId: "v2" })]);
      first.close();
      const second = new SqliteTelemetry(file, {}, () => START);
      second.record([invocation()]);
      const asked = { calculations: [count], ...byVersion, orderBy: { value: "count" } };
      assert.equal(groupsOf(calculate(second, asked)), "v1=2 v2=1");
      second.close();
    });

    it("refuses the file of another release", () => {
      const file = join(folder, "other.sqlite");
      const db = new DatabaseSync(file);
      db.exec("PRAGMA user_version = 99");
      db.close();
      assert.throws(
        () => new SqliteTelemetry(file),
        /has format 99, and this release reads format 3\. Delete the file, which loses the telemetry of the past/,
      );
    });
  });
});

describe("a body that cannot be served", () => {
  const good = { queryId: "q", timeframe: TIMEFRAME, view: "events", parameters: {} };
  const filtered = (...filters: object[]): object => ({ ...good, parameters: { filters } });
  const calculated = (parameters: object): object => ({ ...good, view: "calculations", parameters });
  const exists = { key: "a", operation: "exists", type: "string" };
  const nested = (depth: number): object =>
    depth === 0 ? exists : { kind: "group", filterCombination: "OR", filters: [nested(depth - 1)] };
  const several = (count: number): object[] => Array.from({ length: count }, () => exists);

  function refusalOf(body: unknown): { status: number; body: unknown } {
    try {
      storeWith().query(body);
    } catch (error) {
      assert.ok(error instanceof QueryRefusal, String(error));
      return { status: error.status, body: JSON.parse(JSON.stringify(error.body)) as unknown };
    }
    return assert.fail("it was served");
  }

  for (const [name, body, issue] of [
    ["nothing", null, { code: "invalid_type", expected: "object", path: [] }],
    [
      "no timeframe",
      { ...good, timeframe: undefined },
      { code: "invalid_type", expected: "object", path: ["timeframe"] },
    ],
    [
      "a fraction of a millisecond",
      { ...good, timeframe: { from: 0.5, to: 1 } },
      { code: "invalid_type", expected: "int", format: "safeint", path: ["timeframe", "from"] },
    ],
    [
      "too many rows",
      { ...good, limit: 2001 },
      { origin: "number", code: "too_big", maximum: 2000, inclusive: true, path: ["limit"] },
    ],
    [
      "too many groups",
      calculated({ calculations: [count], limit: 2001 }),
      { origin: "number", code: "too_big", maximum: 2000, inclusive: true, path: ["parameters", "limit"] },
    ],
    [
      "no buckets",
      { ...good, granularity: 0 },
      { origin: "number", code: "too_small", minimum: 1, inclusive: true, path: ["granularity"] },
    ],
    [
      "an unknown type",
      filtered({ ...exists, type: "text" }),
      {
        ...{ code: "invalid_value", values: ["string", "number", "boolean"] },
        path: ["parameters", "filters", 0, "type"],
      },
    ],
  ] as const)
    it(`with ${name} is told where the bad value is, below an echo of itself`, () => {
      assert.deepEqual(refusalOf(body), {
        status: 400,
        body: {
          ...{ success: false, _e: null, _i: JSON.parse(JSON.stringify(body)) as unknown },
          _c: { issues: [{ ...issue, message: "Invalid input" }], name: "ZodError" },
        },
      });
    });

  for (const [name, body, detail] of [
    ["17 filters", filtered(...several(17)), "Filter expression is too complex; maximum is 16 filter nodes"],
    [
      "16 filters in a group",
      filtered({ kind: "group", filterCombination: "and", filters: several(16) }),
      "Filter expression is too complex; maximum is 16 filter nodes",
    ],
    ["groups nested too deep", filtered(nested(5)), "Filter expression is too complex; maximum depth is 4"],
    [
      "a timeframe that ends before it starts",
      { ...good, timeframe: { from: 2, to: 1 } },
      "timeframe: starts when it ends or later; from must be earlier than to.",
    ],
    [
      "a view that is not emulated",
      { ...good, view: "traces" },
      'view: "traces" is not emulated; the views emulated are calculations, events, invocations.',
    ],
    [
      "a chart that is not emulated",
      { ...good, chartType: "distribution" },
      'chartType: "distribution" is not emulated; the chart types emulated are timeseries_and_aggregate, timeseries, aggregate.',
    ],
    [
      "a saved query",
      { ...good, parameters: undefined },
      "parameters: are missing, and queries are not saved here; send them inline.",
    ],
    [
      "no calculation",
      calculated({}),
      'parameters.calculations: are missing; the view "calculations" needs one at least.',
    ],
    [
      "a calculation without its field",
      calculated({ calculations: [count, { operator: "p99" }] }),
      "parameters.calculations.1.key: is missing; p99 needs a field.",
    ],
    [
      "an average of text",
      calculated({ calculations: [{ operator: "avg", key: "a", keyType: "string" }] }),
      'parameters.calculations.0.keyType: is "string", but avg calculates with numbers or booleans; for text there are count and uniq.',
    ],
    [
      "a having of nothing",
      calculated({ calculations: [count], havings: [{ key: "slow", operation: "gt", value: 1 }] }),
      'parameters.havings.0.key: "slow" is none of the calculations (count).',
    ],
    [
      "an order by nothing",
      calculated({ calculations: [{ ...count, alias: "n" }], orderBy: { value: "slow" } }),
      'parameters.orderBy.value: "slow" is none of the calculations (n).',
    ],
    [
      "too many calculations",
      calculated({ calculations: Array.from({ length: 51 }, () => count) }),
      "parameters.calculations: has more than 50, the most that the local edge takes.",
    ],
    [
      "too many buckets",
      { ...good, granularity: 10_001 },
      "granularity: is more than 10000, the most that the local edge gives.",
    ],
    [
      "a cursor that is none",
      { ...good, offset: "page 2" },
      "offset: is not the $metadata.id of an event; pass the one of the last event you have.",
    ],
    [
      "a comparison with nothing",
      filtered({ key: "a", operation: "eq", type: "string" }),
      "parameters.filters.0.value: is missing; eq compares with one.",
    ],
    [
      "a number that is none",
      filtered({ key: "a", operation: "in", type: "number", value: "1,two" }),
      'parameters.filters.0.value: "1,two" is no number.',
    ],
    [
      "a part of a number",
      filtered({ key: "a", operation: "includes", type: "number", value: 1 }),
      'parameters.filters.0.type: is "number", but includes reads text; its type is "string".',
    ],
    [
      "a broken pattern",
      filtered({ key: "a", operation: "regex", type: "string", value: "(?=b)" }),
      "parameters.filters.0.value: is no regular expression: error parsing regexp: invalid or unsupported Perl syntax: `(?=`.",
    ],
  ] as const)
    it(`with ${name} is told why`, () => {
      const why = detail.startsWith("Filter") ? detail : `Telemetry query refused. ${detail}`;
      assert.deepEqual(refusalOf(body), {
        status: 400,
        body: { success: false, errors: [{ message: "Bad Request", detail: why }] },
      });
    });

  for (const [name, body] of [
    ["calculation", calculated({ calculations: [{ operator: "p50", key: "a" }] })],
    ["comparison", filtered({ key: "a", operation: "like", type: "string", value: "b" })],
  ] as const)
    it(`with an unknown ${name} is told nothing at all`, () => {
      assert.deepEqual(refusalOf(body), { status: 400, body: { success: false, errors: [] } });
    });

  it("with a very long list fails", () => {
    const value = Array.from({ length: 1001 }, (_, i) => i).join();
    const list = { key: "a", operation: "in", type: "string", value };
    const failure = { status: 500, body: { success: false, errors: [{ message: "Internal error" }] } };
    assert.deepEqual(refusalOf(filtered(list)), failure);
    assert.deepEqual(
      refusalOf(filtered({ kind: "group", filterCombination: "or", filters: [list] })),
      failure,
    );
    storeWith().query(filtered({ ...list, value: value.slice(0, value.lastIndexOf(",")) }));
  });

  it("is not one with as many filters as there may be, as deep as may be, or with names that do not exist", () => {
    storeWith().query(filtered(...several(16)));
    storeWith().query(filtered({ kind: "group", filterCombination: "and", filters: several(15) }));
    storeWith().query(filtered(nested(4)));
    const events = (parameters: object): unknown[] =>
      view(storeWith(invocation()), "events", { parameters }).events.events ?? [];
    const unknown = { key: "$workers.requestId", operation: "eq", type: "string", value: "request" };
    assert.deepEqual(events({ filters: [unknown] }), []);
    assert.deepEqual(events({ datasets: ["no-such-dataset"] }), []);
    assert.equal(events({ datasets: [] }).length, 1);
  });

  it("is refused by keys and values too", () => {
    assert.throws(() => storeWith().keys({ limit: -1 }), /limit: is too small, -1; the least is 0\./);
    assert.throws(
      () => storeWith().values({ datasets: [], key: "a", timeframe: TIMEFRAME }),
      /type: is missing/,
    );
    assert.throws(() => storeWith().keys({ filters: several(17) }), /maximum is 16 filter nodes/);
  });
});
