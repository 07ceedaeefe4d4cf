import { allRows, eachRow } from "../database";
import { sampleFor, tablesBy, visibleAt, type Reading, type Sample } from "../sample";
import type { Query } from "../schema";
import { inScope } from "../sample";
import { sql } from "../sql";
import { EVENT_ROW, wireEvent, type WireEvent } from "../wire";
import { positionOf } from "../ids";
import { PAGE } from "./events";

/**
 * Answers the view `invocations`: those with a matching event, the one with the newest first, each with all its
 * events in the order they happened. A page goes on after the invocation that the event of the cursor is of.
 */
export function invocationsView(
  reading: Reading,
  query: Query,
): { view: { invocations: Record<string, WireEvent[]> }; samples: Sample[] } {
  const sample = sampleFor(reading, { ...query.parameters, timeframe: query.timeframe });
  const page = pageOf(reading, sample, query);
  const invocations = new Map<string, WireEvent[]>(page.map((id) => [id, []]));
  for (const event of eventsOf(reading, page)) invocations.get(event.$metadata.requestId)?.push(event);
  return { view: { invocations: Object.fromEntries(invocations) }, samples: [sample] };
}

function pageOf(reading: Reading, sample: Sample, query: Query): string[] {
  const limit = query.limit ?? query.parameters.limit ?? PAGE;
  const all = newestFirst(reading, sample, query);
  if (query.offset === undefined) return take(all, limit);
  const cursor = invocationAt(reading, query.offset);
  const newer = before(all, cursor);
  return query.offsetDirection === "prev" ? newer.slice(-limit) : take(all, limit);
}

/** Walks down from the newest event and stops when nobody asks for more. */
function* newestFirst({ db }: Reading, sample: Sample, query: Query): Generator<string, undefined> {
  const condition = inScope(sample, { ...query.parameters, timeframe: query.timeframe });
  const seen = new Set<string>();
  const rows = eachRow(
    db,
    sql`SELECT e.request_id FROM ${sample.inTime} WHERE ${condition} ORDER BY e.timestamp DESC, e.id DESC`,
  );
  for (const row of rows) {
    const id = String(row["request_id"]);
    if (!seen.has(id)) yield id;
    seen.add(id);
  }
}

function invocationAt({ db }: Reading, cursor: string): string | undefined {
  const [row] = allRows(db, sql`SELECT request_id FROM events WHERE id = ${positionOf(cursor).row}`);
  return row && String(row["request_id"]);
}

/** Takes from `all` up to the invocation `id`, and that one too; answers with those before it. */
function before(all: Generator<string, undefined>, id: string | undefined): string[] {
  const newer: string[] = [];
  for (let next = all.next(); !next.done && next.value !== id; next = all.next()) newer.push(next.value);
  return newer;
}

function take(all: Generator<string, undefined>, limit: number): string[] {
  const taken: string[] = [];
  while (taken.length < limit) {
    const next = all.next();
    if (next.done) break;
    taken.push(next.value);
  }
  all.return(undefined);
  return taken;
}

function eventsOf({ db, now }: Reading, page: readonly string[]): WireEvent[] {
  return allRows(
    db,
    sql`SELECT ${EVENT_ROW} FROM ${tablesBy(sql`events_by_request`)}
      WHERE e.request_id IN (SELECT value FROM json_each(${JSON.stringify(page)})) AND ${visibleAt(now)}
      ORDER BY e.timestamp, e.id`,
  ).map(wireEvent);
}
