import type { DatabaseSync } from "node:sqlite";

/** The content of static assets, by the hash that stands for it. What is there is there for every script. */
export class AssetStore {
  constructor(private readonly database: DatabaseSync) {}

  has(hash: string): boolean {
    return this.database.prepare("SELECT 1 FROM assets WHERE hash = ?").get(hash) !== undefined;
  }

  put(hash: string, content: Uint8Array): void {
    this.database.prepare("INSERT OR IGNORE INTO assets (hash, content) VALUES (?, ?)").run(hash, content);
  }

  /** The content that a hash stands for. */
  get(hash: string): Uint8Array {
    const row = this.database.prepare("SELECT content FROM assets WHERE hash = ?").get(hash);
    if (row === undefined) throw new Error(`The static asset ${hash} is not in the edge's state.`);
    return row["content"] as Uint8Array;
  }
}
