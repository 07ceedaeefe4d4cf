import { bucketLength, bucketOf, bucketStarts, seriesTime, type Timeframe } from "../buckets";
import { calculationNamed, compileCalculation, labelOf, type Calculation } from "../calculations";
import { allRows, eachRow, type Row } from "../database";
import { typedField } from "../fields";
import { sampleFor, type Reading, type Sample } from "../sample";
import { wantsSeries, type Parameters, type Query } from "../schema";
import { inScope } from "../sample";
import { as, joined, sql, type Sql } from "../sql";
import { isTooWide } from "../timeframe";
import { restored, type Primitive } from "../types";

/** How many groups an answer has when the query does not say. */
const GROUPS = 10;

interface Aggregate {
  count: number;
  interval: number;
  sampleInterval: number;
  value: number;
  groups?: { key: string; value: Primitive }[];
  /** Names the group. What Cloudflare's text is made of is not known. */
  groupKey?: string;
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
  // An event that lacks a grouped field is in no group, also of the others.
  const grouped = groupBysOf(parameters).map(
    ({ value, type }) => sql`${typedField(value, type)} IS NOT NULL`,
  );
  const found = isTooWide(timeframe) ? sql`0` : sql`1`;
  const condition = joined([inScope(sample, scope), ...grouped, found], " AND ");
  return { reading, timeframe, sample, condition };
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

/** One row per group, with the groups that `havings`, `limit` and `offsetBy` leave, in the order asked for. */
function totalsOf({ sample, condition }: Part, { parameters, limit, offsetBy }: Query): Sql {
  const grouped = groupBysOf(parameters).length > 0;
  const rest = grouped
    ? sql`ORDER BY ${orderOf(parameters)} LIMIT ${parameters.limit ?? limit ?? GROUPS} OFFSET ${offsetBy ?? 0}`
    : sql``;
  return sql`SELECT ${joined([...groupColumns(parameters), ...valueColumns(sample, parameters)], ", ")}
    FROM ${sample.tables} WHERE ${condition}
    ${groupedBy(groupNames(parameters))} HAVING ${havingsOf(sample, parameters)} ${rest}`;
}

/** The same per listed bucket, with those that nothing fell into. */
function bucketRows(
  part: Part,
  { parameters, granularity }: Query,
  totals: readonly Row[],
): { time: string; rows: Row[] }[] {
  const { reading, timeframe } = part;
  const length = bucketLength(timeframe, granularity);
  const buckets = new Map(bucketStarts(timeframe, length).map((start): [number, Row[]] => [start, []]));
  const places = new Map(totals.map((row, place) => [groupName(row, parameters), place]));
  for (const row of eachRow(reading.db, bucketsOf(part, parameters, length)))
    if (places.has(groupName(row, parameters))) buckets.get(Number(row["bucket"]))?.push(row);
  const place = (row: Row): number => places.get(groupName(row, parameters)) ?? 0;
  return [...buckets].map(([start, rows]) => ({
    time: seriesTime(start),
    rows: rows.sort((a, b) => place(a) - place(b)),
  }));
}

function bucketsOf({ sample, condition }: Part, parameters: Parameters, length: number): Sql {
  const bucket = sql`${bucketOf(length)} AS bucket`;
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

/**
 * By the calculation asked for. Nobody is promised an order that they have not asked for: it is a mixed one, always
 * the same for the same groups.
 */
function orderOf({ orderBy, ...parameters }: Parameters): Sql {
  const mixed = sql`hex_id(concat_ws(char(0), ${joined(groupNames(parameters), ", ")}), 16)`;
  if (!orderBy) return mixed;
  const calculations = calculationsOf(parameters);
  const wanted = calculationNamed(orderBy.value, calculations);
  const column = { text: `v${wanted ? calculations.indexOf(wanted) : 0}`, params: [] };
  return sql`${column} ${orderBy.order === "asc" ? sql`ASC` : sql`DESC`}, ${mixed}`;
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

function groupsOf(row: Row, parameters: Parameters): Pick<Aggregate, "groups" | "groupKey"> {
  const groupBys = groupBysOf(parameters);
  if (groupBys.length === 0) return {};
  const groups = groupBys.flatMap(({ value: key, type }, i) => {
    const value = row[`g${i}`];
    return typeof value === "string" || typeof value === "number"
      ? [{ key, value: restored(value, type) }]
      : [];
  });
  return { groups, groupKey: groups.map(({ value }) => value).join(",") };
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
