import { Hono, type Context } from "hono";
import type { EdgeContext } from "../context";
import { changedBlueprint } from "../scripts/blueprint";
import { editLive } from "../scripts/edit";
import {
  scriptSettings,
  settingsChange,
  versionSettings,
  type ScriptSettingsChange,
  type SettingsChange,
} from "../scripts/metadata";
import { migrated } from "../scripts/migrations";
import { changed } from "../scripts/script";
import type { Script } from "../scripts/types";
import { refuseUnemulated } from "../scripts/unemulated";
import { presentScriptSettings, presentSettings } from "../scripts/view";
import { formBody, parsed, parsedBody, parsedJson } from "./body";
import { CODES } from "./codes";
import { success } from "./envelope";
import { ApiError } from "./error";
import { existingScript } from "./find";
import { sourceOf } from "./source";
import { warningsOnSettings } from "./warnings";

/** The refusal of an edit that would deploy a version which nobody has asked to deploy. */
export function settingsNotDeployed(): ApiError {
  return new ApiError(
    400,
    CODES.settingsNotDeployed,
    "Script edit failed. You attempted to modify the settings of a version, but the latest version of your Worker " +
      "isn't currently deployed. Deploy it at 100 % first. logpush, observability, tags and tail_consumers, which " +
      "belong to no version, can be modified with PATCH …/script-settings.",
  );
}

function save(edge: EdgeContext, script: Script): Script {
  edge.state.scripts.put(script);
  edge.routes.reload(script.name);
  return script;
}

/** The `settings` part of a form, which is how `PATCH …/settings` sends its JSON. */
async function settingsPart(context: Context): Promise<SettingsChange> {
  const part = (await formBody(context)).get("settings");
  if (part === null) {
    throw new ApiError(400, CODES.unparsableBody, "could not read content for part settings");
  }
  const value = parsedJson(typeof part === "string" ? part : await part.text());
  refuseUnemulated(value, "settings");
  return parsed(settingsChange, value);
}

function isOfVersion(change: SettingsChange): boolean {
  return Object.keys(versionSettings.shape).some((name) => change[name] != null);
}

/** Makes and deploys a version with other settings. */
async function editVersion(edge: EdgeContext, context: Context, change: SettingsChange): Promise<Script> {
  const author = { scriptName: existingScript(edge, context).name, source: sourceOf(context) };
  const { script } = await editLive(edge, author, {
    revise: (latest, ancestors, before) => ({
      blueprint: changedBlueprint(latest, change, ancestors),
      durableObjects: migrated(before.durableObjects, change.migrations),
      triggeredBy: "upload",
    }),
    settle: (before) => changed(before, change),
    refusal: settingsNotDeployed(),
  });
  return script;
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
    const change = await settingsPart(context);
    const script = isOfVersion(change)
      ? await editVersion(edge, context, change)
      : save(edge, changed(existingScript(edge, context), change));
    const messages = warningsOnSettings(script.settings);
    return success(context, presentSettings(script, state.versions.latest(script.name)), { messages });
  });
  routes.get("/scripts/:script/script-settings", (context) =>
    success(context, presentScriptSettings(existingScript(edge, context).settings)),
  );
  routes.patch("/scripts/:script/script-settings", async (context) => {
    const change: ScriptSettingsChange = await parsedBody(context, scriptSettings);
    const script = save(edge, changed(existingScript(edge, context), change));
    const messages = warningsOnSettings(script.settings);
    return success(context, presentScriptSettings(script.settings), { messages });
  });
  return routes;
}
