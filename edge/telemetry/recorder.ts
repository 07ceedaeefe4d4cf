import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { TelemetryEvent } from "./event";
import type { SqlValue } from "./sql";

const EVENT_COLUMNS = [
  ...(["timestamp", "version", "type", "request_id", "event_type", "outcome"] as const),
  ...(["wall_time_ms", "cpu_time_ms", "status", "method", "path", "url"] as const),
  ...(["level", "message", "error", "source"] as const),
];

/** Writes events: all of a batch or none. */
export class Recorder {
  readonly #insert: StatementSync;
  readonly #tally: StatementSync;
  readonly #addVersion: StatementSync;
  readonly #findVersion: StatementSync;
  readonly #versions = new Map<string, number>();

  constructor(private readonly db: DatabaseSync) {
    const places = EVENT_COLUMNS.map(() => "?").join(", ");
    this.#insert = db.prepare(`INSERT INTO events (${EVENT_COLUMNS.join(", ")}) VALUES (${places})`);
    this.#tally = db.prepare(
      "INSERT INTO seconds VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events, bytes = bytes + excluded.bytes",
    );
    this.#addVersion = db.prepare(
      "INSERT INTO versions (script_name, version_id, tag, message) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#findVersion = db.prepare(
      "SELECT id FROM versions WHERE script_name = ? AND version_id = ? AND tag = ? AND message = ?",
    );
  }

  record(events: readonly TelemetryEvent[]): void {
    this.db.exec("BEGIN IMMEDIATE");
    try {
      this.#write(events);
      this.db.exec("COMMIT");
    } catch (error) {
      this.db.exec("ROLLBACK");
      // A version first seen in this batch is gone with it.
      this.#versions.clear();
      throw error;
    }
  }

  #write(events: readonly TelemetryEvent[]): void {
    const seconds = new Map<number, { events: number; bytes: number }>();
    for (const event of events) {
      const row = rowOf(event, this.#versionOf(event));
      this.#insert.run(...row);
      const second = Math.floor(event.timestamp / 1000);
      const tally = seconds.get(second) ?? { events: 0, bytes: 0 };
      seconds.set(second, { events: tally.events + 1, bytes: tally.bytes + bytesOf(row) });
    }
    for (const [second, tally] of seconds) this.#tally.run(second, tally.events, tally.bytes);
  }

  #versionOf({ scriptName, versionId, versionTag, versionMessage }: TelemetryEvent): number {
    const version = [scriptName, versionId, versionTag, versionMessage];
    const name = version.join("\0");
    const known = this.#versions.get(name);
    if (known !== undefined) return known;
    this.#addVersion.run(...version);
    const id = Number(this.#findVersion.get(...version)?.["id"]);
    this.#versions.set(name, id);
    return id;
  }
}

function rowOf(event: TelemetryEvent, version: number): SqlValue[] {
  // A console line says nothing of how long the invocation took; a time of it would count twice.
  const whole = event.type === "cf-worker-event";
  return [
    ...[event.timestamp, version, event.type, event.requestId, event.eventType, event.outcome],
    ...[whole ? event.wallTimeMs : null, whole ? event.cpuTimeMs : null],
    ...[event.status ?? null, event.method ?? null, event.path ?? null, event.url ?? null],
    ...[event.level ?? null, event.message ?? null, event.error ?? null],
    JSON.stringify(event.source ?? {}),
  ];
}

function bytesOf(row: readonly SqlValue[]): number {
  return row.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 8), 0);
}
