import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { bucketCount } from "./buckets";
import { bytesPerEvent } from "./database";
import type { Sample } from "./sample";
import type { Query } from "./schema";

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
  /** Adaptive bit rate: one in this many rows was read. */
  abr_level?: number;
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

/** What a query has cost that read `samples`. */
export function statisticsOf(db: DatabaseSync, elapsed: number, samples: readonly Sample[]): Statistics {
  const rows = samples.reduce((sum, sample) => sum + sample.rows, 0);
  const coarsest = Math.max(...samples.map(({ scale }) => scale));
  return {
    elapsed,
    rows_read: rows,
    bytes_read: Math.round(rows * bytesPerEvent(db)),
    // "If empty the ABR level is 1", says the reference.
    ...(coarsest > 1 && { abr_level: coarsest }),
  };
}
