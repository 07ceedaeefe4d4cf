import type { DatabaseSync } from "node:sqlite";
import { bucketCount, bucketOf, bucketStarts, seriesTime, type Timeframe } from "../buckets";
import { calculationNamed, compileCalculation, labelOf, type Calculation } from "../calculations";
import { allRows, eachRow, type Row } from "../database";
import { typedField } from "../fields";
import { EVENTS, within } from "../scope";
import { MOST_ROWS, type Parameters, type Query } from "../schema";
import { as, joined, sql, type Sql } from "../sql";
import { restored, type Primitive } from "../types";

interface Aggregate {
  count: number;
  interval: number;
  sampleInterval: number;
  value: number;
  groups?: { key: string; value: Primitive }[];
}

interface Result {
  calculation: string;
  alias?: string;
  aggregates: Aggregate[];
  series: { time: string; data: Aggregate[] }[];
}

/** Every event is stored; none stands for others. */
const UNSAMPLED = { interval: 1, sampleInterval: 1 };

/** Answers the view `calculations`: each calculation per group over the timeframe, and per group and bucket. */
export function calculationsView(
  db: DatabaseSync,
  query: Query,
): { calculations: Result[]; compare?: Result[] } {
  const calculations = calculate(db, query, query.timeframe);
  if (!query.compare) return { calculations };
  const { from, to } = query.timeframe;
  return { calculations, compare: calculate(db, query, { from: from - (to - from), to: from }) };
}

function calculate(db: DatabaseSync, query: Query, timeframe: Timeframe): Result[] {
  const { parameters } = query;
  const totals = allRows(db, totalsOf(query, timeframe));
  const series = wantsSeries(query) ? bucketRows(db, query, timeframe, totals) : [];
  return calculationsOf(parameters).map((calculation, i) => ({
    calculation: labelOf(calculation),
    ...(calculation.alias === undefined ? {} : { alias: calculation.alias }),
    aggregates: query.chartType === "timeseries" ? [] : aggregatesOf(totals, i, parameters),
    series: series.map(({ time, rows }) => ({ time, data: aggregatesOf(rows, i, parameters) })),
  }));
}

function wantsSeries({ ignoreSeries, chart, chartType }: Query): boolean {
  return ignoreSeries !== true && chart !== false && chartType !== "aggregate";
}

/** One row per group, with the groups that `havings`, `limit` and `offsetBy` leave, in the order asked for. */
function totalsOf({ parameters, limit, offsetBy }: Query, timeframe: Timeframe): Sql {
  const grouped = groupBysOf(parameters).length > 0;
  const rest = grouped
    ? sql`ORDER BY ${orderOf(parameters)} LIMIT ${parameters.limit ?? limit ?? MOST_ROWS} OFFSET ${offsetBy ?? 0}`
    : sql``;
  return sql`SELECT ${joined([...groupColumns(parameters), ...valueColumns(parameters)], ", ")}
    FROM ${EVENTS} WHERE ${within({ ...parameters, timeframe })}
    ${groupedBy(groupNames(parameters))} HAVING ${havingsOf(parameters)} ${rest}`;
}

/** The same per bucket, with the empty buckets too. */
function bucketRows(
  db: DatabaseSync,
  { parameters, granularity }: Query,
  timeframe: Timeframe,
  totals: readonly Row[],
): { time: string; rows: Row[] }[] {
  const count = bucketCount(timeframe, granularity);
  const buckets = bucketStarts(timeframe, count).map((start) => ({
    time: seriesTime(start),
    rows: [] as Row[],
  }));
  const places = new Map(totals.map((row, place) => [groupName(row, parameters), place]));
  for (const row of eachRow(db, bucketsOf(parameters, timeframe, count)))
    if (places.has(groupName(row, parameters))) buckets[Number(row["bucket"])]?.rows.push(row);
  const place = (row: Row): number => places.get(groupName(row, parameters)) ?? 0;
  for (const { rows } of buckets) rows.sort((a, b) => place(a) - place(b));
  return buckets;
}

function bucketsOf(parameters: Parameters, timeframe: Timeframe, count: number): Sql {
  const bucket = sql`${bucketOf(timeframe, count)} AS bucket`;
  return sql`SELECT ${joined([bucket, ...groupColumns(parameters), ...valueColumns(parameters)], ", ")}
    FROM ${EVENTS} WHERE ${within({ ...parameters, timeframe })}
    ${groupedBy([sql`bucket`, ...groupNames(parameters)])}`;
}

function groupColumns(parameters: Parameters): Sql[] {
  return groupBysOf(parameters).map(({ value, type }, i) => as(typedField(value, type), "g", i));
}

function groupNames(parameters: Parameters): Sql[] {
  return groupBysOf(parameters).map((_, i) => ({ text: `g${i}`, params: [] }));
}

function valueColumns(parameters: Parameters): Sql[] {
  const values = calculationsOf(parameters).map((each, i) => as(compileCalculation(each), "v", i));
  return [sql`count(*) AS events`, ...values];
}

function groupedBy(names: readonly Sql[]): Sql {
  return names.length === 0 ? sql`` : sql`GROUP BY ${joined(names, ", ")}`;
}

function havingsOf({ havings = [], calculations = [] }: Parameters): Sql {
  const signs = { eq: sql`=`, neq: sql`<>`, gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` };
  const conditions = havings.map(({ key, operation, value }) => {
    const calculation = calculationNamed(key, calculations);
    return sql`${calculation ? compileCalculation(calculation) : sql`NULL`} ${signs[operation]} ${value}`;
  });
  return joined([sql`1`, ...conditions], " AND ");
}

/** By the calculation asked for, else the first; the largest first. Groups that tie keep one order. */
function orderOf(parameters: Parameters): Sql {
  const calculations = calculationsOf(parameters);
  const wanted = parameters.orderBy && calculationNamed(parameters.orderBy.value, calculations);
  const place = wanted ? calculations.indexOf(wanted) : 0;
  const column = { text: `v${place}`, params: [] };
  const direction = parameters.orderBy?.order === "asc" ? sql`ASC` : sql`DESC`;
  return joined([sql`${column} ${direction}`, ...groupNames(parameters)], ", ");
}

/** A group without a value, for want of the field, is left out: there is no number that says so. */
function aggregatesOf(rows: readonly Row[], place: number, parameters: Parameters): Aggregate[] {
  return rows.flatMap((row) => {
    const value = row[`v${place}`];
    if (typeof value !== "number") return [];
    return [{ count: Number(row["events"]), ...UNSAMPLED, value, ...groupsOf(row, parameters) }];
  });
}

/** A field that the events of a group do not have is left out of its groups. */
function groupsOf(row: Row, parameters: Parameters): Pick<Aggregate, "groups"> {
  const groupBys = groupBysOf(parameters);
  if (groupBys.length === 0) return {};
  const groups = groupBys.flatMap(({ value: key, type }, i) => {
    const value = row[`g${i}`];
    return typeof value === "string" || typeof value === "number"
      ? [{ key, value: restored(value, type) }]
      : [];
  });
  return { groups };
}

function groupName(row: Row, parameters: Parameters): string {
  return JSON.stringify(groupBysOf(parameters).map((_, i) => row[`g${i}`]));
}

function calculationsOf({ calculations = [] }: Parameters): readonly Calculation[] {
  return calculations;
}

function groupBysOf({ groupBys = [] }: Parameters): NonNullable<Parameters["groupBys"]> {
  return groupBys;
}
