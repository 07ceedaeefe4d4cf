import type { DatabaseSync } from "node:sqlite";
import { allRows } from "../database";
import type { Query } from "../schema";
import { EVENTS, within } from "../scope";
import { sql, type Sql } from "../sql";
import { EVENT_ROW, wireEvent, type WireEvent } from "../wire";
import { PAGE, positionOf } from "./events";

/**
 * Answers the view `invocations`: those with a matching event, the one with the newest first, each with all its
 * events in the order they happened. A page goes on after the invocation that the event of the cursor is of.
 */
export function invocationsView(
  db: DatabaseSync,
  query: Query,
): { invocations: Record<string, WireEvent[]> } {
  const ids = allRows(db, idsOf(query)).map((row) => String(row["request_id"]));
  const invocations = new Map<string, WireEvent[]>(ids.map((id) => [id, []]));
  const rows = allRows(
    db,
    sql`SELECT ${EVENT_ROW} FROM ${EVENTS}
      WHERE e.request_id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) ORDER BY e.timestamp, e.id`,
  );
  for (const row of rows) invocations.get(String(row["request_id"]))?.push(wireEvent(row));
  return { invocations: Object.fromEntries(invocations) };
}

function idsOf(query: Query): Sql {
  const condition = within({ ...query.parameters, timeframe: query.timeframe });
  const limit = query.limit ?? query.parameters.limit ?? PAGE;
  const newer = query.offsetDirection === "prev";
  const place = newer ? sql`max(e.timestamp), max(e.id)` : sql`max(e.timestamp) DESC, max(e.id) DESC`;
  const page = sql`SELECT e.request_id, max(e.timestamp) AS newest, max(e.id) AS id FROM ${EVENTS}
    WHERE ${condition} GROUP BY e.request_id HAVING ${beyond(query, condition)} ORDER BY ${place} LIMIT ${limit}`;
  return sql`SELECT request_id FROM (${page}) ORDER BY newest DESC, id DESC`;
}

function beyond({ offset, offsetDirection }: Query, condition: Sql): Sql {
  if (offset === undefined) return sql`1`;
  const { id } = positionOf(offset);
  const seen = sql`(SELECT max(e.timestamp), max(e.id) FROM ${EVENTS}
    WHERE ${condition} AND e.request_id = (SELECT request_id FROM events WHERE id = ${id}))`;
  return offsetDirection === "prev"
    ? sql`(max(e.timestamp), max(e.id)) > ${seen}`
    : sql`(max(e.timestamp), max(e.id)) < ${seen}`;
}
