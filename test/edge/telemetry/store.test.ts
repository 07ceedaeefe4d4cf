import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Cloudflare from "cloudflare";
import { ApiError } from "../../../edge/api/error";
import type { TelemetryEvent } from "../../../edge/telemetry";
import { SqliteTelemetry } from "../../../edge/telemetry/store";
import { invocation, line, START } from "./sample";

const TIMEFRAME = { from: START, to: START + 60_000 };

function storeWith(...events: TelemetryEvent[]): SqliteTelemetry {
  const store = new SqliteTelemetry(":memory:");
  store.record(events);
  return store;
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

  it("has one row per group, the largest first", () => {
    const answer = calculate(traffic(), { ...requests, ...byVersion, calculations: [count] });
    assert.equal(groupsOf(answer), "v1=3 v2=2 v3=1");
    assert.deepEqual(first(answer.calculations).aggregates[2], {
      ...{ count: 1, interval: 1, sampleInterval: 1, value: 1 },
      groups: [{ key: "$workers.scriptVersion.id", value: "v3" }],
    });
  });

  it("groups by several fields, and leaves out of a group what its events do not have", () => {
    const crashed = served("v2", { outcome: "exception" });
    delete crashed.status;
    const answer = calculate(storeWith(served("v1"), served("v1"), crashed), {
      calculations: [count],
      groupBys: [...byVersion.groupBys, { type: "number", value: "$metadata.statusCode" }],
    });
    assert.equal(groupsOf(answer), "v1/200=2 v2=1");
  });

  it("keeps the groups that its havings leave, in the order asked for, a page at a time", () => {
    const calculations = [count, { operator: "max", key: "$workers.wallTimeMs", alias: "slowest" }];
    const asked = (more: object, rest: object = {}): string =>
      groupsOf(calculate(traffic(), { ...requests, ...byVersion, calculations, ...more }, rest));
    assert.equal(asked({ havings: [{ key: "count", operation: "gte", value: 2 }] }), "v1=3 v2=2");
    assert.equal(asked({ havings: [{ key: "slowest", operation: "gt", value: 10 }] }), "v2=2");
    assert.equal(asked({ orderBy: { value: "slowest" } }), "v2=2 v1=3 v3=1");
    assert.equal(asked({ orderBy: { value: "count", order: "asc" } }), "v3=1 v2=2 v1=3");
    assert.equal(asked({ limit: 1 }), "v1=3");
    assert.equal(asked({}, { limit: 1, offsetBy: 1 }), "v2=2");
  });

  it("has a series with every bucket, and only of the groups kept", () => {
    const answer = calculate(
      traffic(),
      { ...requests, ...byVersion, calculations: [count], limit: 1 },
      { granularity: 4 },
    );
    const { series } = first(answer.calculations);
    assert.deepEqual(
      series.map(({ time, data }) => [time, valuesOf(data)]),
      [
        ["2026-01-02 03:04:00", [2]],
        ["2026-01-02 03:04:15", []],
        ["2026-01-02 03:04:30", [1]],
        ["2026-01-02 03:04:45", []],
      ],
    );
    assert.equal(answer.run.granularity, 4);
  });

  it("has as much as was asked for", () => {
    const parts = (rest: object): [number, number] => {
      const answer = calculate(traffic(), { calculations: [count] }, { granularity: 2, ...rest });
      const { aggregates, series } = first(answer.calculations);
      return [aggregates.length, series.length];
    };
    assert.deepEqual(parts({}), [1, 2]);
    assert.deepEqual(parts({ ignoreSeries: true }), [1, 0]);
    assert.deepEqual(parts({ chart: false }), [1, 0]);
    assert.deepEqual(parts({ chartType: "aggregate" }), [1, 0]);
    assert.deepEqual(parts({ chartType: "timeseries" }), [0, 2]);
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
    assert.equal(groupsOf(calculate(store, { calculations: [count], groupBys })), "pro/true=2 free/false=1");
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
    const body = { calculations: [{ operator: "COUNT_DISTINCT", key: "$workers.outcome" }] };
    const store = traffic();
    const { run, statistics } = store.query(
      { queryId: "mine", timeframe: TIMEFRAME, dry: true, parameters: body },
      { accountId: "acc", userId: "me" },
    ) as Answer;
    assert.deepEqual(
      [run.accountId, run.userId, run.dry, run.status, run.timeframe, run.query.id, run.query.adhoc],
      ["acc", "me", true, "COMPLETED", TIMEFRAME, "mine", true],
    );
    assert.deepEqual(run.query.parameters.calculations, [{ operator: "uniq", key: "$workers.outcome" }]);
    assert.equal(statistics.rows_read, 7);
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

  it("has the newest first, and counts them all", () => {
    const answer = view(storeWith(...events), "events", { limit: 2 });
    assert.equal(ids(answer), "r4 r3");
    assert.equal(answer.events.count, 5);
  });

  it("goes on after the event of a cursor, and back before it", () => {
    const store = storeWith(...events);
    const newest = view(store, "events", { limit: 3 });
    const older = view(store, "events", { limit: 3, offset: last(newest.events.events).$metadata.id });
    const offset = first(older.events.events).$metadata.id;
    const back = view(store, "events", { limit: 2, offset, offsetDirection: "prev" });
    assert.deepEqual([ids(newest), ids(older), ids(back)], ["r4 r3 r2", "r1 r0", "r3 r2"]);
  });

  it("shows an event as it was recorded", () => {
    const { events: found } = view(storeWith(line("hello", { requestId: "r" })), "events").events;
    assert.deepEqual(found?.[0], {
      dataset: "cloudflare-workers",
      timestamp: START,
      source: { message: "hello" },
      $workers: {
        ...{ scriptName: "checkout", eventType: "fetch", executionModel: "stateless", outcome: "ok" },
        ...{ requestId: "r", truncated: false, scriptVersion: { id: "v1", tag: "", message: "" } },
        event: {
          request: { method: "GET", path: "/", url: "http://checkout.local.localhost/" },
          response: { status: 200 },
        },
      },
      $metadata: {
        ...{ id: `${START}-1`, requestId: "r", service: "checkout", type: "cf-worker", origin: "fetch" },
        ...{ trigger: "GET /", level: "log", message: "hello", statusCode: 200 },
        url: "http://checkout.local.localhost/",
      },
    });
  });

  it("has a series when a chart is asked for", () => {
    const store = storeWith(...events, invocation({ error: "Error: no" }));
    const { series } = view(store, "events", { chart: true, granularity: 2 }).events;
    assert.deepEqual(
      series?.map(({ data }) => data.map((each) => [each.count, each.errors])),
      [[[6, 1]], []],
    );
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
      answer.invocations["b"]?.map((event) => event.$metadata.message ?? event.$metadata.type),
      ["b begins", "cf-worker-event", "b ends"],
    );
  });

  it("has the newest first, a page at a time", () => {
    const store = storeWith(...all);
    const end = (answer: Answer): string => last(last(Object.values(answer.invocations))).$metadata.id;
    const newest = view(store, "invocations", { limit: 2 });
    const older = view(store, "invocations", { limit: 2, offset: end(newest) });
    const back = view(store, "invocations", { limit: 1, offset: end(older), offsetDirection: "prev" });
    assert.deepEqual([ids(newest), ids(older), ids(back)], ["d c", "b a", "b"]);
    assert.equal(ids(view(store, "invocations", { limit: 2, offset: "1-99" })), "");
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
    assert.deepEqual(found("$metadata.duration"), {
      ...{ key: "$metadata.duration", type: "number", lastSeenAt: START + 6 },
    });
    assert.deepEqual([found("list"), found("empty")], [undefined, undefined]);
  });

  it("lists no field that a filter would not find", () => {
    for (const { key, type } of store.keys({}) as { key: string; type: string }[]) {
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
    assert.equal(keys({ to: START }), "");
  });

  it("lists the values of a field, the commonest first", () => {
    const values = (key: string, type: string): unknown[] =>
      (store.values({ datasets: [], key, type, timeframe: TIMEFRAME }) as { value: unknown }[]).map(
        ({ value }) => value,
      );
    assert.deepEqual(values("$metadata.statusCode", "number"), [200, 404]);
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

  describe("to a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "telemetry-"));
    after(() => {
      rmSync(folder, { recursive: true });
    });

    it("keeps what was recorded for the next process", () => {
      const file = join(folder, "kept.sqlite");
      const first = new SqliteTelemetry(file);
      first.record([invocation(), invocation({ versionId: "v2" })]);
      first.close();
      const second = new SqliteTelemetry(file);
      second.record([invocation()]);
      assert.equal(groupsOf(calculate(second, { calculations: [count], ...byVersion })), "v1=2 v2=1");
      second.close();
    });

    it("refuses the file of another release", () => {
      const file = join(folder, "other.sqlite");
      const db = new DatabaseSync(file);
      db.exec("PRAGMA user_version = 99");
      db.close();
      assert.throws(
        () => new SqliteTelemetry(file),
        /has format 99, and this release reads format 2\. Delete/,
      );
    });
  });
});

describe("a body that cannot be served", () => {
  const good = { queryId: "q", timeframe: TIMEFRAME, view: "events", parameters: {} };
  const filtered = (filter: object): object => ({ ...good, parameters: { filters: [filter] } });
  const calculated = (parameters: object): object => ({ ...good, view: "calculations", parameters });
  const nested = (depth: number): object =>
    depth === 0
      ? { key: "a", operation: "exists", type: "string" }
      : { kind: "group", filterCombination: "OR", filters: [nested(depth - 1)] };

  for (const [name, body, complaint] of [
    ["nothing", null, "The body: is null, and must be of type object."],
    ["no timeframe", { ...good, timeframe: undefined }, "timeframe: is missing, and must be of type object."],
    [
      "a timeframe that ends before it starts",
      { ...good, timeframe: { from: 2, to: 1 } },
      "timeframe: starts when it ends or later; from must be earlier than to.",
    ],
    [
      "a fraction of a millisecond",
      { ...good, timeframe: { from: 0.5, to: 1 } },
      "timeframe.from: is 0.5, and must be a whole number.",
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
    ["too many rows", { ...good, limit: 2001 }, "limit: is too large, 2001; the most is 2000."],
    ["no buckets", { ...good, granularity: 0 }, "granularity: is too small, 0; the least is 1."],
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
      'parameters.filters.0.value: is no regular expression: "(?=" looks ahead or behind, which RE2 does not know.',
    ],
    [
      "groups nested too deep",
      filtered(nested(5)),
      "parameters.filters.0.filters.0.filters.0.filters.0.filters.0: is a group nested deeper than 4.",
    ],
    [
      "too many filters",
      { ...good, parameters: { filters: Array.from({ length: 501 }, () => nested(0)) } },
      "parameters.filters: has more than 500 filters in all.",
    ],
  ] as const)
    it(`with ${name} is refused`, () => {
      assert.throws(
        () => storeWith().query(body),
        (error) => {
          assert.ok(error instanceof ApiError);
          assert.equal(error.message, `Telemetry query refused. ${complaint}`);
          assert.equal(error.status, 400);
          return true;
        },
      );
    });

  it("is not one with groups four deep, or with as many filters as there may be", () => {
    storeWith().query(filtered(nested(4)));
    storeWith().query({ ...good, parameters: { filters: Array.from({ length: 500 }, () => nested(0)) } });
  });

  it("is refused by keys and values too", () => {
    assert.throws(() => storeWith().keys({ limit: -1 }), /limit: is too small, -1; the least is 0\./);
    assert.throws(
      () => storeWith().values({ datasets: [], key: "a", timeframe: TIMEFRAME }),
      /type: is missing/,
    );
  });
});
