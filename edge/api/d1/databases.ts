import { randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { timestamp } from "../../state/timestamp";
import { D1Store } from "../../stores/d1";
import type { Database } from "../../stores/types";
import { parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { pageOf } from "../page";

const PAGES = { perPage: 1000, most: 10_000 };

const replication = z.looseObject({ mode: z.enum(["auto", "disabled"]) });

const wish = z.looseObject({
  name: z.string().regex(/^[\w-]{1,64}$/, "is 1 to 64 letters, digits, underscores and dashes"),
  jurisdiction: z.enum(["eu", "fedramp", "us"]).nullish(),
  read_replication: replication.nullish(),
});

const change = z.looseObject({ read_replication: replication.nullish() });

/** The database that the path names, by its id or its name. */
export function existingDatabase({ state }: EdgeContext, context: Context): Database {
  const asked = context.req.param("database") ?? "";
  const database = state.databases.get(asked) ?? state.databases.named(asked);
  if (database) return database;
  throw new ApiError(404, CODES.noDatabase, `The database ${asked} could not be found.`);
}

function present({ id, name, createdOn, jurisdiction }: Database): object {
  return { uuid: id, name, version: "production", created_at: createdOn, jurisdiction: jurisdiction ?? null };
}

/** A database with what only itself knows. */
async function presentWhole(edge: EdgeContext, database: Database): Promise<object> {
  const { bytes, tables } = await new D1Store(edge.stores, database.id).measure();
  return {
    ...present(database),
    num_tables: tables,
    file_size: bytes,
    read_replication: { mode: database.readReplication },
  };
}

/** The D1 databases of the account. */
export function databaseRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/database", (context) => {
    const { name } = context.req.query();
    const found = state.databases.list().filter((one) => name === undefined || one.name.includes(name));
    const { items, info } = pageOf(context, found, PAGES);
    return success(context, items.map(present), { result_info: info });
  });
  routes.post("/database", async (context) => {
    const { name, jurisdiction, read_replication } = await parsedBody(context, wish);
    if (state.databases.named(name) !== undefined) {
      throw new ApiError(400, CODES.databaseTaken, `Database with name '${name}' already exists`);
    }
    const database: Database = {
      ...{ id: randomUUID(), name, createdOn: timestamp() },
      ...(jurisdiction != null && { jurisdiction }),
      readReplication: read_replication?.mode ?? "disabled",
    };
    state.databases.put(database);
    return success(context, await presentWhole(edge, database));
  });
  routes.get("/database/:database", async (context) =>
    success(context, await presentWhole(edge, existingDatabase(edge, context))),
  );
  const update = async (context: Context): Promise<Response> => {
    const before = existingDatabase(edge, context);
    const { read_replication } = await parsedBody(context, change);
    const database = { ...before, readReplication: read_replication?.mode ?? before.readReplication };
    state.databases.put(database);
    return success(context, await presentWhole(edge, database));
  };
  routes.put("/database/:database", update);
  routes.patch("/database/:database", update);
  routes.delete("/database/:database", async (context) => {
    const { id } = existingDatabase(edge, context);
    await new D1Store(edge.stores, id).clear();
    state.databases.delete(id);
    return success(context, null);
  });
  return routes;
}
