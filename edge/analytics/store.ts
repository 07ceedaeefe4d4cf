import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "./database";
import { delayOf, type AnalyticsOptions } from "./options";
import type { AnalyticsQuery, AnalyticsRow } from "./query";
import { readGroups } from "./read";
import { Recorder } from "./recorder";
import { Retention } from "./retention";
import type { Tally } from "./tally";

/** SQLite's name for a file that is gone with who opened it; other than memory, it may grow. */
const TEMPORARY = "";

/** The metrics on SQLite: what the telemetry's thread runs, so that nobody else waits for it. */
export class SqliteAnalytics {
  readonly #db: DatabaseSync;
  readonly #recorder: Recorder;
  readonly #retention: Retention;

  constructor(
    options: AnalyticsOptions = {},
    private readonly now: () => number = Date.now,
  ) {
    this.#db = openDatabase(options.file ?? TEMPORARY);
    this.#recorder = new Recorder(this.#db, delayOf(options));
    this.#retention = new Retention(this.#db);
  }

  /** Adds all of `tallies`, or none. */
  record(tallies: readonly Tally[]): void {
    this.#recorder.record(tallies);
  }

  query(query: AnalyticsQuery): AnalyticsRow[] {
    return readGroups(this.#db, query, this.now());
  }

  /** Removes some of what need not be kept any longer; false when there is nothing left to remove. */
  retain(): boolean {
    return this.#retention.step(this.now());
  }

  close(): void {
    this.#db.close();
  }
}
