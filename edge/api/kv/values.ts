import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { KvStore, type KvWrite } from "../../stores/kv";
import { formBody, parsed, parsedJson } from "../body";
import { bytesOf, UPLOAD_LIMIT } from "../bytes";
import { success } from "../envelope";
import { restOfPath } from "../raw-path";
import { existingNamespace } from "./namespaces";
import { asApi, noSuchKey } from "./refusal";

const seconds = z.coerce.number().int().positive().optional();

const expiry = z.object({ expiration: seconds, expiration_ttl: seconds });

const range = z.object({
  prefix: z.string().optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(10).max(1000).default(1000),
});

/** The keys and values of a KV namespace, one at a time. */
export function kvValueRoutes(edge: EdgeContext): Hono {
  const routes = new Hono();
  const storeOf = (context: Context): KvStore =>
    new KvStore(edge.stores, existingNamespace(edge, context).id);
  routes.get("/namespaces/:namespace/keys", async (context) => {
    const store = storeOf(context);
    const wanted = parsed(range, context.req.query());
    const { keys, cursor = "" } = await asApi("list keys", () => store.list(wanted));
    return success(context, keys, { result_info: { count: keys.length, cursor } });
  });
  routes.get("/namespaces/:namespace/metadata/*", async (context) => {
    const key = restOfPath(context, "/metadata/");
    const entry = await asApi("get", () => storeOf(context).get(key));
    if (entry === undefined) throw noSuchKey(key);
    return success(context, entry.metadata ?? null);
  });
  routes.get("/namespaces/:namespace/values/*", async (context) => {
    const key = restOfPath(context, "/values/");
    const entry = await asApi("get", () => storeOf(context).get(key));
    if (entry === undefined) throw noSuchKey(key);
    return new Response(new Uint8Array(entry.value), {
      headers: {
        "content-type": "application/octet-stream",
        ...(entry.expiration !== undefined && { expiration: String(entry.expiration) }),
      },
    });
  });
  routes.put("/namespaces/:namespace/values/*", async (context) => {
    const store = storeOf(context);
    const key = restOfPath(context, "/values/");
    const { expiration, expiration_ttl: expirationTtl } = parsed(expiry, context.req.query());
    const write = await writeFrom(context);
    await asApi("put", () => store.put(key, { ...write, expiration, expirationTtl }));
    return success(context, null);
  });
  routes.delete("/namespaces/:namespace/values/*", async (context) => {
    const key = restOfPath(context, "/values/");
    await asApi("delete", () => storeOf(context).delete(key));
    return success(context, null);
  });
  return routes;
}

/** A value comes alone, or as a form with its metadata. */
async function writeFrom(context: Context): Promise<Pick<KvWrite, "value" | "metadata">> {
  const type = context.req.header("content-type") ?? "";
  if (!type.toLowerCase().startsWith("multipart/form-data")) {
    return { value: await bytesOf(context, UPLOAD_LIMIT) };
  }
  const form = await formBody(context);
  const value = form.get("value") ?? "";
  const metadata = form.get("metadata");
  return {
    value: typeof value === "string" ? value : await value.bytes(),
    ...(metadata !== null && {
      metadata: parsedJson(typeof metadata === "string" ? metadata : await metadata.text()),
    }),
  };
}
