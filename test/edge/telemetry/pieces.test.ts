import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketLength, bucketStarts, seriesTime } from "../../../edge/telemetry/buckets";
import { calculationNamed, compileCalculation, labelOf } from "../../../edge/telemetry/calculations";
import { anyField, typedField } from "../../../edge/telemetry/fields";
import { compileFilters, compileNeedle } from "../../../edge/telemetry/filters";
import { toLiteral, toPattern } from "../../../edge/telemetry/pattern";
import { Patience } from "../../../edge/telemetry/patience";
import { QueryRefusal } from "../../../edge/telemetry/refusal";
import { openDatabase } from "../../../edge/telemetry/database";
import { delayOf, platformInterval } from "../../../edge/telemetry/draws";
import { eventId, EVENT_ID, hexId, positionOf } from "../../../edge/telemetry/ids";
import { headersOf, keptHead, searchOf } from "../../../edge/telemetry/request";
import { inScope } from "../../../edge/telemetry/sample";
import { joined, sql, type Sql } from "../../../edge/telemetry/sql";
import { isTooWide, withinReach } from "../../../edge/telemetry/timeframe";
import { coerce, restored, stored } from "../../../edge/telemetry/types";

const compiles = (given: Sql, text: string, ...params: unknown[]): void => {
  assert.deepEqual({ text: given.text, params: [...given.params] }, { text, params });
};

describe("writing SQL", () => {
  it("splices pieces in and binds everything else, in order", () => {
    const inner = sql`b = ${2}`;
    compiles(
      sql`a = ${"1' OR 1"} AND ${inner} AND c = ${null}`,
      "a = ? AND b = ? AND c = ?",
      "1' OR 1",
      2,
      null,
    );
    compiles(joined([inner, inner], " OR "), "b = ? OR b = ?", 2, 2);
  });
});

describe("a field", () => {
  for (const [key, type, column] of [
    ["$workers.scriptName", "string", "v.script_name"],
    ["$metadata.service", "string", "v.script_name"],
    ["$workers.scriptVersion.id", "string", "v.version_id"],
    ["$workers.event.response.status", "number", "e.status"],
    ["$metadata.requestId", "string", "e.request_id"],
    ["$metadata.rayId", "string", "e.ray_id"],
    ["$workers.wallTimeMs", "number", "e.wall_time_ms"],
    ["timestamp", "number", "e.timestamp"],
  ] as const)
    it(`${key} is ${column}`, () => {
      compiles(typedField(key, type), column);
      compiles(anyField(key), column);
    });

  it("of another type than asked for is not there", () => {
    compiles(typedField("$workers.event.response.status", "string"), "NULL");
  });

  it("of a request is looked up in its part, by a path that is bound", () => {
    const headers = "headers_of(e.head, e.ray_id)";
    const key = "$workers.event.request.headers.user-agent";
    compiles(anyField(key), `(json_extract(${headers}, ?))`, '$."user-agent"');
    const cf = "json_extract(cf_of(e.head), ?)";
    const nested = ['$."tlsClientAuth.certVerified"', '$."tlsClientAuth"."certVerified"'];
    compiles(
      anyField("$workers.event.request.cf.tlsClientAuth.certVerified"),
      `coalesce(${cf}, ${cf})`,
      ...nested,
    );
  });

  it("without a column, or named like a method of every object, is looked up in the logged object", () => {
    for (const [key, ...paths] of [
      ['a"b', '$."a\\"b"'],
      ["user.id", '$."user.id"', '$."user"."id"'],
      ["constructor", '$."constructor"'],
    ] as const) {
      const { text, params } = anyField(key);
      assert.match(text, /json_extract\(coalesce\(e\.source, /);
      assert.deepEqual(params, paths);
    }
  });
});

describe("filters", () => {
  const status = { kind: "filter", key: "$workers.event.response.status", type: "number" } as const;
  const outcome = { kind: "filter", key: "$workers.outcome", type: "string" } as const;

  for (const [filter, text, ...params] of [
    [{ ...status, operation: "eq", value: "500" }, "e.status IS ?", 500],
    [{ ...status, operation: "neq", value: 500 }, "e.status IS NOT ?", 500],
    [{ ...status, operation: "gte", value: 500 }, "e.status >= ?", 500],
    [{ ...status, operation: "exists" }, "e.status IS NOT NULL"],
    [{ ...status, operation: "is_null" }, "e.status IS NULL"],
    [
      { ...status, operation: "in", value: "500, 502" },
      "e.status IN (SELECT CAST(value AS REAL) FROM json_each(?))",
      "[500,502]",
    ],
    [{ ...outcome, operation: "starts_with", value: "ex" }, "instr(e.outcome, ?) = 1", "ex"],
    [
      { ...outcome, operation: "not_includes", value: "ex" },
      "coalesce(instr(e.outcome, ?) > 0, 0) = 0",
      "ex",
    ],
    [{ ...outcome, operation: "regex", value: "^ex" }, "matches(e.outcome, ?, '')", "^ex"],
  ] as const)
    it(`${filter.operation} is ${text}`, () => {
      compiles(compileFilters([filter], "and"), `(${text})`, ...params);
    });

  it("are joined as their group says", () => {
    const ok = { ...outcome, operation: "eq", value: "ok" } as const;
    const failed = { ...status, operation: "gte", value: 500 } as const;
    const group = { kind: "group", filterCombination: "or", filters: [ok, failed] } as const;
    compiles(
      compileFilters([ok, { ...group, filters: [...group.filters] }], "and"),
      "(e.outcome IS ? AND (e.outcome IS ? OR e.status >= ?))",
      ...["ok", "ok", 500],
    );
  });

  it("restrict nothing when there are none", () => {
    compiles(compileFilters([], "or"), "1");
  });

  it("take a needle literally unless it is a pattern", () => {
    assert.deepEqual(compileNeedle({ value: "a.b" }).params, ["a.b", "il"]);
    assert.deepEqual(compileNeedle({ value: "a.b", isRegex: true, matchCase: true }).params, ["a.b", "m"]);
  });

  it("find nothing in a dataset there is not", () => {
    const timeframe = { from: 1, to: 2 };
    const sample = { scale: 1, rows: 0, tables: sql``, inTime: sql``, condition: sql`sampled` };
    compiles(inScope(sample, { timeframe, datasets: ["other"] }), "sampled AND 1 AND 0");
    compiles(inScope(sample, { timeframe, datasets: ["other", "cloudflare-workers"] }), "sampled AND 1");
  });
});

describe("a calculation", () => {
  const wall = { key: "$workers.wallTimeMs" };

  it("is labelled as Cloudflare labels it", () => {
    assert.equal(labelOf({ operator: "p999", ...wall }), "p999($workers.wallTimeMs)");
    assert.equal(labelOf({ operator: "count" }), "count");
  });

  it("is one aggregate", () => {
    const weight = "e.sample_interval";
    for (const [calculation, text, ...params] of [
      [{ operator: "count" }, `total(${weight}) * ?`, 4],
      [{ operator: "uniq", key: "$workers.outcome" }, "count(DISTINCT e.outcome)"],
      [{ operator: "p99", ...wall }, `quantile(sorted(e.wall_time_ms, ${weight}), ?)`, 0.99],
      [{ operator: "sum", key: "$workers.outcome" }, `total(NULL * ${weight}) * ?`, 4],
    ] as const)
      compiles(compileCalculation(calculation, 4), text, ...params);
  });

  it("is found by its alias before its operator before its label", () => {
    const p99 = { operator: "p99", ...wall, alias: "slow" } as const;
    const count = { operator: "count", alias: "p99" } as const;
    assert.equal(calculationNamed("slow", [p99, count]), p99);
    assert.equal(calculationNamed("p99", [p99, count]), count);
    assert.equal(calculationNamed("count", [p99, count]), count);
    assert.equal(calculationNamed("p99($workers.wallTimeMs)", [p99, count]), p99);
    assert.equal(calculationNamed("avg", [p99, count]), undefined);
  });
});

describe("buckets", () => {
  /** What live answers of September 2026 had: a span, the length of its buckets, and the first and the last of them. */
  const recorded = [
    [["06:44:28.007", "06:59:28.007"], 15, "06:44:45", "06:59:15"],
    [["06:58:20.000", "07:05:28.177"], 8, "06:58:32", "07:05:28"],
    [["07:03:15.569", "07:04:19.007"], 2, "07:03:18", "07:04:18"],
  ] as const;
  const at = (time: string): number => Date.parse(`2026-09-29T${time}Z`);

  for (const [[from, to], seconds, first, last] of recorded)
    it(`from ${from} to ${to} are ${seconds} s long, from ${first} to ${last}`, () => {
      const timeframe = { from: at(from), to: at(to) };
      assert.equal(bucketLength(timeframe), seconds * 1000);
      const starts = bucketStarts(timeframe, seconds * 1000).map(seriesTime);
      assert.deepEqual([starts[0], starts.at(-1)], [`2026-09-29 ${first}`, `2026-09-29 ${last}`]);
    });

  it("of a week are as a recorded answer has them", () => {
    const timeframe = { from: 1_790_060_757_553, to: 1_790_665_553_045 };
    assert.equal(bucketLength(timeframe), 10_080_000);
    const starts = bucketStarts(timeframe, 10_080_000).map(seriesTime);
    assert.deepEqual([starts[0], starts.at(-1)], ["2026-09-22 11:36:00", "2026-09-29 06:00:00"]);
  });

  it("are as many as the granularity says where that makes whole seconds, else longer", () => {
    assert.equal(bucketLength({ from: 0, to: 3_600_000 }, 360), 10_000);
    assert.equal(bucketLength({ from: 0, to: 3_600_001 }, 360), 11_000);
    assert.equal(bucketLength({ from: 5, to: 8 }, 100), 1_000);
  });

  it("are none in a span that is too short for the first listed one", () => {
    assert.deepEqual(bucketStarts({ from: 1_001, to: 3_000 }, 1_000), []);
    assert.deepEqual(bucketStarts({ from: 1_000, to: 3_000 }, 1_000), [2_000]);
  });

  it("lie on multiples of their length, whatever the span is, and all within it", () => {
    const spans = fc.record({
      from: fc.integer({ min: 0, max: 4e12 }),
      span: fc.integer({ min: 1, max: 700_000_000 }),
      granularity: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(spans, ({ from, span, granularity }) => {
        const length = bucketLength({ from, to: from + span }, granularity);
        const count = granularity ?? 60;
        assert.equal(length % 1000, 0);
        assert.ok(length * count >= span && (length === 1000 || (length - 1000) * count < span));
        const starts = bucketStarts({ from, to: from + span }, length);
        starts.forEach((start, i) => {
          assert.equal(start % length, 0);
          assert.ok(start >= from + length && start < from + 2 * length + i * length && start < from + span);
        });
      }),
    );
  });
});

describe("a timeframe", () => {
  const DAY = 86_400_000;

  it("begins no earlier than what is kept", () => {
    assert.deepEqual(withinReach({ from: 0, to: 10 * DAY }, 9 * DAY, 7 * DAY), {
      from: 2 * DAY,
      to: 10 * DAY,
    });
    assert.deepEqual(withinReach({ from: 3 * DAY, to: 4 * DAY }, 9 * DAY, 7 * DAY), {
      ...{ from: 3 * DAY, to: 4 * DAY },
    });
  });

  it("is too wide for calculations from six days on", () => {
    assert.deepEqual(
      [isTooWide({ from: 0, to: 6 * DAY - 1 }), isTooWide({ from: 0, to: 6 * DAY })],
      [false, true],
    );
  });
});

describe("the id of an event", () => {
  const positions = fc.record({
    timestamp: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    row: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  });

  it("begins with its time as a ULID does", () => {
    // The time and the beginning of the id of a recorded event.
    assert.equal(eventId({ timestamp: 1_790_665_122_368, row: 4 }), "01M3NZARJ00000000000000004");
  });

  it("has 26 characters, says where the event stands, and is in the order of events", () => {
    fc.assert(
      fc.property(positions, positions, (one, other) => {
        assert.match(eventId(one), EVENT_ID);
        assert.deepEqual(positionOf(eventId(one)), { ...one });
        const order = one.timestamp - other.timestamp || one.row - other.row;
        const [a, b] = [eventId(one), eventId(other)];
        assert.equal(Math.sign(order), a < b ? -1 : Number(a > b));
      }),
    );
  });
});

describe("hex digits drawn from a text", () => {
  it("are as many as asked for, and others for another text", () => {
    const ids = Array.from({ length: 1000 }, (_, i) => hexId(String(i), 32));
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
    assert.equal(new Set(ids).size, 1000);
    assert.equal(hexId("x", 16), hexId("x", 32).slice(0, 16));
  });
});

describe("the head of a request", () => {
  const head = (...headers: string[]): string => ["1.1", "LOC", "10.0.0.1", ...headers].join("\n");

  it("loses the values of headers that may hold a secret", () => {
    const secret = [
      "Authorization",
      "Cookie",
      "Set-Cookie",
      "X-Auth",
      "x-api-key",
      "my-secret",
      "csrf-token",
      "X-JWT",
    ];
    const open = ["host", "accept", "user-agent", "cookies-allowed"];
    const kept = keptHead(head(...[...secret, ...open].flatMap((name) => [name, `value of ${name}`])));
    const shown = headersOf(kept, undefined);
    for (const name of secret) assert.equal(shown[name.toLowerCase()], "REDACTED");
    for (const name of open) assert.equal(shown[name], `value of ${name}`);
  });

  it("is shown with what Cloudflare adds, which no client can forge", () => {
    const forged = head(
      "CF-Ray",
      "forged",
      "x-real-ip",
      "6.6.6.6",
      "mf-cf-blob",
      "{}",
      "X-Twice",
      "a",
      "x-twice",
      "b",
    );
    assert.deepEqual(headersOf(keptHead(forged), "0123456789abcdef"), {
      ...{ "x-twice": "a, b", "cf-ray": "0123456789abcdef-LOC", "cf-connecting-ip": "10.0.0.1" },
      ...{ "x-real-ip": "10.0.0.1", "x-forwarded-proto": "http", "cf-visitor": '{"scheme":"http"}' },
      "cf-ipcountry": "XX",
    });
  });
});

describe("the parameters of a URL", () => {
  it("are numbers where they read the same as numbers", () => {
    assert.deepEqual(
      searchOf("http://x/?step=2&half=0.5&name=lag&zip=00501&id=12345678901234567890&e=1e3&no="),
      {
        ...{ step: 2, half: 0.5, name: "lag", zip: "00501", id: "12345678901234567890", e: "1e3", no: "" },
      },
    );
  });

  it("are absent where there are none", () => {
    assert.deepEqual([searchOf("http://x/"), searchOf("http://x/?")], [undefined, undefined]);
  });
});

describe("what is drawn", () => {
  const range = [10_000, 45_000] as const;
  const delays = (seed: number): number[] => Array.from({ length: 1000 }, (_, i) => delayOf(i, seed, range));

  it("is the same for the same seed and another for another", () => {
    assert.deepEqual(delays(7), delays(7));
    assert.notDeepEqual(delays(7), delays(8));
  });

  it("fills its range", () => {
    const drawn = delays(1);
    assert.ok(Math.min(...drawn) >= 10_000 && Math.min(...drawn) < 10_500);
    assert.ok(Math.max(...drawn) <= 45_000 && Math.max(...drawn) > 44_500);
    assert.equal(delayOf(5, 1, [3, 3]), 3);
  });

  it("samples by the platform in a share of the seconds, one in ten, each for ten", () => {
    const intervals = (share: number): (number | undefined)[] =>
      Array.from({ length: 100_000 }, (_, i) =>
        platformInterval({ timestamp: i * 20, requestId: String(i) }, 1, share),
      );
    assert.deepEqual(new Set(intervals(0)), new Set([1]));
    const drawn = intervals(0.2);
    assert.deepEqual(new Set(drawn), new Set([1, 10, undefined]));
    const total = drawn.reduce<number>((sum, interval) => sum + (interval ?? 0), 0);
    // In 20 000 draws of a tenth the number of those kept varies by 42; each stands for ten.
    assert.ok(Math.abs(total - 100_000) < 6 * 42 * 10, String(total));
  });
});

describe("a pattern", () => {
  it("is read as RE2 reads it", () => {
    assert.ok(toPattern("^5\\d{2}$").test("503"));
    assert.ok(toPattern("(?i)ERROR").test("an error"));
    assert.ok(toPattern("\\A(?P<year>\\d+)\\z").test("2026"));
    assert.ok(toPattern("[(?=]+\\(\\?=").test("=(?="));
    assert.ok(toPattern("^[[:alpha:]]+\\pL\\Q.\\E$").test("abc."));
    assert.ok(toPattern("^b$", { multiline: true }).test("a\nb"));
    assert.ok(!toPattern("^b$").test("a\nb"));
    assert.ok(toPattern("B", { ignoreCase: true }).test("b"));
  });

  it("finds a text that is no pattern as it is", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, rest) => toLiteral(text, false).test(rest + text)),
    );
    assert.ok(!toLiteral("a.b", false).test("acb"));
    assert.ok(toLiteral("A.B", true).test("a.b"));
  });

  it("takes time in proportion to the text, where others try all ways to match", () => {
    for (const [pattern, text] of [
      ["^(a+)+$", `${"a".repeat(100_000)}b`],
      ["^(a|a)*$", `${"a".repeat(100_000)}b`],
      ["(.*)*(.*)*[^a]x$", "a".repeat(100_000)],
    ] as const)
      assert.equal(toPattern(pattern).test(text), false);
  });

  for (const [pattern, complaint] of [
    ["(?=a)", /unsupported Perl syntax/],
    ["(?<!a)b", /invalid named capture/],
    ["(a)\\1", /invalid escape sequence/],
    ["(", /missing closing \)/],
    ["a{1001}", /invalid repeat count/],
    ["(abcd){900}", /at most 2000 are allowed/],
    [`[${"a".repeat(10_000)}]`, /it has 10002 characters/],
  ] as const)
    it(`${pattern.slice(0, 20)} is refused`, () => {
      assert.throws(() => toPattern(pattern), complaint);
    });
});

describe("the patience with one query", () => {
  it("ends, and is there again for the next", () => {
    const patience = new Patience(0.001);
    const look = (): void => {
      for (const from = performance.now(); performance.now() - from < 1;);
    };
    patience.spend(look);
    assert.throws(() => {
      patience.spend(look);
    }, QueryRefusal);
    patience.renew();
    patience.spend(look);
  });

  it("is that of a query on a store, whose refusal comes out of SQLite as it is", () => {
    const db = openDatabase(":memory:", "account", new Patience(0));
    assert.throws(() => db.prepare("SELECT matches('text', 't', '')").get(), QueryRefusal);
    db.close();
  });
});

describe("a value", () => {
  it("is read as another type only when that loses nothing", () => {
    assert.equal(coerce("500", "number"), 500);
    assert.equal(coerce(500, "string"), "500");
    assert.equal(coerce("true", "boolean"), true);
    for (const [value, type] of [
      ["soon", "number"],
      ["", "number"],
      [true, "number"],
      [1, "boolean"],
    ] as const)
      assert.equal(coerce(value, type), undefined);
  });

  it("comes back from the store as it went in", () => {
    fc.assert(fc.property(fc.boolean(), (value) => restored(stored(value), "boolean") === value));
    assert.equal(restored(stored("x"), "string"), "x");
  });
});
