import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { KvStore } from "../../stores/kv";
import { jsonBody, parsed } from "../body";
import { UPLOAD_LIMIT } from "../bytes";
import { success } from "../envelope";
import { existingNamespace } from "./namespaces";
import { asApi } from "./refusal";

/** Cloudflare's limits of one request. */
const MOST_WRITTEN = 10_000;
const MOST_READ = 100;

const written = z
  .array(
    z.looseObject({
      key: z.string().min(1),
      value: z.string(),
      expiration: z.number().nullish(),
      expiration_ttl: z.number().nullish(),
      metadata: z.json().optional(),
      base64: z.boolean().nullish(),
    }),
  )
  .max(MOST_WRITTEN);

const deleted = z.array(z.string().min(1)).max(MOST_WRITTEN);

const read = z.looseObject({
  keys: z.array(z.string().min(1)).min(1).max(MOST_READ),
  type: z.enum(["text", "json"]).default("text"),
  withMetadata: z.boolean().default(false),
});

/** Many keys of a KV namespace at once. */
export function kvBulkRoutes(edge: EdgeContext): Hono {
  const routes = new Hono();
  const storeOf = (context: Context): KvStore =>
    new KvStore(edge.stores, existingNamespace(edge, context).id);
  routes.put("/namespaces/:namespace/bulk", async (context) => {
    const store = storeOf(context);
    const entries = parsed(written, await jsonBody(context, UPLOAD_LIMIT));
    await asApi("put", async () => {
      for (const { key, value, base64, metadata, expiration, expiration_ttl: ttl } of entries) {
        await store.put(key, {
          value: base64 === true ? Buffer.from(value, "base64") : value,
          ...(metadata != null && { metadata }),
          expiration: expiration ?? undefined,
          expirationTtl: ttl ?? undefined,
        });
      }
    });
    return success(context, bulkResult(entries.length));
  });
  const remove = async (context: Context): Promise<Response> => {
    const store = storeOf(context);
    const keys = parsed(deleted, await jsonBody(context, UPLOAD_LIMIT));
    await asApi("delete", async () => {
      for (const key of keys) await store.delete(key);
    });
    return success(context, bulkResult(keys.length));
  };
  routes.delete("/namespaces/:namespace/bulk", remove);
  routes.post("/namespaces/:namespace/bulk/delete", remove);
  routes.post("/namespaces/:namespace/bulk/get", async (context) => {
    const store = storeOf(context);
    const { keys, type, withMetadata } = parsed(read, await jsonBody(context));
    const values = await asApi("get", () =>
      Promise.all(keys.map((key) => valueOf(store, key, type, withMetadata))),
    );
    return success(context, { values: Object.fromEntries(keys.map((key, index) => [key, values[index]])) });
  });
  return routes;
}

function bulkResult(count: number): object {
  return { successful_key_count: count, unsuccessful_keys: [] };
}

async function valueOf(
  store: KvStore,
  key: string,
  type: "text" | "json",
  withMetadata: boolean,
): Promise<unknown> {
  const entry = await store.get(key);
  if (entry === undefined) return null;
  const text = entry.value.toString();
  const value: unknown = type === "json" ? JSON.parse(text) : text;
  if (!withMetadata) return value;
  return {
    value,
    metadata: entry.metadata ?? null,
    ...(entry.expiration !== undefined && { expiration: entry.expiration }),
  };
}
