import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { presentWorker, type HostOf } from "../../scripts/beta-view";
import { renameWorker } from "../../scripts/rename";
import { newScript } from "../../scripts/script";
import type { Script } from "../../scripts/types";
import { wishedFor, wishOf, workerWish, type WorkerWish } from "../../scripts/worker-wish";
import { jsonBody, parsed } from "../body";
import { CODES } from "../codes";
import { deleteScript } from "../delete";
import { success } from "../envelope";
import { ApiError, noSuchScript } from "../error";
import { checkScriptName } from "../find";
import { mergePatch } from "../merge";
import { pageOf } from "../page";
import { sourceOf } from "../source";

/** The script that the path names, by its id or its name. */
export function existingWorker({ state }: EdgeContext, context: Context): Script {
  const worker = state.scripts.find(context.req.param("worker") ?? "");
  if (worker) return worker;
  throw noSuchScript();
}

/** Parses what is wished of a script, and refuses by name what could not be done. */
function wishFrom(body: unknown): WorkerWish {
  const wish = parsed(workerWish, body);
  checkScriptName(wish.name);
  if (Object.keys(wish["previews_base_config"] ?? {}).length === 0) return wish;
  throw new ApiError(
    400,
    CODES.unparsableBody,
    "previews_base_config is not emulated by the local edge: it has no previews.",
  );
}

function hostOf(edge: EdgeContext, context: Context): HostOf {
  const { port } = new URL(context.req.url);
  return (name) => `${name}.${edge.subdomain}.localhost${port === "" ? "" : `:${port}`}`;
}

const order = z.object({
  order_by: z.enum(["name", "created_on", "updated_on", "deployed_on"]).default("name"),
  order: z.enum(["asc", "desc"]).default("asc"),
});

/** All scripts, in the order that the query asks for. */
function ordered({ state }: EdgeContext, context: Context): Script[] {
  const { order_by: by, order: direction } = parsed(order, context.req.query());
  const keys = {
    name: ({ name }: Script) => name,
    created_on: ({ createdOn }: Script) => createdOn,
    updated_on: ({ modifiedOn }: Script) => modifiedOn,
    deployed_on: ({ name }: Script) => state.deployments.active(name)?.createdOn ?? "",
  };
  const keyed = state.scripts.list().map((script) => ({ script, key: keys[by](script) }));
  const sorted = keyed.toSorted((a, b) => Number(a.key > b.key) - Number(a.key < b.key));
  return (direction === "asc" ? sorted : sorted.toReversed()).map(({ script }) => script);
}

/** The script under the name that is wished for. */
async function renamed(edge: EdgeContext, script: Script, { name }: WorkerWish): Promise<Script> {
  return name === script.name ? script : renameWorker(edge, script, name);
}

function refuseTaken({ state }: EdgeContext, { name }: WorkerWish): void {
  if (state.scripts.get(name) === undefined) return;
  throw new ApiError(
    409,
    CODES.invalidScriptName,
    `A Worker named ${name} already exists. Edit or update it instead.`,
  );
}

/** The scripts of an account, as the newer routes have them: apart from their versions. */
export function workerRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  const answer = (context: Context, script: Script): Response =>
    success(context, presentWorker(state, script, hostOf(edge, context)));
  const save = (context: Context, script: Script): Response => {
    state.scripts.put(script);
    edge.routes.reload(script.name);
    return answer(context, script);
  };
  routes.get("/workers", (context) => {
    const { items, info } = pageOf(context, ordered(edge, context));
    const shown = items.map((script) => presentWorker(state, script, hostOf(edge, context)));
    return success(context, shown, { result_info: info });
  });
  routes.post("/workers", async (context) => {
    const wish = wishFrom(await jsonBody(context));
    refuseTaken(edge, wish);
    return save(context, wishedFor(newScript(wish.name, sourceOf(context)), wish));
  });
  routes.get("/workers/:worker", (context) => answer(context, existingWorker(edge, context)));
  routes.put("/workers/:worker", async (context) => {
    const wish = wishFrom(await jsonBody(context));
    const script = await renamed(edge, existingWorker(edge, context), wish);
    return save(context, wishedFor(script, wish));
  });
  routes.patch("/workers/:worker", async (context) => {
    const patch = await jsonBody(context);
    const script = existingWorker(edge, context);
    const wish = wishFrom(mergePatch(wishOf(script), patch));
    return save(context, wishedFor(await renamed(edge, script, wish), wish));
  });
  routes.delete("/workers/:worker", async (context) => {
    await deleteScript(edge, existingWorker(edge, context), true);
    return success(context, null);
  });
  return routes;
}
