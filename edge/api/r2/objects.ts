import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { R2Refusal, R2Store, type R2Object } from "../../stores/r2";
import { parsed } from "../body";
import { bytesOf, UPLOAD_LIMIT } from "../bytes";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { restOfPath } from "../raw-path";
import { existingBucket } from "./buckets";

const range = z.object({
  prefix: z.string().optional(),
  cursor: z.string().optional(),
  delimiter: z.string().optional(),
  start_after: z.string().optional(),
  per_page: z.coerce.number().int().min(1).max(1000).default(20),
});

/** Headers that belong to an object, by their names in a bucket. */
const FIELDS = {
  contentType: "content-type",
  contentDisposition: "content-disposition",
  contentEncoding: "content-encoding",
  contentLanguage: "content-language",
  cacheControl: "cache-control",
} as const;

/** Does `work`, and answers what a bucket refuses in it as the API does. */
async function asApi<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof R2Refusal ? new ApiError(error.status, error.code, error.message) : error;
  }
}

/** The objects of an R2 bucket. */
export function objectRoutes(edge: EdgeContext): Hono {
  const routes = new Hono();
  const storeOf = (context: Context): R2Store => new R2Store(edge.stores, existingBucket(edge, context).id);
  routes.get("/buckets/:bucket/objects", async (context) => {
    const { per_page: limit, start_after: startAfter, ...rest } = parsed(range, context.req.query());
    const store = storeOf(context);
    const found = await asApi(() => store.list({ ...rest, startAfter, limit }));
    const { cursor = "", truncated, delimitedPrefixes = [] } = found;
    const info = { cursor, is_truncated: truncated, per_page: limit, delimited: delimitedPrefixes };
    return success(context, found.objects.map(presentListed), { result_info: info });
  });
  routes.get("/buckets/:bucket/objects/*", async (context) => {
    const key = restOfPath(context, "/objects/");
    const store = storeOf(context);
    const found = await asApi(() => store.get(key));
    if (found === undefined) {
      throw new ApiError(404, CODES.notFound, `The specified key does not exist: ${key}.`);
    }
    return new Response(new Uint8Array(found.content), { headers: headersOf(found.about) });
  });
  routes.put("/buckets/:bucket/objects/*", async (context) => {
    const key = restOfPath(context, "/objects/");
    const store = storeOf(context);
    // Not the encoding of this request, but what is said of the object.
    const content = await bytesOf(context, UPLOAD_LIMIT, { isEncoded: true });
    const about = await asApi(() => store.put(key, content, fieldsOf(context)));
    return success(context, {
      ...{ key: about.name, etag: about.etag, size: String(about.size), version: about.version },
      ...{ storage_class: "Standard", uploaded: new Date(about.uploaded).toISOString() },
    });
  });
  routes.delete("/buckets/:bucket/objects/*", async (context) => {
    const key = restOfPath(context, "/objects/");
    const store = storeOf(context);
    await asApi(() => store.delete(key));
    return success(context, { key });
  });
  return routes;
}

function fieldsOf(context: Context): Record<string, string> {
  const given = Object.entries(FIELDS).map(([field, header]) => [field, context.req.header(header)] as const);
  return Object.fromEntries(
    given.filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );
}

function headersOf({ etag, uploaded, httpFields = {} }: R2Object): Record<string, string> {
  const given = Object.entries(FIELDS).flatMap(([field, header]) =>
    httpFields[field] === undefined ? [] : [[header, String(httpFields[field])]],
  );
  return {
    ...(Object.fromEntries(given) as Record<string, string>),
    etag: `"${etag}"`,
    "last-modified": new Date(uploaded).toUTCString(),
  };
}

function presentListed({ name, etag, size, uploaded, httpFields = {}, customFields = [] }: R2Object): object {
  return {
    key: name,
    etag,
    size,
    last_modified: new Date(uploaded).toISOString(),
    http_metadata: httpFields,
    custom_metadata: Object.fromEntries(customFields.map(({ k, v }) => [k, v])),
    ssec: false,
    storage_class: "Standard",
  };
}
