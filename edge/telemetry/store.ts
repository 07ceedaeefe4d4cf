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

/** Keeps telemetry and answers the three telemetry calls of Cloudflare's API. */
export interface TelemetryStore {
  /** Stores all of `events`, or none. */
  record(events: readonly TelemetryEvent[]): void;
  /** The `result` of `POST …/observability/telemetry/query`. Throws `ApiError` when the body cannot be served. */
  query(body: unknown, caller?: Caller): unknown;
  /** The `result` of `POST …/observability/telemetry/keys`. Throws like `query`. */
  keys(body: unknown): unknown;
  /** The `result` of `POST …/observability/telemetry/values`. Throws like `query`. */
  values(body: unknown): unknown;
  /** Ends the store. What was recorded in a file stays there. */
  close(): void;
}

const NOBODY: Caller = { accountId: "", userId: "" };

/** The store on SQLite. */
export class SqliteTelemetry implements TelemetryStore {
  readonly #db: DatabaseSync;
  readonly #recorder: Recorder;

  constructor(file: string) {
    this.#db = openDatabase(file);
    this.#recorder = new Recorder(this.#db);
  }

  record(events: readonly TelemetryEvent[]): void {
    this.#recorder.record(events);
  }

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
