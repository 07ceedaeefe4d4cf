import { bucketCount, bucketOf, bucketStarts, seriesTime } from "../buckets";
import { allRows, oneNumber, type Row } from "../database";
import { sampleFor, type Reading, type Sample } from "../sample";
import type { Query } from "../schema";
import { inScope } from "../scope";
import { sql, type Sql } from "../sql";
import { EVENT_ROW, fieldsOf, wireEvent, type FoundField, type WireEvent } from "../wire";

/** How many events a page has when the query does not say. */
export const PAGE = 100;

interface Events {
  count: number;
  events: WireEvent[];
  fields: FoundField[];
  series?: { time: string; data: unknown[] }[];
}

/** Answers the view `events`: the newest first, a page at a time, and how many there are on all pages. */
export function eventsView(reading: Reading, query: Query): { view: { events: Events }; samples: Sample[] } {
  const scope = { ...query.parameters, timeframe: query.timeframe };
  const sample = sampleFor(reading, scope);
  const part = { reading, sample, condition: inScope(sample, scope) };
  const page = pageOf(part, query).map(wireEvent);
  const events = {
    count: countOf(part),
    events: page,
    fields: distinctFields(page),
    ...(query.chart ? { series: seriesOf(part, query) } : {}),
  };
  return { view: { events }, samples: [sample] };
}

/** Where the event that a cursor names stands in the order of events: its time and its number. */
export function positionOf(cursor: string): { timestamp: number; id: number } {
  const [timestamp = 0, id = 0] = cursor.split("-").map(Number);
  return { timestamp, id };
}

/** A sample, and which of its events match. */
interface Part {
  readonly reading: Reading;
  readonly sample: Sample;
  readonly condition: Sql;
}

function countOf({ reading, sample, condition }: Part): number {
  const estimate = sql`total(e.sample_interval) * ${sample.scale}`;
  return oneNumber(reading.db, sql`SELECT ${estimate} AS n FROM ${sample.tables} WHERE ${condition}`);
}

function pageOf({ reading, sample, condition }: Part, query: Query): Row[] {
  const limit = query.limit ?? query.parameters.limit ?? PAGE;
  const newer = query.offsetDirection === "prev";
  const order = newer ? sql`e.timestamp, e.id` : sql`e.timestamp DESC, e.id DESC`;
  const rows = allRows(
    reading.db,
    sql`SELECT ${EVENT_ROW} FROM ${sample.inTime} WHERE ${condition} AND ${beyond(query)} ORDER BY ${order} LIMIT ${limit}`,
  );
  return newer ? rows.reverse() : rows;
}

function beyond({ offset, offsetDirection }: Query): Sql {
  if (offset === undefined) return sql`1`;
  const { timestamp, id } = positionOf(offset);
  return offsetDirection === "prev"
    ? sql`(e.timestamp, e.id) > (${timestamp}, ${id})`
    : sql`(e.timestamp, e.id) < (${timestamp}, ${id})`;
}

function distinctFields(events: readonly WireEvent[]): FoundField[] {
  const found = events.flatMap(fieldsOf);
  return [...new Map(found.map((field) => [`${field.type} ${field.key}`, field])).values()];
}

function seriesOf({ reading, sample, condition }: Part, query: Query): { time: string; data: unknown[] }[] {
  const count = bucketCount(query.timeframe, query.granularity);
  const weight = sql`e.sample_interval * ${sample.scale}`;
  const rows = allRows(
    reading.db,
    sql`SELECT ${bucketOf(query.timeframe, count)} AS bucket, count(*) AS stored, total(${weight}) AS events,
        total(iif(e.error IS NULL, 0, ${weight})) AS errors
      FROM ${sample.tables} WHERE ${condition} GROUP BY bucket`,
  );
  const found = new Map(rows.map((row) => [Number(row["bucket"]), row]));
  return bucketStarts(query.timeframe, count).map((start, i) => {
    const row = found.get(i);
    return { time: seriesTime(start), data: row ? [point(row, sample)] : [] };
  });
}

function point(row: Row, { scale }: Sample): unknown {
  const [count, errors] = [Number(row["events"]), Number(row["errors"])];
  // What ingest left out, not what the query did.
  const interval = count / Number(row["stored"]) / scale;
  return {
    aggregates: { _count: count, _interval: interval },
    count,
    interval,
    sampleInterval: interval,
    errors,
  };
}
