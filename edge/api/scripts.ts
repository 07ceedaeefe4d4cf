import { Hono } from "hono";
import type { EdgeContext } from "../context";
import { uploadAndDeploy } from "../scripts/publish";
import type { Script, Version } from "../scripts/types";
import { parseUpload } from "../scripts/upload";
import { presentScript } from "../scripts/view";
import { formBody } from "./body";
import { deleteScript } from "./delete";
import { success } from "./envelope";
import { existingScript, scriptName } from "./find";
import { pageOf } from "./page";
import { isStrict, sourceOf } from "./source";
import { warningsAbout, warningsOnSettings } from "./warnings";

/** Cloudflare's `deployment_id` is the version's id without its dashes; it shows null for an empty list, here only. */
function presentUploaded(script: Script, version: Version): object {
  const { tags, tailConsumers } = script.settings;
  return {
    ...presentScript(script, version),
    entry_point: version.mainModule,
    deployment_id: version.id.replaceAll("-", ""),
    ...(tags.length === 0 && { tags: null }),
    ...(tailConsumers.length === 0 && { tail_consumers: null }),
    startup_time_ms: version.startupTimeMs,
  };
}

/** Whether a script has the tags that a list such as `team:yes,old:no` asks for, and none that it does not want. */
function hasTags(list: string): (script: Script) => boolean {
  const wanted = list.split(",").flatMap((entry) => {
    const [, tag, allowed] = /^(.+):(yes|no)$/.exec(entry) ?? [];
    return tag === undefined ? [] : [{ tag, isWanted: allowed === "yes" }];
  });
  return ({ settings }) => wanted.every(({ tag, isWanted }) => settings.tags.includes(tag) === isWanted);
}

function presentFound({ name, tag, createdOn, modifiedOn }: Script): object {
  return {
    id: tag,
    script_name: name,
    service_name: name,
    environment_name: "production",
    environment_is_default: true,
    created_on: createdOn,
    modified_on: modifiedOn,
  };
}

/** The scripts of an account. */
export function scriptRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/scripts", (context) => {
    const scripts = state.scripts.list().filter(hasTags(context.req.query("tags") ?? ""));
    return success(
      context,
      scripts.map((script) => presentScript(script, state.versions.latest(script.name))),
    );
  });
  routes.get("/scripts-search", (context) => {
    const { name, id } = context.req.query();
    const found = state.scripts
      .list()
      .filter(
        (script) => (name === undefined || script.name.includes(name)) && (id ?? script.tag) === script.tag,
      );
    const { items, info } = pageOf(context, found);
    return success(context, items.map(presentFound), { result_info: info });
  });
  routes.put("/scripts/:script", async (context) => {
    const author = { scriptName: scriptName(context), source: sourceOf(context) };
    const upload = await parseUpload(await formBody(context), isStrict(context));
    const { script, version } = await uploadAndDeploy(edge, author, upload);
    const messages = [...warningsAbout(edge, version), ...warningsOnSettings(script.settings)];
    return success(context, presentUploaded(script, version), { messages });
  });
  routes.delete("/scripts/:script", async (context) => {
    await deleteScript(edge, existingScript(edge, context), context.req.query("force") === "true");
    return success(context, null);
  });
  return routes;
}
