import { randomInt } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { bucketLength } from "./buckets";
import { bytesPerEvent } from "./database";
import type { Sample } from "./sample";
import type { Parameters, Query } from "./schema";

/** What a query cost. */
export interface Statistics {
  /** In seconds. */
  elapsed: number;
  rows_read: number;
  bytes_read: number;
  /** Adaptive bit rate: one in this many rows was read. */
  abr_level: number;
}

/** The part of an answer that tells of the query rather than of the events. The account has one user, of the same id. */
export function runOf(query: Query, accountId: string, started: Date, statistics: Statistics): unknown {
  const created = started.toISOString();
  const { queryId, parameters, timeframe, dry = false } = query;
  return {
    id: runId(),
    query: {
      ...{ id: queryId, description: "", name: "", generated: false, parameters: echoOf(parameters) },
      ...{ workspaceId: accountId, environmentId: "cloudflare", userId: accountId },
      ...{ created, updated: created },
    },
    ...{ accountId, timeframe, userId: accountId, status: "COMPLETED" },
    ...{ granularity: bucketLength(timeframe, granularityOf(query)), dry, statistics },
  };
}

/** How many buckets are asked for. Only the view `calculations` lets anybody choose. */
export function granularityOf({ view, granularity }: Query): number | undefined {
  return view === "calculations" ? granularity : undefined;
}

/** What a query has cost that read `samples`. */
export function statisticsOf(db: DatabaseSync, elapsed: number, samples: readonly Sample[]): Statistics {
  const rows = samples.reduce((sum, sample) => sum + sample.rows, 0);
  return {
    elapsed,
    rows_read: rows,
    bytes_read: Math.round(rows * bytesPerEvent(db)),
    abr_level: Math.max(...samples.map(({ scale }) => scale)),
  };
}

/** The parameters as they were read, with those that were left out. */
function echoOf(parameters: Parameters): unknown {
  const defaults = { datasets: [], filters: [], havings: [], filterCombination: "and" };
  return { ...defaults, calculations: [], groupBys: [], ...parameters };
}

/** 24 letters and digits, as those of recorded answers. */
function runId(): string {
  return Array.from({ length: 24 }, () => randomInt(36).toString(36)).join("");
}
