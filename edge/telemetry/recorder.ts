import type { DatabaseSync, StatementSync } from "node:sqlite";
import { inTransaction } from "./database";
import type { TelemetryEvent } from "./event";
import { delayOf, levelOf } from "./levels";
import type { Settings } from "./options";
import type { SqlValue } from "./sql";

const EVENT_COLUMNS = [
  ...(["timestamp", "version", "type", "sample_level", "sample_interval", "delay_ms"] as const),
  ...(["request_id", "event_type", "execution_model", "outcome", "truncated"] as const),
  ...(["wall_time_ms", "cpu_time_ms", "status", "method", "path", "url"] as const),
  ...(["level", "message", "error", "cron", "scheduled_time", "queue", "batch_size", "source"] as const),
];

/** Writes events: all of a batch or none. */
export class Recorder {
  readonly #insert: StatementSync;
  readonly #tally: StatementSync;
  readonly #addVersion: StatementSync;
  readonly #findVersion: StatementSync;
  readonly #versions = new Map<string, number>();

  constructor(
    private readonly db: DatabaseSync,
    private readonly settings: Settings,
  ) {
    const places = EVENT_COLUMNS.map(() => "?").join(", ");
    this.#insert = db.prepare(`INSERT INTO events (${EVENT_COLUMNS.join(", ")}) VALUES (${places})`);
    this.#tally = db.prepare("UPDATE totals SET events = events + ?");
    this.#addVersion = db.prepare(
      "INSERT INTO versions (script_name, version_id, tag, message) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#findVersion = db.prepare(
      "SELECT id FROM versions WHERE script_name = ? AND version_id = ? AND tag = ? AND message = ?",
    );
  }

  record(events: readonly TelemetryEvent[]): void {
    try {
      inTransaction(this.db, () => {
        this.#write(events);
      });
    } catch (error) {
      // A version first seen in this batch is gone with it.
      this.forgetVersions();
      throw error;
    }
  }

  /** To be called when versions may have been removed. */
  forgetVersions(): void {
    this.#versions.clear();
  }

  #write(events: readonly TelemetryEvent[]): void {
    for (const event of events) this.#insert.run(...this.#rowOf(event));
    this.#tally.run(events.length);
  }

  #rowOf(event: TelemetryEvent): SqlValue[] {
    const delay = delayOf(event.requestId, this.settings.ingestDelayMs);
    // A console line says nothing of how long the invocation took; a time of it would count twice.
    const whole = event.type === "cf-worker-event";
    return [
      ...[event.timestamp, this.#versionOf(event), event.type],
      ...[levelOf(event.requestId), event.sampleInterval ?? 1, delay],
      ...[event.requestId, event.eventType, event.executionModel ?? null, event.outcome],
      ...[Number(event.truncated ?? false), whole ? event.wallTimeMs : null, whole ? event.cpuTimeMs : null],
      ...[event.status ?? null, event.method ?? null, event.path ?? null, event.url ?? null],
      ...[event.level ?? null, event.message ?? null, event.error ?? null],
      ...[event.cron ?? null, event.scheduledTimeMs ?? null, event.queue ?? null, event.batchSize ?? null],
      JSON.stringify(event.source ?? {}),
    ];
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
