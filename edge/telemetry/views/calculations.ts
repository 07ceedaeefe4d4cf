import { bucketCount, bucketOf, bucketStarts, seriesTime, type Timeframe } from "../buckets";
import { calculationNamed, compileCalculation, labelOf, type Calculation } from "../calculations";
import { allRows, eachRow, type Row } from "../database";
import { typedField } from "../fields";
import { sampleFor, type Reading, type Sample } from "../sample";
import { MOST_ROWS, type Parameters, type Query } from "../schema";
import { inScope } from "../scope";
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

/** A sample, and which events of it are calculated with. */
interface Part {
  readonly reading: Reading;
  readonly timeframe: Timeframe;
  readonly sample: Sample;
  readonly condition: Sql;
}

/** Answers the view `calculations`: each calculation per group over the timeframe, and per group and bucket. */
export function calculationsView(
  reading: Reading,
  query: Query,
): { view: { calculations: Result[]; compare?: Result[] }; samples: Sample[] } {
  const part = partOf(reading, query, query.timeframe);
  const calculations = calculate(part, query);
  if (!query.compare) return { view: { calculations }, samples: [part.sample] };
  const { from, to } = query.timeframe;
  const before = partOf(reading, query, { from: from - (to - from), to: from });
  return { view: { calculations, compare: calculate(before, query) }, samples: [part.sample, before.sample] };
}

function partOf(reading: Reading, { parameters }: Query, timeframe: Timeframe): Part {
  const scope = { ...parameters, timeframe };
  const sample = sampleFor(reading, scope);
  return { reading, timeframe, sample, condition: inScope(sample, scope) };
}

function calculate(part: Part, query: Query): Result[] {
  const { parameters } = query;
  const totals = allRows(part.reading.db, totalsOf(part, query));
  const series = wantsSeries(query) ? bucketRows(part, query, totals) : [];
  const aggregates = (rows: readonly Row[], place: number): Aggregate[] =>
    aggregatesOf(rows, place, part.sample, parameters);
  return calculationsOf(parameters).map((calculation, i) => ({
    calculation: labelOf(calculation),
    ...(calculation.alias === undefined ? {} : { alias: calculation.alias }),
    aggregates: query.chartType === "timeseries" ? [] : aggregates(totals, i),
    series: series.map(({ time, rows }) => ({ time, data: aggregates(rows, i) })),
  }));
}

function wantsSeries({ ignoreSeries, chart, chartType }: Query): boolean {
  return ignoreSeries !== true && chart !== false && chartType !== "aggregate";
}

/** One row per group, with the groups that `havings`, `limit` and `offsetBy` leave, in the order asked for. */
function totalsOf({ sample, condition }: Part, { parameters, limit, offsetBy }: Query): Sql {
  const grouped = groupBysOf(parameters).length > 0;
  const rest = grouped
    ? sql`ORDER BY ${orderOf(parameters)} LIMIT ${parameters.limit ?? limit ?? MOST_ROWS} OFFSET ${offsetBy ?? 0}`
    : sql``;
  return sql`SELECT ${joined([...groupColumns(parameters), ...valueColumns(sample, parameters)], ", ")}
    FROM ${sample.tables} WHERE ${condition}
    ${groupedBy(groupNames(parameters))} HAVING ${havingsOf(sample, parameters)} ${rest}`;
}

/** The same per bucket, with the empty buckets too. */
function bucketRows(
  part: Part,
  { parameters, granularity }: Query,
  totals: readonly Row[],
): { time: string; rows: Row[] }[] {
  const { reading, timeframe } = part;
  const count = bucketCount(timeframe, granularity);
  const buckets = bucketStarts(timeframe, count).map((start) => ({
    time: seriesTime(start),
    rows: [] as Row[],
  }));
  const places = new Map(totals.map((row, place) => [groupName(row, parameters), place]));
  for (const row of eachRow(reading.db, bucketsOf(part, parameters, count)))
    if (places.has(groupName(row, parameters))) buckets[Number(row["bucket"])]?.rows.push(row);
  const place = (row: Row): number => places.get(groupName(row, parameters)) ?? 0;
  for (const { rows } of buckets) rows.sort((a, b) => place(a) - place(b));
  return buckets;
}

function bucketsOf({ timeframe, sample, condition }: Part, parameters: Parameters, count: number): Sql {
  const bucket = sql`${bucketOf(timeframe, count)} AS bucket`;
  return sql`SELECT ${joined([bucket, ...groupColumns(parameters), ...valueColumns(sample, parameters)], ", ")}
    FROM ${sample.tables} WHERE ${condition}
    ${groupedBy([sql`bucket`, ...groupNames(parameters)])}`;
}

function groupColumns(parameters: Parameters): Sql[] {
  return groupBysOf(parameters).map(({ value, type }, i) => as(typedField(value, type), "g", i));
}

function groupNames(parameters: Parameters): Sql[] {
  return groupBysOf(parameters).map((_, i) => ({ text: `g${i}`, params: [] }));
}

function valueColumns({ scale }: Sample, parameters: Parameters): Sql[] {
  const values = calculationsOf(parameters).map((each, i) => as(compileCalculation(each, scale), "v", i));
  return [sql`count(*) AS events, total(e.sample_interval) * ${scale} AS estimate`, ...values];
}

function groupedBy(names: readonly Sql[]): Sql {
  return names.length === 0 ? sql`` : sql`GROUP BY ${joined(names, ", ")}`;
}

function havingsOf({ scale }: Sample, { havings = [], calculations = [] }: Parameters): Sql {
  const signs = { eq: sql`=`, neq: sql`<>`, gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` };
  const conditions = havings.map(({ key, operation, value }) => {
    const calculation = calculationNamed(key, calculations);
    return sql`${calculation ? compileCalculation(calculation, scale) : sql`NULL`} ${signs[operation]} ${value}`;
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
function aggregatesOf(
  rows: readonly Row[],
  place: number,
  { scale }: Sample,
  parameters: Parameters,
): Aggregate[] {
  return rows.flatMap((row) => {
    const value = row[`v${place}`];
    if (typeof value !== "number") return [];
    const [events, count] = [Number(row["events"]), Number(row["estimate"])];
    // What ingest left out, not what the query did: that is in the answer's `abr_level`.
    const sampleInterval = events === 0 ? 1 : count / events / scale;
    return [{ count, interval: sampleInterval, sampleInterval, value, ...groupsOf(row, parameters) }];
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
