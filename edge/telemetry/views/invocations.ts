import type { DatabaseSync } from "node:sqlite";
import { allRows, eachRow } from "../database";
import type { Query } from "../schema";
import { EVENTS, within } from "../scope";
import { sql } from "../sql";
import { EVENT_ROW, wireEvent, type WireEvent } from "../wire";
import { PAGE, positionOf } from "./events";

/**
 * How far from its newest matching event an invocation's other events are looked for, in milliseconds. Without
 * such a bound every page would read the whole store.
 */
const LONGEST_INVOCATION = 3_600_000;

/** An invocation, and when its newest matching event was. */
interface Found {
  id: string;
  newest: number;
}

/**
 * Answers the view `invocations`: those with a matching event, the one with the newest first, each with all its
 * events in the order they happened. A page goes on after the invocation that the event of the cursor is of.
 */
export function invocationsView(
  db: DatabaseSync,
  query: Query,
): { invocations: Record<string, WireEvent[]> } {
  const page = pageOf(db, query);
  const invocations = new Map<string, WireEvent[]>(page.map(({ id }) => [id, []]));
  for (const event of eventsOf(db, page)) invocations.get(String(event.$workers["requestId"]))?.push(event);
  return { invocations: Object.fromEntries(invocations) };
}

function pageOf(db: DatabaseSync, query: Query): Found[] {
  const limit = query.limit ?? query.parameters.limit ?? PAGE;
  const all = newestFirst(db, query);
  if (query.offset === undefined) return take(all, limit);
  const cursor = invocationAt(db, query.offset);
  const newer = before(all, cursor);
  return query.offsetDirection === "prev" ? newer.slice(-limit) : take(all, limit);
}

/** Walks down from the newest event and stops when nobody asks for more. */
function* newestFirst(db: DatabaseSync, query: Query): Generator<Found, undefined> {
  const condition = within({ ...query.parameters, timeframe: query.timeframe });
  const seen = new Set<string>();
  const rows = eachRow(
    db,
    sql`SELECT e.request_id, e.timestamp FROM ${EVENTS} WHERE ${condition} ORDER BY e.timestamp DESC, e.id DESC`,
  );
  for (const row of rows) {
    const id = String(row["request_id"]);
    if (!seen.has(id)) yield { id, newest: Number(row["timestamp"]) };
    seen.add(id);
  }
}

function invocationAt(db: DatabaseSync, cursor: string): string | undefined {
  const [row] = allRows(db, sql`SELECT request_id FROM events WHERE id = ${positionOf(cursor).id}`);
  return row && String(row["request_id"]);
}

/** Takes from `all` up to the invocation `id`, and that one too; answers with those before it. */
function before(all: Generator<Found, undefined>, id: string | undefined): Found[] {
  const newer: Found[] = [];
  for (let next = all.next(); !next.done && next.value.id !== id; next = all.next()) newer.push(next.value);
  return newer;
}

function take(all: Generator<Found, undefined>, limit: number): Found[] {
  const taken: Found[] = [];
  while (taken.length < limit) {
    const next = all.next();
    if (next.done) break;
    taken.push(next.value);
  }
  all.return(undefined);
  return taken;
}

function eventsOf(db: DatabaseSync, page: readonly Found[]): WireEvent[] {
  const newest = page[0]?.newest ?? 0;
  const oldest = page.at(-1)?.newest ?? 0;
  return allRows(
    db,
    sql`SELECT ${EVENT_ROW} FROM ${EVENTS}
      WHERE e.timestamp BETWEEN ${oldest - LONGEST_INVOCATION} AND ${newest + LONGEST_INVOCATION}
        AND e.request_id IN (SELECT value FROM json_each(${JSON.stringify(page.map(({ id }) => id))}))
      ORDER BY e.timestamp, e.id`,
  ).map(wireEvent);
}
