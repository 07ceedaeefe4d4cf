import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "./database";
import type { TelemetryEvent } from "./event";
import { listKeys, type Key } from "./keys";
import { settingsOf, type Settings, type TelemetryOptions } from "./options";
import { Patience } from "./patience";
import { Recorder } from "./recorder";
import { Retention } from "./retention";
import { readKeysQuery, readQuery, readValuesQuery } from "./read";
import { runOf, statisticsOf } from "./run";
import type { Reading, Sample } from "./sample";
import type { Query } from "./schema";
import { withinReach } from "./timeframe";
import { listValues, type FieldValue } from "./values";
import { calculationsView } from "./views/calculations";
import { eventsView } from "./views/events";
import { invocationsView } from "./views/invocations";

/** What a view answers, and what it read for that. */
export interface Viewed {
  readonly view: object;
  readonly samples: readonly Sample[];
}

/** The store on SQLite: what the thread of `ThreadedTelemetry` runs, so that nobody else waits for it. */
export class SqliteTelemetry {
  readonly #db: DatabaseSync;
  readonly #settings: Settings;
  readonly #patience = new Patience();
  readonly #recorder: Recorder;
  readonly #retention: Retention;

  constructor(
    file: string,
    options: TelemetryOptions = {},
    private readonly now: () => number = Date.now,
    private readonly accountId = "",
  ) {
    this.#db = openDatabase(file, accountId, this.#patience);
    this.#settings = settingsOf(options);
    this.#recorder = new Recorder(this.#db, this.#settings);
    this.#retention = new Retention(this.#db, this.#settings);
  }

  /** Stores all of `events`, or none. */
  record(events: readonly TelemetryEvent[]): void {
    this.#recorder.record(events);
  }

  /** Removes some of what need not be kept any longer; false when there is nothing left to remove. */
  retain(): boolean {
    const removed = this.#retention.step(this.now());
    if (removed > 0) this.#recorder.forgetVersions();
    return removed > 0;
  }

  /** Throws `QueryRefusal` when the body cannot be served. */
  query(body: unknown): unknown {
    const started = new Date();
    const clock = performance.now();
    const asked = readQuery(body);
    const timeframe = withinReach(asked.timeframe, this.now(), this.#settings.keepForMs);
    const query = { ...asked, timeframe };
    const { view, samples } = this.#viewOf(query);
    const statistics = statisticsOf(this.#db, (performance.now() - clock) / 1000, samples);
    return { run: runOf(query, this.accountId, started, statistics), ...view, statistics };
  }

  keys(body: unknown): Key[] {
    return listKeys(this.#reading(), readKeysQuery(body));
  }

  values(body: unknown): FieldValue[] {
    return listValues(this.#reading(), readValuesQuery(body));
  }

  close(): void {
    this.#db.close();
  }

  #reading(): Reading {
    this.#patience.renew();
    return { db: this.#db, mostRows: this.#settings.rowsPerQuery, now: this.now() };
  }

  #viewOf(query: Query): Viewed {
    switch (query.view) {
      case "calculations":
        return calculationsView(this.#reading(), query);
      case "events":
        return eventsView(this.#reading(), query);
      case "invocations":
        return invocationsView(this.#reading(), query);
    }
  }
}
