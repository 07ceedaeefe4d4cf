import { randomBytes } from "node:crypto";
import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { KvStore } from "../../stores/kv";
import type { KvNamespace } from "../../stores/types";
import { parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { pageOf } from "../page";

/** Cloudflare's limit of a title. */
const TITLE_BYTES = 512;

const PAGES = { perPage: 20, most: 1000 };

const wish = z.looseObject({
  title: z
    .string()
    .min(1)
    .refine((title) => Buffer.byteLength(title) <= TITLE_BYTES, `is at most ${TITLE_BYTES} bytes`),
});

/** The namespace that the path names. */
export function existingNamespace({ state }: EdgeContext, context: Context): KvNamespace {
  const id = context.req.param("namespace") ?? "";
  const namespace = state.namespaces.get(id);
  if (namespace) return namespace;
  throw new ApiError(404, CODES.noNamespace, `namespace not found: there is no KV namespace ${id} here.`);
}

/** A namespace as Cloudflare shows it. */
function present({ id, name }: KvNamespace): object {
  return { id, title: name, supports_url_encoding: true };
}

function checkTitle({ state }: EdgeContext, title: string, own?: string): void {
  const other = state.namespaces.named(title);
  if (other === undefined || other.id === own) return;
  throw new ApiError(
    400,
    CODES.namespaceTaken,
    `a namespace with this account ID and title already exists: '${title}' is ${other.id}.`,
  );
}

/** The KV namespaces of the account. */
export function kvNamespaceRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/namespaces", (context) => {
    const all = ordered(state.namespaces.list(), context);
    const { items, info } = pageOf(context, all, PAGES);
    return success(context, items.map(present), { result_info: info });
  });
  routes.post("/namespaces", async (context) => {
    const { title } = await parsedBody(context, wish);
    checkTitle(edge, title);
    const namespace = { id: randomBytes(16).toString("hex"), name: title };
    state.namespaces.put(namespace);
    return success(context, present(namespace));
  });
  routes.get("/namespaces/:namespace", (context) =>
    success(context, present(existingNamespace(edge, context))),
  );
  routes.put("/namespaces/:namespace", async (context) => {
    const { id } = existingNamespace(edge, context);
    const { title } = await parsedBody(context, wish);
    checkTitle(edge, title, id);
    const namespace = { id, name: title };
    state.namespaces.put(namespace);
    return success(context, present(namespace));
  });
  routes.delete("/namespaces/:namespace", async (context) => {
    const { id } = existingNamespace(edge, context);
    await new KvStore(edge.stores, id).clear();
    state.namespaces.delete(id);
    return success(context, null);
  });
  return routes;
}

/** In the order that the query asks for. */
function ordered(all: readonly KvNamespace[], context: Context): readonly KvNamespace[] {
  const { order, direction } = context.req.query();
  const key = (one: KvNamespace): string => (order === "title" ? one.name : one.id);
  const sorted =
    order === undefined ? all : all.toSorted((a, b) => Number(key(a) > key(b)) - Number(key(a) < key(b)));
  return direction === "desc" ? sorted.toReversed() : sorted;
}
