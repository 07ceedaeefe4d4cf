import type { DatabaseSync } from "node:sqlite";

/** The few words an account remembers, such as its id: made once, the same after a restart. */
export class AccountStore {
  constructor(private readonly database: DatabaseSync) {}

  /** The value of `key`; the first time, what `make` returns. */
  remember(key: string, make: () => string): string {
    const row = this.database.prepare("SELECT value FROM account WHERE key = ?").get(key);
    if (row !== undefined) return String(row["value"]);
    const value = make();
    this.database.prepare("INSERT INTO account (key, value) VALUES (?, ?)").run(key, value);
    return value;
  }
}
