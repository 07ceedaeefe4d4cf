import type { DatabaseSync, StatementSync } from "node:sqlite";
import { inTransaction } from "../telemetry/database";
import { hash } from "../telemetry/hash";
import type { Delay } from "./options";
import { toBytes } from "./histogram";
import type { Tally } from "./tally";

/** Writes tallies: all of a batch or none. What is there of the same second and series grows by them. */
export class Recorder {
  readonly #add: StatementSync;
  readonly #addSeries: StatementSync;
  readonly #findSeries: StatementSync;

  constructor(
    private readonly db: DatabaseSync,
    private readonly delay: Delay,
  ) {
    this.#add = db.prepare(`
      INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        requests = requests + excluded.requests,
        wall_time_us = wall_time_us + excluded.wall_time_us, cpu_time_us = cpu_time_us + excluded.cpu_time_us,
        wall_times = merged(wall_times, excluded.wall_times), cpu_times = merged(cpu_times, excluded.cpu_times)
    `);
    const columns = ["script_name", "script_tag", "version_id", "usage_model", "colo_code", "status"];
    this.#addSeries = db.prepare(
      `INSERT INTO series (${columns.join(", ")}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#findSeries = db.prepare(
      `SELECT id FROM series WHERE ${columns.map((column) => `${column} = ?`).join(" AND ")}`,
    );
  }

  record(tallies: readonly Tally[]): void {
    inTransaction(this.db, () => {
      for (const tally of tallies) this.#write(tally);
    });
  }

  #write(tally: Tally): void {
    this.#add.run(
      ...[tally.second, this.#seriesOf(tally), visibleAt(tally, this.delay)],
      ...[tally.requests, tally.wallTimeUs, tally.cpuTimeUs],
      ...[toBytes(tally.wallTimes), toBytes(tally.cpuTimes)],
    );
  }

  #seriesOf({ scriptName, scriptTag, versionId, usageModel, coloCode, status }: Tally): number {
    const series = [scriptName, scriptTag, versionId, usageModel, coloCode, status];
    this.#addSeries.run(...series);
    return Number(this.#findSeries.get(...series)?.["id"]);
  }
}

/** When queries begin to find a tally, in epoch milliseconds. The same seed draws the same. */
function visibleAt(
  { second, scriptName, versionId, status }: Tally,
  { ms: [from, to], seed }: Delay,
): number {
  const drawn = hash(`${second} ${scriptName} ${versionId} ${status}`, seed) % (to - from + 1);
  return second * 1000 + from + drawn;
}
