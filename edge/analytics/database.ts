import { DatabaseSync } from "node:sqlite";
import { addStored, toBytes, type Histogram } from "./histogram";

/** Grows with every change of the tables below. */
const SCHEMA_VERSION = 1;

/** What tallies of many seconds share is stored once. There is one row for a second and series, however often it grows. */
const TABLES = `
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    script_name TEXT NOT NULL, script_tag TEXT NOT NULL, version_id TEXT NOT NULL, usage_model TEXT NOT NULL,
    colo_code TEXT NOT NULL, status TEXT NOT NULL,
    UNIQUE (script_name, script_tag, version_id, usage_model, colo_code, status)
  ) STRICT;
  CREATE TABLE tallies (
    second INTEGER NOT NULL, series INTEGER NOT NULL REFERENCES series (id), visible_at INTEGER NOT NULL,
    requests INTEGER NOT NULL, wall_time_us INTEGER NOT NULL, cpu_time_us INTEGER NOT NULL,
    wall_times BLOB NOT NULL, cpu_times BLOB NOT NULL,
    PRIMARY KEY (second, series)
  ) STRICT, WITHOUT ROWID;
`;

/** Opens or makes the database. Refuses a file whose tables are those of another release. */
export function openDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  // As with telemetry, a killed process loses nothing that was recorded; only a power cut may.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA case_sensitive_like = ON");
  const found = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (found === 0) db.exec(`BEGIN; ${TABLES} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  else if (found !== SCHEMA_VERSION) {
    db.close();
    throw new Error(
      `The metrics in ${file} have format ${found}, and this release reads format ${SCHEMA_VERSION}. ` +
        "Delete the file to start anew, or use the release that wrote it.",
    );
  }
  addFunctions(db);
  return db;
}

/** Histograms are merged as they are read and written: `merged` two of them, `all_merged` those of a group. */
function addFunctions(db: DatabaseSync): void {
  const options = { deterministic: true };
  db.function("merged", options, (one, other) => {
    const histogram: Histogram = new Map();
    for (const bytes of [one, other]) add(histogram, bytes);
    return toBytes(histogram);
  });
  db.aggregate("all_merged", {
    ...options,
    // SQLite hands the state through as it is, but its typing knows only what a column may hold.
    start: () => new Map() as never,
    step: (state: unknown, bytes) => {
      add(state as Histogram, bytes);
      return state as never;
    },
    result: (state: unknown) => toBytes(state as Histogram),
  });
}

function add(histogram: Histogram, bytes: unknown): void {
  if (bytes instanceof Uint8Array) addStored(histogram, bytes);
}
