import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { addFunctions } from "./functions";
import type { Sql } from "./sql";

/** A row of an answer. */
export type Row = Record<string, SQLOutputValue>;

/** Grows with every change of the tables below. */
const SCHEMA_VERSION = 1;

/**
 * What many events share, the version that served them, is stored once. The index holds what rollouts are judged
 * by, in order of time, so that counting by version, outcome, status and times never touches the rows themselves.
 * `seconds` tallies what was recorded, for the statistics of a query.
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
    request_id TEXT NOT NULL, event_type TEXT NOT NULL, outcome TEXT NOT NULL,
    wall_time_ms REAL, cpu_time_ms REAL, status INTEGER, method TEXT, path TEXT, url TEXT,
    level TEXT, message TEXT, error TEXT, source TEXT NOT NULL
  );
  CREATE INDEX events_by_time
    ON events (timestamp, version, type, outcome, status, wall_time_ms, cpu_time_ms);
  CREATE TABLE seconds (second INTEGER PRIMARY KEY, events INTEGER NOT NULL, bytes INTEGER NOT NULL);
`;

/** Opens or makes the database. Refuses a file whose tables are those of another release. */
export function openDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  // With a write-ahead log a killed process loses nothing that was recorded; only a power cut may.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536");
  const found = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (found === 0) db.exec(`BEGIN; ${TABLES} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  else if (found !== SCHEMA_VERSION) {
    db.close();
    throw new Error(
      `The telemetry in ${file} has format ${found}, and this release reads format ${SCHEMA_VERSION}. ` +
        "Delete the file to start anew, or use the release that wrote it.",
    );
  }
  addFunctions(db);
  return db;
}

/** All rows of an answer. */
export function allRows(db: DatabaseSync, { text, params }: Sql): Row[] {
  return db.prepare(text).all(...params);
}

/** The rows of an answer one by one, for answers too long to hold. */
export function eachRow(db: DatabaseSync, { text, params }: Sql): Iterable<Row> {
  return db.prepare(text).iterate(...params);
}

/** The one number that `n` is in the one row of an answer. */
export function oneNumber(db: DatabaseSync, { text, params }: Sql): number {
  return Number(db.prepare(text).get(...params)?.["n"]);
}
