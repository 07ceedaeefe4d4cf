import type { DatabaseSync } from "node:sqlite";
import { recordOf } from "./record";

/** Something that an account has beside its Workers. */
export interface Resource {
  readonly id: string;
  /** No two of a kind have the same. */
  readonly name: string;
}

/** The resources of one kind, in the order in which they were made. */
export class ResourceStore<T extends Resource> {
  constructor(
    private readonly database: DatabaseSync,
    private readonly kind: string,
  ) {}

  get(id: string): T | undefined {
    return this.one("SELECT record FROM resources WHERE kind = ? AND id = ?", id);
  }

  named(name: string): T | undefined {
    return this.one("SELECT record FROM resources WHERE kind = ? AND name = ?", name);
  }

  list(): T[] {
    return this.database
      .prepare("SELECT record FROM resources WHERE kind = ? ORDER BY sequence")
      .all(this.kind)
      .map((row) => recordOf(row) as T);
  }

  put(resource: T): void {
    this.database
      .prepare(
        "INSERT INTO resources (kind, id, name, record) VALUES (?, ?, ?, ?) " +
          "ON CONFLICT (kind, id) DO UPDATE SET name = excluded.name, record = excluded.record",
      )
      .run(this.kind, resource.id, resource.name, JSON.stringify(resource));
  }

  delete(id: string): void {
    this.database.prepare("DELETE FROM resources WHERE kind = ? AND id = ?").run(this.kind, id);
  }

  private one(sql: string, value: string): T | undefined {
    const row = this.database.prepare(sql).get(this.kind, value);
    return row && (recordOf(row) as T);
  }
}
