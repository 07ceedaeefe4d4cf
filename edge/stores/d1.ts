import * as z from "zod";
import type { StoreClient } from "./client";

/** A statement, and the values of its parameters. */
export interface Statement {
  readonly sql: string;
  readonly params?: readonly unknown[] | undefined;
}

/** How rows are answered: as objects, or as the names of the columns and lists of values. */
export type RowFormat = "ARRAY_OF_OBJECTS" | "ROWS_AND_COLUMNS";

const meta = z.looseObject({ size_after: z.number() });

const answer = z.array(z.object({ success: z.literal(true), results: z.unknown(), meta }));

const failure = z.looseObject({ error: z.string() });

/** What came of one statement. */
export type StatementResult = z.infer<typeof answer>[number];

/** What SQLite has said of a statement. */
export class SqlFailure extends Error {}

/** Of what is in a database, all that is somebody's own. */
const OWN_TABLES =
  "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') " +
  "AND name NOT LIKE 'sqlite^_%' ESCAPE '^' AND name NOT LIKE '^_cf^_%' ESCAPE '^'";

const tableList = z.array(z.object({ name: z.string(), type: z.enum(["table", "view"]) }));

/** One D1 database. */
export class D1Store {
  constructor(
    private readonly client: StoreClient,
    private readonly databaseId: string,
  ) {}

  /** Runs the statements, all of them or none. Throws what SQLite says. */
  async run(
    statements: readonly Statement[],
    format: RowFormat = "ARRAY_OF_OBJECTS",
  ): Promise<StatementResult[]> {
    const { body } = await this.client.ask("d1", this.databaseId, {
      method: "POST",
      path: `/query?resultsFormat=${format}`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(statements.map(({ sql, params = [] }) => ({ sql, params }))),
    });
    const said: unknown = JSON.parse(body.toString());
    const failed = failure.safeParse(said);
    if (failed.success) throw new SqlFailure(failed.data.error);
    return answer.parse(said);
  }

  /** How large it is, and how many tables it has. */
  async measure(): Promise<{ bytes: number; tables: number }> {
    const [counted] = await this.run([{ sql: OWN_TABLES }]);
    const found = tableList.parse(counted?.results);
    return {
      bytes: counted?.meta.size_after ?? 0,
      tables: found.filter(({ type }) => type === "table").length,
    };
  }

  /** Drops everything. */
  async clear(): Promise<void> {
    const [listed] = await this.run([{ sql: OWN_TABLES }]);
    const found = tableList.parse(listed?.results);
    if (found.length === 0) return;
    const drops = found.map(({ name, type }) => ({
      sql: `DROP ${type.toUpperCase()} IF EXISTS "${name.replaceAll('"', '""')}"`,
    }));
    await this.run([{ sql: "PRAGMA defer_foreign_keys = TRUE" }, ...drops]);
  }
}
