import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Backlog, MessageFormat, StoredMessage } from "../queues/types";

/** A message to be stored. */
type Unstored = Omit<StoredMessage, "sequence">;

function messageOf(row: Record<string, SQLOutputValue>): StoredMessage {
  return {
    sequence: Number(row["sequence"]),
    id: String(row["id"]),
    format: String(row["format"]) as MessageFormat,
    body: row["body"] as Uint8Array,
    sentMs: Number(row["sent_ms"]),
    attempts: Number(row["attempts"]),
    dueMs: Number(row["due_ms"]),
  };
}

/** The messages of all queues. A queue is named by its id. One that is held is on its way to a consumer. */
export class MessageStore {
  constructor(private readonly database: DatabaseSync) {
    // What was on its way when the edge ended was not acknowledged.
    database.exec("UPDATE messages SET held = 0 WHERE held = 1");
  }

  add(queueId: string, messages: readonly Unstored[]): void {
    const insert = this.database.prepare(
      "INSERT INTO messages (queue, id, format, body, sent_ms, attempts, due_ms, held) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
    );
    for (const { id, format, body, sentMs, attempts, dueMs } of messages) {
      insert.run(queueId, id, format, body, sentMs, attempts, dueMs);
    }
  }

  /** Those that may be handed over by now, the longest due first. */
  due(queueId: string, nowMs: number, most: number): StoredMessage[] {
    return this.database
      .prepare(
        "SELECT * FROM messages WHERE queue = ? AND held = 0 AND due_ms <= ? ORDER BY due_ms, sequence LIMIT ?",
      )
      .all(queueId, nowMs, most)
      .map(messageOf);
  }

  /** When the next message is due that is not yet, in epoch milliseconds. */
  nextDue(queueId: string, nowMs: number): number | undefined {
    const row = this.database
      .prepare("SELECT min(due_ms) AS due FROM messages WHERE queue = ? AND held = 0 AND due_ms > ?")
      .get(queueId, nowMs);
    return row?.["due"] == null ? undefined : Number(row["due"]);
  }

  /** Counts an attempt; nobody else is handed the messages meanwhile. */
  hold(messages: readonly StoredMessage[]): void {
    const update = this.database.prepare(
      "UPDATE messages SET held = 1, attempts = attempts + 1 WHERE sequence = ?",
    );
    for (const { sequence } of messages) update.run(sequence);
  }

  /** Lets a message come again at that moment, with so many attempts counted. */
  release(sequence: number, dueMs: number, attempts: number): void {
    this.database
      .prepare("UPDATE messages SET held = 0, due_ms = ?, attempts = ? WHERE sequence = ?")
      .run(dueMs, attempts, sequence);
  }

  get(sequence: number): StoredMessage | undefined {
    const row = this.database.prepare("SELECT * FROM messages WHERE sequence = ?").get(sequence);
    return row && messageOf(row);
  }

  remove(sequence: number): void {
    this.database.prepare("DELETE FROM messages WHERE sequence = ?").run(sequence);
  }

  clear(queueId: string): void {
    this.database.prepare("DELETE FROM messages WHERE queue = ?").run(queueId);
  }

  /** Removes what was sent before that moment, and is on its way to nobody. */
  expire(queueId: string, beforeMs: number): void {
    this.database
      .prepare("DELETE FROM messages WHERE queue = ? AND held = 0 AND sent_ms < ?")
      .run(queueId, beforeMs);
  }

  backlog(queueId: string): Backlog {
    const row = this.database
      .prepare(
        "SELECT count(*) AS count, sum(length(body)) AS bytes, min(sent_ms) AS oldest FROM messages WHERE queue = ?",
      )
      .get(queueId);
    return {
      count: Number(row?.["count"] ?? 0),
      bytes: Number(row?.["bytes"] ?? 0),
      oldestMs: Number(row?.["oldest"] ?? 0),
    };
  }
}
