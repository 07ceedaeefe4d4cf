import type { DatabaseSync } from "node:sqlite";

/** What has the name of a script in a column, and where its record has it. */
const NAMED = [
  ["scripts", "name", "$.name"],
  ["versions", "script", "$.scriptName"],
  ["deployments", "script", "$.scriptName"],
] as const;

/** Fields by which a version's bindings lead to a script; to its own, for once. */
const LEADING = ["service", "script_name"] as const;

/** Gives a script another name, with all it has. To be called in a transaction. */
export function renameScript(database: DatabaseSync, from: string, to: string): void {
  // Versions and deployments are of a script that is not there, until all have the new name.
  database.exec("PRAGMA defer_foreign_keys = ON");
  for (const [table, column, field] of NAMED) {
    database
      .prepare(
        `UPDATE ${table} SET ${column} = ?2, record = json_set(record, '${field}', ?2) WHERE ${column} = ?1`,
      )
      .run(from, to);
  }
  database.prepare("UPDATE version_numbers SET script = ?2 WHERE script = ?1").run(from, to);
  const own = database.prepare("SELECT id, record FROM versions WHERE script = ?").all(to);
  for (const { id, record } of own) {
    const version = JSON.parse(String(record)) as { bindings: Record<string, unknown>[] };
    const bindings = version.bindings.map((binding) => leadingTo(binding, from, to));
    database
      .prepare("UPDATE versions SET record = ? WHERE id = ?")
      .run(JSON.stringify({ ...version, bindings }), String(id));
  }
}

function leadingTo(binding: Record<string, unknown>, from: string, to: string): Record<string, unknown> {
  const changed = LEADING.filter((field) => binding[field] === from).map((field) => [field, to] as const);
  return { ...binding, ...Object.fromEntries<unknown>(changed) };
}
