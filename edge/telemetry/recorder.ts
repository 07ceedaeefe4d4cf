import type { DatabaseSync, StatementSync } from "node:sqlite";
import { cached } from "./cached";
import { inTransaction } from "./database";
import { delayOf, platformInterval } from "./draws";
import type { TelemetryEvent } from "./event";
import { levelOf } from "./levels";
import type { Settings } from "./options";
import { keptHead } from "./request";
import type { SqlValue } from "./sql";

const EVENT_COLUMNS = [
  ...(["timestamp", "version", "type", "sample_level", "sample_interval", "delay_ms"] as const),
  ...(["request_id", "ray_id", "trace_id"] as const),
  ...(["event_type", "execution_model", "entrypoint", "durable_object_id"] as const),
  ...(["outcome", "truncated", "wall_time_ms", "cpu_time_ms", "status"] as const),
  ...(["method", "path", "url", "head"] as const),
  ...(["cron", "scheduled_time", "queue", "batch_size"] as const),
  ...(["level", "message", "source"] as const),
];

/** Writes events: all of a batch or none. The rows of an invocation come in one batch, one after the other. */
export class Recorder {
  readonly #insert: StatementSync;
  readonly #tally: StatementSync;
  readonly #addVersion: StatementSync;
  readonly #findVersion: StatementSync;
  readonly #versions = new Map<string, number>();
  /** Most requests come from the same few clients. */
  readonly #kept = cached(keptHead, 1000);
  #invocations = 0;
  #requestId = "";

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
    let written = 0;
    for (const event of events) {
      const interval = this.#intervalOf(event);
      if (interval === undefined) continue;
      this.#insert.run(...this.#rowOf(event, interval));
      written += 1;
    }
    this.#tally.run(written);
  }

  /** How many invocations an event stands for; undefined when it is not kept. */
  #intervalOf(event: TelemetryEvent): number | undefined {
    const { seed, samplingBursts } = this.settings;
    const ofPlatform = platformInterval(event, seed, samplingBursts);
    return ofPlatform && ofPlatform * (event.sampleInterval ?? 1);
  }

  #rowOf(event: TelemetryEvent, interval: number): SqlValue[] {
    // What is said of the whole invocation is said once: on each of its rows it would count several times.
    const whole = event.type === "cf-worker-event" ? event : undefined;
    return [
      ...[event.timestamp, this.#versionOf(event), event.type],
      ...[levelOf(event.requestId), interval, this.#delayOf(event)],
      ...[event.requestId, event.rayId, event.traceId],
      ...[event.eventType, modelOf(event), event.entrypoint, event.durableObjectId],
      ...[whole?.outcome, Number(event.truncated ?? false)],
      ...[whole?.wallTimeMs, whole?.cpuTimeMs, whole?.status],
      ...[event.method, event.path, event.url, whole?.head && this.#kept(whole.head)],
      ...[event.cron, event.scheduledTimeMs, event.queue, event.batchSize],
      ...[event.level, event.message, sourceOf(event)],
    ].map((value) => value ?? null);
  }

  /** The rows of an invocation are found together. */
  #delayOf({ requestId }: TelemetryEvent): number {
    if (requestId !== this.#requestId) this.#invocations += 1;
    this.#requestId = requestId;
    return delayOf(this.#invocations, this.settings.seed, this.settings.ingestDelayMs);
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

/** The commonest model is not stored. */
function modelOf({ executionModel }: TelemetryEvent): string | undefined {
  return executionModel === "stateless" ? undefined : executionModel;
}

/** A row without an object of its own shows its level and its message; that is not stored. */
function sourceOf({ source, exception, message }: TelemetryEvent): string | undefined {
  const own = exception ? { message, exception } : source;
  return own && JSON.stringify(own);
}
