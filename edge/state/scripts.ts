import type { DatabaseSync } from "node:sqlite";
import type { Script } from "../scripts/types";
import { recordOf } from "./record";

/** The scripts of the account. */
export class ScriptStore {
  constructor(private readonly database: DatabaseSync) {}

  get(name: string): Script | undefined {
    const row = this.database.prepare("SELECT record FROM scripts WHERE name = ?").get(name);
    return row && (recordOf(row) as Script);
  }

  /** The script with this id, or this name. */
  find(idOrName: string): Script | undefined {
    const row = this.database
      .prepare("SELECT record FROM scripts WHERE name = ?1 OR record ->> 'tag' = ?1")
      .get(idOrName);
    return row && (recordOf(row) as Script);
  }

  list(): Script[] {
    return this.database
      .prepare("SELECT record FROM scripts ORDER BY name")
      .all()
      .map((row) => recordOf(row) as Script);
  }

  put(script: Script): void {
    this.database
      .prepare(
        "INSERT INTO scripts (name, record) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record",
      )
      .run(script.name, JSON.stringify(script));
  }

  /** Removes the script with its versions and deployments. */
  delete(name: string): void {
    this.database.prepare("DELETE FROM scripts WHERE name = ?").run(name);
  }
}
