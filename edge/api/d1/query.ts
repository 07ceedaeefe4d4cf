import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { D1Store, SqlFailure, type RowFormat, type Statement, type StatementResult } from "../../stores/d1";
import { statementsOf } from "../../stores/statements";
import { jsonBody, parsed } from "../body";
import { UPLOAD_LIMIT } from "../bytes";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { existingDatabase } from "./databases";

const statement = z.object({
  sql: z.string(),
  params: z.array(z.union([z.string(), z.number(), z.null(), z.boolean()])).nullish(),
});

const single = statement.refine(
  ({ sql, params }) => (params ?? []).length === 0 || statementsOf(sql).length <= 1,
  "params: is for one statement, and sql has more",
);

const query = z.union([z.object({ batch: z.array(statement).min(1) }), single]);

/** Queries of a D1 database by the API. */
export function queryRoutes(edge: EdgeContext): Hono {
  const routes = new Hono();
  const answer = async (context: Context, format: RowFormat): Promise<Response> => {
    const { id } = existingDatabase(edge, context);
    const asked = parsed(query, await jsonBody(context, UPLOAD_LIMIT));
    const statements = "batch" in asked ? asked.batch.flatMap(split) : split(asked);
    return success(context, await ran(new D1Store(edge.stores, id), statements, format));
  };
  routes.post("/database/:database/query", (context) => answer(context, "ARRAY_OF_OBJECTS"));
  routes.post("/database/:database/raw", (context) => answer(context, "ROWS_AND_COLUMNS"));
  return routes;
}

/** Each statement of a text has a result of its own. SQLite has no booleans. */
function split({ sql, params }: z.infer<typeof statement>): Statement[] {
  const values = (params ?? []).map((value) => (typeof value === "boolean" ? Number(value) : value));
  return statementsOf(sql).map((one) => ({ sql: one, params: values }));
}

/** Runs statements, all of them or none. */
export async function ran(
  store: D1Store,
  statements: readonly Statement[],
  format: RowFormat = "ARRAY_OF_OBJECTS",
): Promise<StatementResult[]> {
  if (statements.length === 0) throw failed("No SQL statements detected.");
  try {
    return await store.run(statements, format);
  } catch (error) {
    throw error instanceof SqlFailure ? failed(error.message) : error;
  }
}

function failed(message: string): ApiError {
  return new ApiError(400, CODES.sqlFailed, message);
}
