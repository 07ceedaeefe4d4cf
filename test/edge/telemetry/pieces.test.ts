import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketCount, bucketStarts, seriesTime } from "../../../edge/telemetry/buckets";
import { calculationNamed, compileCalculation, labelOf } from "../../../edge/telemetry/calculations";
import { anyField, typedField } from "../../../edge/telemetry/fields";
import { compileFilters, compileNeedle } from "../../../edge/telemetry/filters";
import { toRegExp } from "../../../edge/telemetry/pattern";
import { inScope } from "../../../edge/telemetry/scope";
import { joined, sql, type Sql } from "../../../edge/telemetry/sql";
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
    ["$metadata.statusCode", "number", "e.status"],
    ["$metadata.duration", "number", "e.wall_time_ms"],
    ["timestamp", "number", "e.timestamp"],
  ] as const)
    it(`${key} is ${column}`, () => {
      compiles(typedField(key, type), column);
      compiles(anyField(key), column);
    });

  it("of another type than asked for is not there", () => {
    compiles(typedField("$metadata.statusCode", "string"), "NULL");
  });

  it("without a column is looked up in the logged object, by a path that is bound", () => {
    compiles(anyField('a"b'), "(json_extract(e.source, ?))", '$."a\\"b"');
    compiles(
      anyField("user.id"),
      "coalesce(json_extract(e.source, ?), json_extract(e.source, ?))",
      '$."user.id"',
      '$."user"."id"',
    );
  });

  it("named like a method of every object is no column", () => {
    compiles(anyField("constructor"), "(json_extract(e.source, ?))", '$."constructor"');
  });
});

describe("filters", () => {
  const status = { kind: "filter", key: "$metadata.statusCode", type: "number" } as const;
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
    assert.deepEqual(compileNeedle({ value: "a.b" }).params, ["a\\.b", "im"]);
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
  it("are as many as the granularity says, and none shorter than a millisecond", () => {
    assert.equal(bucketCount({ from: 0, to: 3_600_000 }, 360), 360);
    assert.equal(bucketCount({ from: 0, to: 3_600_000 }, undefined), 60);
    assert.equal(bucketCount({ from: 5, to: 8 }, 100), 3);
  });

  it("begin at the first millisecond of each", () => {
    assert.deepEqual(bucketStarts({ from: 100, to: 110 }, 4), [100, 103, 105, 108]);
  });

  it("are timed as Cloudflare times them", () => {
    assert.equal(seriesTime(Date.UTC(2025, 6, 30, 17, 31)), "2025-07-30 17:31:00");
    assert.equal(seriesTime(Date.UTC(2025, 6, 30, 17, 31, 0, 250)), "2025-07-30 17:31:00.250");
  });
});

describe("a pattern", () => {
  it("is read as RE2 reads it", () => {
    assert.ok(toRegExp("^5\\d{2}$").test("503"));
    assert.ok(toRegExp("(?i)ERROR").test("an error"));
    assert.ok(toRegExp("\\A(?P<year>\\d+)\\z").test("2026"));
    assert.ok(toRegExp("[(?=]+\\(\\?=").test("=(?="));
  });

  for (const [pattern, complaint] of [
    ["(?=a)", /looks ahead or behind/],
    ["(?<!a)b", /looks ahead or behind/],
    ["(a)\\1", /refers back/],
    ["[[:alpha:]]", /not emulated/],
    ["(", /Unterminated group/],
  ] as const)
    it(`${pattern} is refused`, () => {
      assert.throws(() => toRegExp(pattern), complaint);
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
