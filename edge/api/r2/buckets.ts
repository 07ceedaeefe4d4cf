import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { timestamp } from "../../state/timestamp";
import { R2Store } from "../../stores/r2";
import type { Bucket } from "../../stores/types";
import { parsed, parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";

/** Lower-case letters, digits and dashes, with no dash at either end. */
const BUCKET_NAME = /^[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])$/;

export const storageClass = z.enum(["Standard", "InfrequentAccess"]);

const wish = z.looseObject({
  name: z.string(),
  locationHint: z.string().nullish(),
  storageClass: storageClass.nullish(),
});

const range = z.object({
  name_contains: z.string().optional(),
  start_after: z.string().default(""),
  cursor: z.string().default(""),
  direction: z.enum(["asc", "desc"]).default("asc"),
  per_page: z.coerce.number().int().min(1).max(1000).default(20),
});

/** The bucket that the path names. */
export function existingBucket({ state }: EdgeContext, context: Context): Bucket {
  refuseJurisdiction(context);
  const name = context.req.param("bucket") ?? "";
  const bucket = state.buckets.get(name);
  if (bucket) return bucket;
  throw new ApiError(404, CODES.noBucket, `The specified bucket does not exist: there is no ${name} here.`);
}

/** A jurisdiction has bucket names of its own. */
function refuseJurisdiction(context: Context): void {
  const jurisdiction = context.req.header("cf-r2-jurisdiction") ?? "default";
  if (jurisdiction === "default") return;
  throw new ApiError(
    400,
    CODES.unparsableBody,
    `cf-r2-jurisdiction: ${jurisdiction} is not emulated by the local edge, which has the default one only.`,
  );
}

function present({ name, createdOn, storageClass, location }: Bucket): object {
  return {
    name,
    creation_date: createdOn,
    location: location ?? "WEUR",
    storage_class: storageClass,
    jurisdiction: "default",
  };
}

function bucketFrom({ name, locationHint, storageClass }: z.infer<typeof wish>): Bucket {
  return {
    ...{ id: name, name, createdOn: timestamp() },
    storageClass: storageClass ?? "Standard",
    ...(locationHint != null && { location: locationHint.toUpperCase() }),
  };
}

function checkNew({ state }: EdgeContext, name: string): void {
  if (!BUCKET_NAME.test(name)) {
    throw new ApiError(
      400,
      CODES.invalidBucketName,
      `The specified bucket name is not valid: '${name}' is not 3 to 63 lower-case letters, digits and dashes, with no ` +
        "dash at either end.",
    );
  }
  if (state.buckets.get(name) === undefined) return;
  throw new ApiError(
    409,
    CODES.bucketTaken,
    `The bucket you tried to create already exists, and you own it: ${name}.`,
  );
}

/** The R2 buckets of the account. */
export function bucketRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/buckets", (context) => {
    refuseJurisdiction(context);
    const wanted = parsed(range, context.req.query());
    const { items, cursor } = pageOf(state.buckets.list(), wanted);
    const result_info = { per_page: wanted.per_page, ...(cursor !== undefined && { cursor }) };
    return success(context, { buckets: items.map(present) }, { result_info });
  });
  routes.post("/buckets", async (context) => {
    refuseJurisdiction(context);
    const bucket = bucketFrom(await parsedBody(context, wish));
    checkNew(edge, bucket.name);
    state.buckets.put(bucket);
    return success(context, present(bucket));
  });
  routes.get("/buckets/:bucket", (context) => success(context, present(existingBucket(edge, context))));
  routes.patch("/buckets/:bucket", (context) => {
    const wanted = parsed(storageClass, context.req.header("cf-r2-storage-class"));
    const bucket = { ...existingBucket(edge, context), storageClass: wanted };
    state.buckets.put(bucket);
    return success(context, present(bucket));
  });
  routes.delete("/buckets/:bucket", async (context) => {
    const { id } = existingBucket(edge, context);
    const { objects } = await new R2Store(edge.stores, id).list({ limit: 1 });
    if (objects.length > 0) {
      throw new ApiError(
        409,
        CODES.bucketNotEmpty,
        `The bucket you tried to delete is not empty: ${id} has objects, such as '${objects[0]?.name ?? ""}'. Delete them first.`,
      );
    }
    state.buckets.delete(id);
    return success(context, {});
  });
  return routes;
}

/** A cursor is the name of the bucket before. */
function pageOf(
  all: readonly Bucket[],
  { name_contains = "", start_after, cursor, direction, per_page }: z.infer<typeof range>,
): { items: readonly Bucket[]; cursor: string | undefined } {
  const sorted = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ordered = direction === "asc" ? sorted : sorted.toReversed();
  const after = cursor || start_after;
  const isLater = ({ name }: Bucket): boolean =>
    after === "" || (direction === "asc" ? name > after : name < after);
  const found = ordered.filter((one) => one.name.includes(name_contains) && isLater(one));
  const items = found.slice(0, per_page);
  return { items, cursor: found.length > items.length ? items.at(-1)?.name : undefined };
}
