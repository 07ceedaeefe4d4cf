import { Hono } from "hono";
import type { EdgeContext } from "../context";
import { dateWarning } from "../scripts/compatibility";
import { uploadAndDeploy } from "../scripts/publish";
import type { Script, Version } from "../scripts/types";
import { parseUpload } from "../scripts/upload";
import { presentScript } from "../scripts/view";
import { formBody } from "./body";
import { CODES } from "./codes";
import { deleteScript } from "./delete";
import { success, type Message } from "./envelope";
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
    await deleteScript(edge, existingScript(edge, context), context.req.query("force") === "true");
    return success(context, null);
  });
  return routes;
}
