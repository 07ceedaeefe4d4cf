import { bucketLength, bucketOf, bucketStarts, seriesTime } from "../buckets";
import { allRows, type Row } from "../database";
import { positionOf } from "../ids";
import { granularityOf } from "../run";
import { sampleFor, type Reading, type Sample } from "../sample";
import { wantsSeries, type Query } from "../schema";
import { inScope } from "../sample";
import { sql, type Sql } from "../sql";
import type { ValueType } from "../types";
import { EVENT_ROW, fieldsOf, wireEvent, type FoundField, type WireEvent } from "../wire";

/** How many events a page has when the query does not say. */
export const PAGE = 100;

interface Events {
  events: WireEvent[];
  fields: FoundField[];
  count: number;
  series?: { time: string; data: unknown[] }[];
}

/** Answers the view `events`: the newest first, a page at a time, and how many are on it. */
export function eventsView(reading: Reading, query: Query): { view: { events: Events }; samples: Sample[] } {
  const scope = { ...query.parameters, timeframe: query.timeframe };
  const sample = sampleFor(reading, scope);
  const part = { reading, sample, condition: inScope(sample, scope) };
  const page = pageOf(part, query).map(wireEvent);
  const events = {
    events: page,
    fields: distinctFields(page),
    // The reference says that it is the number on all pages; in recorded answers it is that on this one.
    count: page.length,
    ...(wantsSeries(query) ? { series: seriesOf(part, query) } : {}),
  };
  return { view: { events }, samples: [sample] };
}

/** A sample, and which of its events match. */
interface Part {
  readonly reading: Reading;
  readonly sample: Sample;
  readonly condition: Sql;
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
  const { timestamp, row } = positionOf(offset);
  return offsetDirection === "prev"
    ? sql`(e.timestamp, e.id) > (${timestamp}, ${row})`
    : sql`(e.timestamp, e.id) < (${timestamp}, ${row})`;
}

/** Each field once, texts before booleans before numbers. */
function distinctFields(events: readonly WireEvent[]): FoundField[] {
  const found = new Map(events.flatMap(fieldsOf).map((field) => [`${field.type} ${field.key}`, field]));
  const order: readonly ValueType[] = ["string", "boolean", "number"];
  return order.flatMap((type) => [...found.values()].filter((field) => field.type === type));
}

function seriesOf({ reading, sample, condition }: Part, query: Query): { time: string; data: unknown[] }[] {
  const length = bucketLength(query.timeframe, granularityOf(query));
  const weight = sql`e.sample_interval * ${sample.scale}`;
  const rows = allRows(
    reading.db,
    sql`SELECT ${bucketOf(length)} AS bucket, count(*) AS stored, total(${weight}) AS events,
        total(iif(e.level = 'error', ${weight}, 0)) AS errors
      FROM ${sample.tables} WHERE ${condition} GROUP BY bucket`,
  );
  const found = new Map(rows.map((row) => [Number(row["bucket"]), row]));
  return bucketStarts(query.timeframe, length).map((start) => {
    const row = found.get(start);
    return { time: seriesTime(start), data: row ? [point(row, sample)] : [] };
  });
}

function point(row: Row, { scale }: Sample): unknown {
  const [count, errors] = [Number(row["events"]), Number(row["errors"])];
  // What ingest left out, not what the query did.
  const interval = count / Number(row["stored"]) / scale;
  return {
    aggregates: { _count: count, _countErrors: errors, _interval: interval },
    ...{ count, errors, interval, sampleInterval: interval },
  };
}
