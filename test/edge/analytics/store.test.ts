import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AnalyticsQuery } from "../../../edge/analytics";
import type { DimensionName } from "../../../edge/analytics/dimensions";
import type { Comparison, Filter } from "../../../edge/analytics/filter";
import { SqliteAnalytics } from "../../../edge/analytics/store";
import { tallied, type EndedInvocation } from "../../../edge/analytics/tally";

/** 2026-09-29T07:00:00Z. */
const START = 1_790_665_200;
const DAY = 86_400;

const EVERYTHING: AnalyticsQuery = {
  ...{ from: 0, filter: { kind: "and", filters: [] }, dimensions: [] },
  ...{ orderBy: [], limit: 10_000, wantsQuantiles: false },
};

interface Given extends Partial<EndedInvocation> {
  readonly scriptName?: string;
  readonly versionId?: string;
  /** Seconds after START. */
  readonly at?: number;
}

function add(store: SqliteAnalytics, ...invocations: readonly Given[]): void {
  for (const { scriptName = "shop", versionId = "v1", at = 0, ...given } of invocations) {
    const source = { scriptName, scriptTag: "tag", versionId, usageModel: "standard" };
    const startedAt = (START + at) * 1000;
    store.record(
      tallied(source, [{ startedAt, coloCode: "LOC", outcome: "ok", wallTimeMs: 1, cpuTimeMs: 1, ...given }]),
    );
  }
}

function where(
  dimension: DimensionName,
  operator: Comparison["operator"],
  value: Comparison["value"],
): Filter {
  return { kind: "comparison", comparison: { dimension, operator, value } };
}

/** Each group as its dimensions' values and its number of requests. */
function counted(store: SqliteAnalytics, query: Partial<AnalyticsQuery>): unknown[][] {
  return store
    .query({ ...EVERYTHING, ...query })
    .map(({ dimensions, sum }) => [...Object.values(dimensions), sum.requests]);
}

describe("the store of metrics", () => {
  const folder = mkdtempSync(join(tmpdir(), "analytics-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("groups by what is asked for, and leaves out what is empty", () => {
    const store = new SqliteAnalytics();
    add(store, { at: 3 }, { at: 59 }, { at: 60, versionId: "v2" }, { at: 700, outcome: "exception" });
    assert.deepEqual(counted(store, {}), [[4]]);
    assert.deepEqual(counted(store, { dimensions: ["scriptVersion", "status"] }), [
      ["v1", "scriptThrewException", 1],
      ["v1", "success", 2],
      ["v2", "success", 1],
    ]);
    const times: [DimensionName, number[][]][] = [
      [
        "datetime",
        [
          [3, 1],
          [59, 1],
          [60, 1],
          [700, 1],
        ],
      ],
      [
        "datetimeMinute",
        [
          [0, 2],
          [60, 1],
          [660, 1],
        ],
      ],
      [
        "datetimeFiveMinutes",
        [
          [0, 3],
          [600, 1],
        ],
      ],
      ["datetimeFifteenMinutes", [[0, 4]]],
      ["datetimeHour", [[0, 4]]],
    ];
    for (const [dimension, groups] of times) {
      assert.deepEqual(
        counted(store, { dimensions: [dimension] }),
        groups.map(([second = 0, requests]) => [START + second, requests]),
        dimension,
      );
    }
    assert.deepEqual(counted(store, { dimensions: ["date"] }), [["2026-09-29", 4]]);
    assert.deepEqual(counted(new SqliteAnalytics(), {}), []);
    store.close();
  });

  it("sums failures, clients that left and times, and has quantiles of each group", () => {
    const store = new SqliteAnalytics();
    add(store, { wallTimeMs: 10, cpuTimeMs: 0.02 }, { wallTimeMs: 30, cpuTimeMs: 0.04 });
    for (const outcome of ["exception", "exceededCpu", "internalError", "canceled", "unknown"]) {
      add(store, { outcome, wallTimeMs: 0, cpuTimeMs: 0 });
    }
    const [row] = store.query({ ...EVERYTHING, wantsQuantiles: true });
    assert.deepEqual(row?.sum, {
      ...{ requests: 7, errors: 3, clientDisconnects: 1, subrequests: 0, wallTime: 40_000, cpuTimeUs: 60 },
    });
    assert.deepEqual([row.quantiles["cpuTimeP50"], row.quantiles["cpuTimeP999"]], [0, 40]);
    const wallTime = row.quantiles["wallTimeP99"] ?? 0;
    assert.ok(Math.abs(wallTime - 30_000) <= 300, String(wallTime));
    store.close();
  });

  it("filters as SQL would", () => {
    const store = new SqliteAnalytics();
    add(
      store,
      { versionId: "a1" },
      { versionId: "a2", at: 60 },
      { versionId: "b", at: 120, outcome: "canceled" },
    );
    const cases: [filter: Filter, versions: string][] = [
      [where("scriptVersion", "eq", "a1"), "a1"],
      [where("scriptVersion", "neq", "a1"), "a2 b"],
      [where("scriptVersion", "in", ["a1", "b", "c"]), "a1 b"],
      [where("scriptVersion", "in", []), ""],
      [where("scriptVersion", "like", "a%"), "a1 a2"],
      [where("scriptVersion", "like", "A%"), ""],
      [where("scriptVersion", "gt", "a1"), "a2 b"],
      [where("datetime", "geq", START + 60), "a2 b"],
      [where("datetime", "gt", START + 60), "b"],
      [where("datetime", "leq", START + 60), "a1 a2"],
      [where("datetime", "lt", START + 60), "a1"],
      [where("datetimeHour", "eq", START), "a1 a2 b"],
      [where("date", "lt", "2026-09-30"), "a1 a2 b"],
      [where("isPreview", "eq", 0), "a1 a2 b"],
      [where("status", "eq", "success"), "a1 a2"],
      [
        { kind: "and", filters: [where("status", "eq", "success"), where("datetime", "geq", START + 1)] },
        "a2",
      ],
      [{ kind: "or", filters: [where("scriptVersion", "eq", "b"), where("datetime", "eq", START)] }, "a1 b"],
      [{ kind: "or", filters: [] }, "a1 a2 b"],
    ];
    for (const [filter, versions] of cases) {
      const found = counted(store, { filter, dimensions: ["scriptVersion"] }).map(([version]) => version);
      assert.equal(found.join(" "), versions, JSON.stringify(filter));
    }
    store.close();
  });

  it("orders by sums and dimensions, then by what it groups by, and gives as many rows as are wanted", () => {
    const store = new SqliteAnalytics();
    add(store, { versionId: "a" }, { versionId: "b" }, { versionId: "b" }, { versionId: "c" });
    const ordered = (query: Partial<AnalyticsQuery>): string =>
      counted(store, { dimensions: ["scriptVersion"], ...query })
        .map(([version]) => version)
        .join("");
    assert.equal(ordered({}), "abc");
    assert.equal(ordered({ orderBy: [{ by: { dimension: "scriptVersion" }, isDescending: true }] }), "cba");
    assert.equal(ordered({ orderBy: [{ by: { sum: "requests" }, isDescending: true }] }), "bac");
    assert.equal(ordered({ orderBy: [{ by: { sum: "requests" }, isDescending: false }], limit: 2 }), "ac");
    store.close();
  });

  it("hides what began too lately, the same with the same seed", () => {
    let now = 0;
    const seen = (seed: number): number[] => {
      const store = new SqliteAnalytics({ delayMs: [45_000, 75_000], seed }, () => now);
      add(store, ...Array.from({ length: 100 }, (_, at) => ({ at: at % 10 })));
      const found = [44.9, 50, 60, 70, 84].map((seconds) => {
        now = (START + seconds) * 1000;
        return Number(counted(store, {})[0]?.[0] ?? 0);
      });
      store.close();
      return found;
    };
    const [early = 0, ...later] = seen(1);
    assert.equal(early, 0);
    assert.equal(later.at(-1), 100);
    assert.ok(
      later.some((count) => count > 0 && count < 100),
      String(later),
    );
    assert.deepEqual(seen(1), [early, ...later]);
    assert.notDeepEqual(seen(2), [early, ...later]);
  });

  it("keeps a week, and what it keeps outlasts it", () => {
    const file = join(folder, "kept.sqlite");
    const first = new SqliteAnalytics({ file }, () => (START + 7 * DAY + 5) * 1000);
    add(first, { at: 4 }, { at: 5 }, { at: 6 });
    assert.equal(first.retain(), true);
    assert.equal(first.retain(), false);
    first.close();
    const second = new SqliteAnalytics({ file });
    add(second, { at: 6 });
    assert.deepEqual(counted(second, { dimensions: ["datetime"] }), [
      [START + 5, 1],
      [START + 6, 2],
    ]);
    second.close();
  });

  it("refuses a file of another format", () => {
    const file = join(folder, "newer.sqlite");
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.throws(() => new SqliteAnalytics({ file }), /have format 99, and this release reads format 1/);
  });
});
