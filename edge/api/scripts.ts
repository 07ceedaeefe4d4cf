import { Hono, type Context } from "hono";
import type { EdgeContext } from "../context";
import { dateWarning } from "../scripts/compatibility";
import { uploadAndDeploy } from "../scripts/publish";
import type { Script, Version } from "../scripts/types";
import { parseUpload } from "../scripts/upload";
import { presentScript, presentService } from "../scripts/view";
import { formBody } from "./body";
import { CODES } from "./codes";
import { success, type Message } from "./envelope";
import { ApiError } from "./error";
import { existingScript, scriptName } from "./find";
import { isStrict, sourceOf } from "./source";

/** What to tell the one who uploaded a version, beside that it went well. */
export function warningsAbout(edge: EdgeContext, version: Version): Message[] {
  const warning = dateWarning(version.compatibilityDate, edge.instances.newestCompatibilityDate);
  return warning === undefined ? [] : [{ code: CODES.invalidScript, message: warning }];
}

function presentUploaded(script: Script, version: Version): object {
  return {
    ...presentScript(script, version),
    entry_point: version.mainModule,
    deployment_id: version.id,
    startup_time_ms: version.startupTimeMs,
  };
}

/** Deletes a script with all it has, once no version of it is being made. */
export function deleteScript({ state, routes, instances }: EdgeContext, { name }: Script): Promise<void> {
  return state.turns.take(name, async () => {
    const versions = state.versions.list(name).map(({ id }) => id);
    state.scripts.delete(name);
    routes.reload(name);
    await instances.stop(versions);
  });
}

function existingService({ state }: EdgeContext, context: Context): Script {
  const script = state.scripts.get(context.req.param("script") ?? "");
  if (script) return script;
  throw new ApiError(404, CODES.serviceNotFound, "workers.api.error.service_not_found");
}

/** The scripts of an account. */
export function scriptRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/scripts", (context) =>
    success(
      context,
      state.scripts.list().map((script) => presentScript(script, state.versions.latest(script.name))),
    ),
  );
  routes.put("/scripts/:script", async (context) => {
    const author = { scriptName: scriptName(context), source: sourceOf(context) };
    const upload = await parseUpload(await formBody(context), isStrict(context));
    const { script, version } = await uploadAndDeploy(edge, author, upload);
    return success(context, presentUploaded(script, version), { messages: warningsAbout(edge, version) });
  });
  routes.delete("/scripts/:script", async (context) => {
    await deleteScript(edge, existingScript(edge, context));
    return success(context, null);
  });
  routes.get("/services/:script", (context) => {
    const script = existingService(edge, context);
    return success(context, presentService(script, state.versions.latest(script.name)));
  });
  routes.delete("/services/:script", async (context) => {
    await deleteScript(edge, existingService(edge, context));
    return success(context, null);
  });
  return routes;
}
