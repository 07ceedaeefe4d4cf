import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { bucketCount, type Timeframe } from "./buckets";
import { allRows } from "./database";
import type { Query } from "./schema";
import { sql } from "./sql";

/** Who asks. Cloudflare's answer names the account and the user a query ran for. */
export interface Caller {
  accountId: string;
  userId: string;
}

/** What a query cost. */
export interface Statistics {
  /** In seconds. */
  elapsed: number;
  rows_read: number;
  bytes_read: number;
}

/** The part of an answer that tells of the query rather than of the events. */
export function runOf(query: Query, caller: Caller, started: Date, statistics: Statistics): unknown {
  const created = started.toISOString();
  const { accountId, userId } = caller;
  return {
    id: randomUUID(),
    accountId,
    userId,
    dry: query.dry ?? false,
    granularity: bucketCount(query.timeframe, query.granularity),
    timeframe: query.timeframe,
    status: "COMPLETED",
    statistics,
    created,
    updated: new Date().toISOString(),
    query: {
      ...{ id: query.queryId, name: "", description: "", adhoc: true, parameters: query.parameters },
      ...{ created, createdBy: userId, updated: created, updatedBy: userId },
    },
  };
}

/**
 * What lies in the timeframe, which is what a query reads through. It is tallied by the second, so the seconds that
 * the timeframe begins and ends in count as a whole.
 */
export function readIn(db: DatabaseSync, { from, to }: Timeframe): Omit<Statistics, "elapsed"> {
  const [row] = allRows(
    db,
    sql`SELECT total(events) AS events, total(bytes) AS bytes FROM seconds
      WHERE second BETWEEN ${Math.floor(from / 1000)} AND ${Math.floor((to - 1) / 1000)}`,
  );
  return { rows_read: Number(row?.["events"]), bytes_read: Number(row?.["bytes"]) };
}
