import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makePrivateFile, narrowPrivateFile } from "./private-file";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS account (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE IF NOT EXISTS scripts (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;

  CREATE TABLE IF NOT EXISTS versions (
    id TEXT PRIMARY KEY,
    script TEXT NOT NULL REFERENCES scripts (name) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (script, number)
  ) STRICT;

  CREATE TABLE IF NOT EXISTS version_numbers (
    script TEXT PRIMARY KEY REFERENCES scripts (name) ON DELETE CASCADE,
    last INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE IF NOT EXISTS modules (
    version TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    content_type TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (version, position)
  ) STRICT;

  CREATE TABLE IF NOT EXISTS assets (hash TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;

  CREATE TABLE IF NOT EXISTS resources (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (kind, id),
    UNIQUE (kind, name)
  ) STRICT;

  CREATE TABLE IF NOT EXISTS messages (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    format TEXT NOT NULL,
    body BLOB NOT NULL,
    sent_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    held INTEGER NOT NULL
  ) STRICT;

  CREATE INDEX IF NOT EXISTS messages_due ON messages (queue, held, due_ms);

  CREATE TABLE IF NOT EXISTS deployments (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    script TEXT NOT NULL REFERENCES scripts (name) ON DELETE CASCADE,
    record TEXT NOT NULL
  ) STRICT;

  CREATE INDEX IF NOT EXISTS deployments_of_script ON deployments (script, sequence);
`;

/** What SQLite has beside a database while it is open, and after a crash. */
const BESIDE = ["-wal", "-shm", "-journal"];

/** Where in the state folder something is kept, or SQLite's name for "in memory" when there is no folder. */
export function databaseFile(stateDir: string | undefined, name: string): string {
  if (stateDir === undefined) return ":memory:";
  // Tokens and secret bindings are in there: for the owner only, also in a folder that was there before.
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, name);
  makePrivateFile(file);
  for (const ending of BESIDE) narrowPrivateFile(`${file}${ending}`);
  return file;
}

/** Raised when what is stored is not as it was before: an older state is refused, not misread. */
const FORMAT = 1;

/** Opens the database and makes its tables, if it has none. */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
    checkFormat(database, file);
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkFormat(database: DatabaseSync, file: string): void {
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  const format = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (!isEmpty && format !== FORMAT) {
    throw new Error(
      `The state in ${file} has format ${format}, and this local edge reads format ${FORMAT}. ` +
        `Start the version of pulumi-workers-release that wrote it, or choose another folder.`,
    );
  }
  database.exec(`PRAGMA user_version = ${FORMAT}`);
}
