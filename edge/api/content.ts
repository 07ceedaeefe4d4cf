import { Hono, type Context } from "hono";
import type { EdgeContext } from "../context";
import { sameBlueprint } from "../scripts/blueprint";
import { contentOf } from "../scripts/content";
import { editLive } from "../scripts/edit";
import type { Script } from "../scripts/types";
import { parseContent } from "../scripts/upload";
import { presentScript } from "../scripts/view";
import { formBody } from "./body";
import { success } from "./envelope";
import { noVersions } from "./error";
import { existingScript } from "./find";
import { settingsNotDeployed } from "./settings";
import { sourceOf } from "./source";

/** The code of a script's latest version. */
export function sendContent({ state }: EdgeContext, { name }: Script): Response {
  const latest = state.versions.latest(name);
  if (latest === undefined) throw noVersions();
  return contentOf(latest, state.versions.modules(latest.id));
}

/** The code of a script, without its settings. */
export function contentRoutes(edge: EdgeContext): Hono {
  const routes = new Hono();
  const send = (context: Context): Response => sendContent(edge, existingScript(edge, context));
  routes.get("/scripts/:script", send);
  routes.get("/scripts/:script/content", send);
  routes.get("/scripts/:script/content/v2", send);
  routes.put("/scripts/:script/content", async (context) => {
    const author = { scriptName: existingScript(edge, context).name, source: sourceOf(context) };
    const named = context.req.header("cf-worker-main-module-part");
    const { mainModule, modules } = await parseContent(await formBody(context), named);
    const { script, version } = await editLive(edge, author, {
      revise: (latest) => ({
        blueprint: { ...sameBlueprint(latest), mainModule },
        modules,
        triggeredBy: "upload",
      }),
      refusal: settingsNotDeployed(),
    });
    return success(context, presentScript(script, version));
  });
  return routes;
}
