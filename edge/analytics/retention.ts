import type { DatabaseSync, StatementSync } from "node:sqlite";

/** How long metrics are kept here: as long as telemetry. Cloudflare keeps them for three months. */
const KEEP_SECONDS = 7 * 86_400;

/** How much goes at once: a few milliseconds of work, after which whoever waits has a turn. */
const STEP_SECONDS = 300;

/** Removes the oldest tallies. The room they leave in the file is used again. */
export class Retention {
  readonly #remove: StatementSync;

  constructor(db: DatabaseSync) {
    this.#remove = db.prepare(
      "DELETE FROM tallies WHERE second < ? AND second < (SELECT MIN(second) FROM tallies) + ?",
    );
  }

  /** Removes some of what is too old at `now`, and says whether there was any. */
  step(now: number): boolean {
    return this.#remove.run(now / 1000 - KEEP_SECONDS, STEP_SECONDS).changes > 0;
  }
}
