import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "./database";
import type { TelemetryEvent } from "./event";
import { listKeys, type Key } from "./keys";
import { Recorder } from "./recorder";
import { readIn, runOf, type Caller } from "./run";
import { readKeysQuery, readQuery, readValuesQuery, type Query } from "./schema";
import { listValues, type FieldValue } from "./values";
import { calculationsView } from "./views/calculations";
import { eventsView } from "./views/events";
import { invocationsView } from "./views/invocations";

const NOBODY: Caller = { accountId: "", userId: "" };

/** The store on SQLite: what the thread of `ThreadedTelemetry` runs, so that nobody else waits for it. */
export class SqliteTelemetry {
  readonly #db: DatabaseSync;
  readonly #recorder: Recorder;

  constructor(file: string) {
    this.#db = openDatabase(file);
    this.#recorder = new Recorder(this.#db);
  }

  /** Stores all of `events`, or none. */
  record(events: readonly TelemetryEvent[]): void {
    this.#recorder.record(events);
  }

  /** Throws `ApiError` when the body cannot be served. */
  query(body: unknown, caller: Caller = NOBODY): unknown {
    const started = new Date();
    const clock = performance.now();
    const query = readQuery(body);
    const view = this.#viewOf(query);
    const statistics = {
      elapsed: (performance.now() - clock) / 1000,
      ...readIn(this.#db, query.timeframe),
    };
    return { ...view, run: runOf(query, caller, started, statistics), statistics };
  }

  keys(body: unknown): Key[] {
    return listKeys(this.#db, readKeysQuery(body));
  }

  values(body: unknown): FieldValue[] {
    return listValues(this.#db, readValuesQuery(body));
  }

  close(): void {
    this.#db.close();
  }

  #viewOf(query: Query): object {
    switch (query.view) {
      case "calculations":
        return calculationsView(this.#db, query);
      case "events":
        return eventsView(this.#db, query);
      case "invocations":
        return invocationsView(this.#db, query);
    }
  }
}
