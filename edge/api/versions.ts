import { Hono } from "hono";
import type { EdgeContext } from "../context";
import { DEPLOYABLE } from "../deployments/deployable";
import { uploadVersion } from "../scripts/publish";
import type { Version } from "../scripts/types";
import { parseUpload } from "../scripts/upload";
import { presentVersion, presentVersionItem } from "../scripts/view";
import { formBody } from "./body";
import { success } from "./envelope";
import { noSuchVersion } from "./error";
import { existingScript } from "./find";
import { pageOf } from "./page";
import { isStrict, sourceOf } from "./source";
import { warningsAbout } from "./warnings";

/** Cloudflare has null here where its other lists have none. */
const NOTHING_TO_SAY = { errors: null, messages: null };

function existingVersion(edge: EdgeContext, scriptName: string, id: string): Version {
  const version = edge.state.versions.get(scriptName, id);
  if (version) return version;
  throw noSuchVersion(id);
}

/** The versions of a script. */
export function versionRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/scripts/:script/versions", (context) => {
    const versions = edge.reads.shown(state.versions.list(existingScript(edge, context).name));
    if (context.req.query("deployable") === "true") {
      return success(
        context,
        { items: versions.slice(0, DEPLOYABLE).map(presentVersionItem) },
        NOTHING_TO_SAY,
      );
    }
    const { items, info } = pageOf(context, versions);
    const { page, per_page, count, total_count } = info;
    const result_info = { page, per_page, count, total_count };
    return success(context, { items: items.map(presentVersionItem) }, { ...NOTHING_TO_SAY, result_info });
  });
  routes.post("/scripts/:script/versions", async (context) => {
    const { name } = existingScript(edge, context);
    const upload = await parseUpload(await formBody(context), isStrict(context));
    const version = await uploadVersion(edge, { scriptName: name, source: sourceOf(context) }, upload);
    return success(context, presentVersion(version), { messages: warningsAbout(edge, version) });
  });
  routes.get("/scripts/:script/versions/:version", (context) => {
    const { name } = existingScript(edge, context);
    const version = existingVersion(edge, name, context.req.param("version"));
    edge.reads.checkShown(version);
    return success(context, presentVersion(version));
  });
  return routes;
}
