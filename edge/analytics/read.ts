import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { allRows, type Row } from "../telemetry/database";
import { as, joined, sql, type Sql } from "../telemetry/sql";
import { DIMENSIONS, type DimensionName } from "./dimensions";
import { compileFilter } from "./filter";
import { addStored, quantile, type Histogram } from "./histogram";
import { QUANTILES, SUMS, type AnalyticsQuery, type AnalyticsRow, type Order, type SumName } from "./query";
import { FAILURES, type Status } from "./status";

const SUM_EXPRESSIONS: Readonly<Record<SumName, Sql>> = {
  requests: sql`SUM(t.requests)`,
  errors: requestsWith(FAILURES),
  clientDisconnects: requestsWith(["clientDisconnected"]),
  // Of what a version fetches workerd tells nothing.
  subrequests: sql`0`,
  wallTime: sql`SUM(t.wall_time_us)`,
  cpuTimeUs: sql`SUM(t.cpu_time_us)`,
};

/** Every invocation is counted: nothing here is sampled. */
const UNSAMPLED = { sampleInterval: 1 };

/** The groups of invocations that a query asks for and that can be seen at `now`, in epoch milliseconds. */
export function readGroups(db: DatabaseSync, query: AnalyticsQuery, now: number): AnalyticsRow[] {
  return allRows(db, compile(query, now)).map((row) => rowOf(row, query));
}

function compile(query: AnalyticsQuery, now: number): Sql {
  const groups = query.dimensions.map((name, place) => as(DIMENSIONS[name].expression, "g", place));
  const sums = SUMS.map((name, place) => as(SUM_EXPRESSIONS[name], "v", place));
  const histograms = query.wantsQuantiles
    ? [sql`all_merged(t.wall_times) AS wall_times`, sql`all_merged(t.cpu_times) AS cpu_times`]
    : [];
  // Without dimensions all is one group, and no group when there is nothing in it.
  const places = groups.length === 0 ? [sql`NULL`] : query.dimensions.map((_, place) => columnOf("g", place));
  return sql`
    SELECT ${joined([...groups, ...sums, ...histograms], ", ")}
    FROM tallies t JOIN series s ON s.id = t.series
    WHERE t.second >= ${query.from} AND t.visible_at <= ${now} AND (${compileFilter(query.filter)})
    GROUP BY ${joined(places, ", ")}
    ORDER BY ${joined([...query.orderBy.map((order) => termOf(order, query)), ...places], ", ")}
    LIMIT ${query.limit}`;
}

function termOf({ by, isDescending }: Order, { dimensions }: AnalyticsQuery): Sql {
  const column =
    "sum" in by ? columnOf("v", SUMS.indexOf(by.sum)) : columnOf("g", dimensions.indexOf(by.dimension));
  return isDescending ? sql`${column} DESC` : column;
}

function columnOf(letter: "g" | "v", place: number): Sql {
  return { text: `${letter}${place}`, params: [] };
}

function requestsWith(statuses: readonly Status[]): Sql {
  const list = joined(
    statuses.map((status) => sql`${status}`),
    ", ",
  );
  return sql`SUM(CASE WHEN s.status IN (${list}) THEN t.requests ELSE 0 END)`;
}

function rowOf(row: Row, { dimensions, wantsQuantiles }: AnalyticsQuery): AnalyticsRow {
  const groups = dimensions.map((name, place): [DimensionName, string | number] => [
    name,
    row[`g${place}`] as string | number,
  ]);
  return {
    dimensions: Object.fromEntries(groups),
    sum: Object.fromEntries(SUMS.map((name, place) => [name, Number(row[`v${place}`])])) as Record<
      SumName,
      number
    >,
    avg: UNSAMPLED,
    quantiles: wantsQuantiles
      ? { ...quantilesOf("wallTime", row["wall_times"]), ...quantilesOf("cpuTime", row["cpu_times"]) }
      : {},
  };
}

function quantilesOf(
  time: "wallTime" | "cpuTime",
  bytes: SQLOutputValue | undefined,
): Record<string, number> {
  const histogram: Histogram = new Map();
  if (bytes instanceof Uint8Array) addStored(histogram, bytes);
  return Object.fromEntries(
    Object.entries(QUANTILES).map(([name, level]) => [`${time}${name}`, quantile(histogram, level)]),
  );
}
