import { Hono, type Context } from "hono";
import type { EdgeContext } from "../context";
import { scriptSettings, type SettingsChange } from "../scripts/metadata";
import { changed } from "../scripts/script";
import type { Script } from "../scripts/types";
import { presentScriptSettings, presentSettings } from "../scripts/view";
import { formBody, jsonBody } from "./body";
import { CODES } from "./codes";
import { success } from "./envelope";
import { ApiError } from "./error";
import { explain } from "./explain";
import { existingScript } from "./find";

/** Settings of the version. Changing one makes a new version on Cloudflare, which is not emulated. */
const OF_THE_VERSION = [
  "annotations",
  "bindings",
  "compatibility_date",
  "compatibility_flags",
  "limits",
  "migrations",
  "placement",
  "usage_model",
];

function save(edge: EdgeContext, script: Script): Script {
  edge.state.scripts.put(script);
  edge.routes.reload(script.name);
  return script;
}

function changeFrom(value: unknown): SettingsChange {
  const result = scriptSettings.safeParse(value);
  if (result.success) return result.data;
  throw new ApiError(400, CODES.unparsableBody, `Could not parse request body: ${explain(result.error)}`);
}

/** The `settings` part of a form, which is how `PATCH …/settings` sends its JSON. */
async function settingsPart(context: Context): Promise<SettingsChange> {
  const part = (await formBody(context)).get("settings");
  if (part === null)
    throw new ApiError(400, CODES.unparsableBody, "could not read content for part settings");
  const change = changeFrom(JSON.parse(typeof part === "string" ? part : await part.text()));
  const refused = OF_THE_VERSION.find((name) => change[name] !== undefined);
  if (refused === undefined) return change;
  throw new ApiError(
    400,
    CODES.unparsableBody,
    `settings.${refused} belongs to a version; changing it here is not emulated by the local edge. Upload a version instead.`,
  );
}

/** The settings of a script: with and without those of its latest version. */
export function settingsRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/scripts/:script/settings", (context) => {
    const script = existingScript(edge, context);
    return success(context, presentSettings(script, state.versions.latest(script.name)));
  });
  routes.patch("/scripts/:script/settings", async (context) => {
    const script = save(edge, changed(existingScript(edge, context), await settingsPart(context)));
    return success(context, presentSettings(script, state.versions.latest(script.name)));
  });
  routes.get("/scripts/:script/script-settings", (context) =>
    success(context, presentScriptSettings(existingScript(edge, context).settings)),
  );
  routes.patch("/scripts/:script/script-settings", async (context) => {
    const change = changeFrom(await jsonBody(context));
    const script = save(edge, changed(existingScript(edge, context), change));
    return success(context, presentScriptSettings(script.settings));
  });
  return routes;
}
