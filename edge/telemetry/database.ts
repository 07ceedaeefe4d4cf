import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { addFunctions } from "./functions";
import { Patience } from "./patience";
import { addRowFunctions } from "./row-functions";
import { sql, type Sql } from "./sql";

/** A row of an answer. */
export type Row = Record<string, SQLOutputValue>;

/** Grows with every change of the tables below. */
const SCHEMA_VERSION = 3;

/**
 * What many events share, the version that served them, is stored once. `events_by_sample` holds what rollouts are
 * judged by, so that counting what visitors asked by version, outcome, status and times never touches the rows
 * themselves; a query that reads sample 3 seeks `sample_level` 3, 4, … in it, and passes over what is in finer samples
 * only.
 */
const TABLES = `
  CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    script_name TEXT NOT NULL, version_id TEXT NOT NULL, tag TEXT NOT NULL, message TEXT NOT NULL,
    UNIQUE (script_name, version_id, tag, message)
  );
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    timestamp INTEGER NOT NULL, version INTEGER NOT NULL REFERENCES versions (id), type TEXT NOT NULL,
    sample_level INTEGER NOT NULL, sample_interval REAL NOT NULL, delay_ms INTEGER NOT NULL,
    request_id TEXT NOT NULL, ray_id TEXT, trace_id TEXT,
    event_type TEXT NOT NULL, execution_model TEXT, entrypoint TEXT, durable_object_id TEXT,
    outcome TEXT, truncated INTEGER NOT NULL, wall_time_ms REAL, cpu_time_ms REAL, status INTEGER,
    method TEXT, path TEXT, url TEXT, head TEXT,
    cron TEXT, scheduled_time INTEGER, queue TEXT, batch_size INTEGER,
    level TEXT, message TEXT, source TEXT
  );
  CREATE INDEX events_by_sample ON events (
    version, sample_level, timestamp, type, event_type, execution_model, entrypoint, outcome, status,
    wall_time_ms, cpu_time_ms, sample_interval, delay_ms
  );
  CREATE INDEX events_by_time ON events (timestamp);
  CREATE INDEX events_by_request ON events (request_id);
  CREATE INDEX events_by_ray ON events (ray_id);
  CREATE TABLE totals (events INTEGER NOT NULL);
  INSERT INTO totals VALUES (0);
`;

/** Opens or makes the database of an account. Refuses a file whose tables are those of another release. */
export function openDatabase(
  file: string,
  accountId: string,
  patience: Patience = new Patience(),
): DatabaseSync {
  const db = new DatabaseSync(file);
  // With a write-ahead log a killed process loses nothing that was recorded; only a power cut may.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536");
  const found = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (found === 0) db.exec(`BEGIN; ${TABLES} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  else if (found !== SCHEMA_VERSION) {
    db.close();
    throw new Error(
      `The telemetry in ${file} has format ${found}, and this release reads format ${SCHEMA_VERSION}. ` +
        "Delete the file, which loses the telemetry of the past and nothing else, or use the release that wrote it.",
    );
  }
  addFunctions(db, patience);
  addRowFunctions(db, accountId);
  return db;
}

/** Does all of `work`, or none of it. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

/** All rows of an answer. */
export function allRows(db: DatabaseSync, { text, params }: Sql): Row[] {
  return db.prepare(text).all(...params);
}

/** The rows of an answer one by one, for answers too long to hold. */
export function eachRow(db: DatabaseSync, { text, params }: Sql): Iterable<Row> {
  return db.prepare(text).iterate(...params);
}

/** The mean size of an event in the file, with its place in the indexes. */
export function bytesPerEvent(db: DatabaseSync): number {
  const pragma = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
  const bytes = (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
  return bytes / Math.max(1, oneNumber(db, sql`SELECT events AS n FROM totals`));
}

/** The one number that `n` is in the one row of an answer. */
export function oneNumber(db: DatabaseSync, { text, params }: Sql): number {
  return Number(db.prepare(text).get(...params)?.["n"]);
}
