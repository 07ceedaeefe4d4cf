import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { D1Store } from "../../stores/d1";
import { statementsOf } from "../../stores/statements";
import { parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { existingDatabase } from "./databases";
import { ran } from "./query";
import { TRANSFER_PATH } from "./transfers";

const importing = z.discriminatedUnion("action", [
  z.looseObject({ action: z.literal("init"), etag: z.string() }),
  z.looseObject({ action: z.literal("ingest"), etag: z.string(), filename: z.string() }),
  z.looseObject({ action: z.literal("poll"), current_bookmark: z.string().nullish() }),
]);

const exporting = z.looseObject({
  dump_options: z
    .looseObject({
      no_data: z.boolean().nullish(),
      no_schema: z.boolean().nullish(),
      tables: z.array(z.string()).nullish(),
    })
    .nullish(),
});

const dump = z.tuple([z.array(z.string())]);

/** Miniflare's own word for a dump. */
const DUMP = "PRAGMA miniflare_d1_export(?,?,?);";

/** Here is no history to go back in. */
const BOOKMARK = "00000000-00000000-00000000-00000000000000000000000000000000";

function addressOf(context: Context, file: string): string {
  return `${new URL(context.req.url).origin}${TRANSFER_PATH}/${file}`;
}

/** Files of SQL into a database and out of it, as `wrangler d1 execute --file` and `wrangler d1 export` move them. */
export function moveRoutes(edge: EdgeContext): Hono {
  const { transfers } = edge;
  const routes = new Hono();
  routes.post("/database/:database/import", async (context) => {
    const { id } = existingDatabase(edge, context);
    const asked = await parsedBody(context, importing);
    switch (asked.action) {
      case "init": {
        const filename = transfers.open();
        return success(context, { filename, upload_url: addressOf(context, filename) });
      }
      case "ingest":
        return success(context, await ingested(new D1Store(edge.stores, id), transfers.take(asked.filename)));
      case "poll":
        // The answer to an ingest says all there is to say.
        throw new ApiError(400, CODES.d1Malformed, "No import of this database is under way.");
    }
  });
  routes.post("/database/:database/export", async (context) => {
    const { id, name } = existingDatabase(edge, context);
    const { dump_options: options } = await parsedBody(context, exporting);
    const params = [options?.no_schema === true, options?.no_data === true].map(Number);
    const tables = options?.tables ?? [];
    const sql = await dumpOf(edge, id, [...params, ...tables]);
    const signed = addressOf(context, transfers.open(sql));
    return success(context, {
      ...{ success: true, type: "export", status: "complete", at_bookmark: BOOKMARK, messages: [] },
      result: { filename: `${name}.sql`, signed_url: signed },
    });
  });
  return routes;
}

async function ingested(store: D1Store, sql: string | undefined): Promise<object> {
  if (sql === undefined) throw new ApiError(400, CODES.d1Malformed, "No file was sent for this import.");
  const statements = statementsOf(sql).map((one) => ({ sql: one }));
  const results = await ran(store, statements);
  const sum = (field: string): number =>
    results.reduce((total, { meta }) => total + Number(meta[field] ?? 0), 0);
  const meta = {
    ...results.at(-1)?.meta,
    ...Object.fromEntries(
      ["duration", "changes", "rows_read", "rows_written"].map((name) => [name, sum(name)]),
    ),
  };
  return {
    ...{ success: true, type: "import", status: "complete", at_bookmark: BOOKMARK, messages: [] },
    result: { num_queries: results.length, final_bookmark: BOOKMARK, meta },
  };
}

/** A dump is no result as others are: it is asked of the store past everything else. */
async function dumpOf({ stores }: EdgeContext, id: string, params: readonly unknown[]): Promise<string> {
  const { body } = await stores.ask("d1", id, {
    method: "POST",
    path: "/query",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sql: DUMP, params }),
  });
  const { results } = z.looseObject({ results: dump }).parse(JSON.parse(body.toString()));
  return `${results[0].join("\n")}\n`;
}
