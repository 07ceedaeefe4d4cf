import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Modules, ModuleType, ScriptModule, Version } from "../scripts/types";
import { recordOf } from "./record";

function moduleOf(row: Record<string, SQLOutputValue>): ScriptModule {
  return {
    name: String(row["name"]),
    type: String(row["type"]) as ModuleType,
    contentType: String(row["content_type"]),
    content: row["content"] as Uint8Array,
  };
}

/** The versions of every script, with their modules. */
export class VersionStore {
  constructor(private readonly database: DatabaseSync) {}

  get(scriptName: string, id: string): Version | undefined {
    const row = this.database
      .prepare("SELECT record FROM versions WHERE id = ? AND script = ?")
      .get(id, scriptName);
    return row && (recordOf(row) as Version);
  }

  /** A script's versions, newest first. */
  list(scriptName: string): Version[] {
    return this.database
      .prepare("SELECT record FROM versions WHERE script = ? ORDER BY number DESC")
      .all(scriptName)
      .map((row) => recordOf(row) as Version);
  }

  latest(scriptName: string): Version | undefined {
    const row = this.database
      .prepare("SELECT record FROM versions WHERE script = ? ORDER BY number DESC LIMIT 1")
      .get(scriptName);
    return row && (recordOf(row) as Version);
  }

  modules(id: string): Modules {
    return this.database
      .prepare("SELECT * FROM modules WHERE version = ? ORDER BY position")
      .all(id)
      .map(moduleOf);
  }

  /** The number for a script's next version. None is given twice, also when the version that had it was deleted. */
  nextNumber(scriptName: string): number {
    const row = this.database.prepare("SELECT last FROM version_numbers WHERE script = ?").get(scriptName);
    return Number(row?.["last"] ?? 0) + 1;
  }

  /** Removes the version with its modules. */
  delete(id: string): void {
    this.database.prepare("DELETE FROM versions WHERE id = ?").run(id);
  }

  add(version: Version, modules: Modules): void {
    this.database
      .prepare("INSERT INTO versions (id, script, number, record) VALUES (?, ?, ?, ?)")
      .run(version.id, version.scriptName, version.number, JSON.stringify(version));
    this.database
      .prepare(
        "INSERT INTO version_numbers (script, last) VALUES (?, ?) ON CONFLICT (script) DO UPDATE SET last = excluded.last",
      )
      .run(version.scriptName, version.number);
    const insert = this.database.prepare(
      "INSERT INTO modules (version, position, name, type, content_type, content) VALUES (?, ?, ?, ?, ?, ?)",
    );
    modules.forEach(({ name, type, contentType, content }, position) => {
      insert.run(version.id, position, name, type, contentType, content);
    });
  }
}
