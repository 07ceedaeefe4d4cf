import type { DatabaseSync, StatementSync } from "node:sqlite";
import { inTransaction } from "./database";
import type { Settings } from "./options";

/** How many events go at once: a few milliseconds of work, after which whoever waits has a turn. */
const STEP = 1000;

/** Removes the oldest events once they are too old or too many. The room they leave in the file is used again. */
export class Retention {
  readonly #count: StatementSync;
  readonly #remove: StatementSync;
  readonly #tally: StatementSync;
  readonly #removeVersions: StatementSync;

  constructor(
    private readonly db: DatabaseSync,
    private readonly settings: Settings,
  ) {
    this.#count = db.prepare("SELECT events FROM totals");
    this.#remove = db.prepare(
      "DELETE FROM events WHERE id IN (SELECT id FROM events INDEXED BY events_by_time WHERE timestamp < ? ORDER BY timestamp, id LIMIT ?)",
    );
    this.#tally = db.prepare("UPDATE totals SET events = events - ?");
    this.#removeVersions = db.prepare(
      "DELETE FROM versions WHERE NOT EXISTS (SELECT 1 FROM events WHERE version = versions.id)",
    );
  }

  /** Removes some of what is to go, and says how many events that was. */
  step(now: number): number {
    const tooMany = Number(this.#count.get()?.["events"]) - this.settings.keepEvents;
    if (tooMany > 0) return this.#removeBefore(Number.MAX_SAFE_INTEGER, Math.min(STEP, tooMany));
    return this.#removeBefore(now - this.settings.keepForMs, STEP);
  }

  #removeBefore(timestamp: number, most: number): number {
    return inTransaction(this.db, () => {
      const removed = Number(this.#remove.run(timestamp, most).changes);
      this.#tally.run(removed);
      // A query seeks each version there is, so one whose events are gone must not stay for ever.
      if (removed > 0) this.#removeVersions.run();
      return removed;
    });
  }
}
