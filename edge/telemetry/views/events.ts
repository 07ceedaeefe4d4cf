import type { DatabaseSync } from "node:sqlite";
import { bucketCount, bucketOf, bucketStarts, seriesTime } from "../buckets";
import { allRows, oneNumber, type Row } from "../database";
import type { Query } from "../schema";
import { EVENTS, within } from "../scope";
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
export function eventsView(db: DatabaseSync, query: Query): { events: Events } {
  const condition = within({ ...query.parameters, timeframe: query.timeframe });
  const events = pageOf(db, query, condition).map(wireEvent);
  return {
    events: {
      count: oneNumber(db, sql`SELECT count(*) AS n FROM ${EVENTS} WHERE ${condition}`),
      events,
      fields: distinctFields(events),
      ...(query.chart ? { series: seriesOf(db, query, condition) } : {}),
    },
  };
}

/** Where the event that a cursor names stands in the order of events: its time and its number. */
export function positionOf(cursor: string): { timestamp: number; id: number } {
  const [timestamp = 0, id = 0] = cursor.split("-").map(Number);
  return { timestamp, id };
}

function pageOf(db: DatabaseSync, query: Query, condition: Sql): Row[] {
  const limit = query.limit ?? query.parameters.limit ?? PAGE;
  const newer = query.offsetDirection === "prev";
  const order = newer ? sql`e.timestamp, e.id` : sql`e.timestamp DESC, e.id DESC`;
  const rows = allRows(
    db,
    sql`SELECT ${EVENT_ROW} FROM ${EVENTS} WHERE ${condition} AND ${beyond(query)} ORDER BY ${order} LIMIT ${limit}`,
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

function seriesOf(db: DatabaseSync, query: Query, condition: Sql): { time: string; data: unknown[] }[] {
  const count = bucketCount(query.timeframe, query.granularity);
  const rows = allRows(
    db,
    sql`SELECT ${bucketOf(query.timeframe, count)} AS bucket, count(*) AS events, count(e.error) AS errors
      FROM ${EVENTS} WHERE ${condition} GROUP BY bucket`,
  );
  const found = new Map(rows.map((row) => [Number(row["bucket"]), row]));
  return bucketStarts(query.timeframe, count).map((start, i) => {
    const row = found.get(i);
    return {
      time: seriesTime(start),
      data: row ? [point(Number(row["events"]), Number(row["errors"]))] : [],
    };
  });
}

function point(count: number, errors: number): unknown {
  return { aggregates: { _count: count, _interval: 1 }, count, interval: 1, sampleInterval: 1, errors };
}
