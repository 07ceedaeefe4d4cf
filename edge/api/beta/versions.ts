import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { parseJsonUpload } from "../../scripts/beta-upload";
import { presentWorkerVersion } from "../../scripts/beta-view";
import { notesOf, sameBlueprint } from "../../scripts/blueprint";
import { reviseLatest } from "../../scripts/edit";
import type { Author } from "../../scripts/make-version";
import { versionSettings } from "../../scripts/metadata";
import { uploadVersion } from "../../scripts/publish";
import { secret, withSecrets } from "../../scripts/secrets";
import type { Version } from "../../scripts/types";
import { jsonBody, parsedBody } from "../body";
import { UPLOAD_LIMIT } from "../bytes";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError, noSuchVersion, noVersions } from "../error";
import { pageOf } from "../page";
import { sourceOf } from "../source";
import { warningsAbout } from "../warnings";
import { existingWorker } from "./workers";

/** A merge patch of the latest version, as far as it is emulated: its secrets, and what is said of the new one. */
const patch = z.strictObject({
  env: z.record(z.string().min(1), secret.omit({ name: true }).nullable()).default({}),
  annotations: versionSettings.shape.annotations,
});

function authorOf(edge: EdgeContext, context: Context): Author {
  return { scriptName: existingWorker(edge, context).name, source: sourceOf(context) };
}

/** The version that the path names: by its id, or as the latest. */
function existingVersion(edge: EdgeContext, context: Context): Version {
  const { name } = existingWorker(edge, context);
  const id = context.req.param("version") ?? "";
  if (id === "latest") {
    const latest = edge.state.versions.latest(name);
    if (latest) return latest;
    throw noVersions();
  }
  const version = edge.state.versions.get(name, id);
  if (version) return version;
  throw noSuchVersion(id);
}

async function deleteVersion({ state, instances }: EdgeContext, { scriptName, id }: Version): Promise<void> {
  if (state.deployments.active(scriptName)?.shares.some(({ versionId }) => versionId === id)) {
    throw new ApiError(
      400,
      CODES.unparsableBody,
      `Version ${id} is in the active deployment and cannot be deleted. Deploy other versions first.`,
    );
  }
  state.versions.delete(id);
  await instances.stop([id]);
}

/** The versions of a script, as the newer routes have them. */
export function workerVersionRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/workers/:worker/versions", (context) => {
    const versions = edge.reads.shown(state.versions.list(existingWorker(edge, context).name));
    const { items, info } = pageOf(context, versions);
    const shown = items.map((version) => presentWorkerVersion(version));
    return success(context, shown, { result_info: info });
  });
  routes.post("/workers/:worker/versions", async (context) => {
    const author = authorOf(edge, context);
    const upload = parseJsonUpload(await jsonBody(context, UPLOAD_LIMIT));
    const deploys = context.req.query("deploy") === "true";
    const version = await uploadVersion(edge, author, upload, { deploys });
    return success(context, presentWorkerVersion(version), { messages: warningsAbout(edge, version) });
  });
  routes.patch("/workers/:worker/versions/latest", async (context) => {
    const author = authorOf(edge, context);
    const { env, annotations } = await parsedBody(context, patch);
    const changes = Object.entries(env).map(([name, one]) => [name, one && { ...one, name }] as const);
    const version = await reviseLatest(edge, author, (latest) => ({
      blueprint: {
        ...sameBlueprint(latest),
        bindings: withSecrets(latest, Object.fromEntries(changes)),
        ...notesOf(annotations),
      },
      triggeredBy: "secret",
    }));
    return success(context, presentWorkerVersion(version));
  });
  routes.get("/workers/:worker/versions/:version", (context) => {
    const version = existingVersion(edge, context);
    edge.reads.checkShown(version);
    const withModules = context.req.query("include") === "modules";
    const modules = withModules ? state.versions.modules(version.id) : undefined;
    return success(context, presentWorkerVersion(version, modules));
  });
  routes.delete("/workers/:worker/versions/:version", async (context) => {
    await deleteVersion(edge, existingVersion(edge, context));
    return success(context, null);
  });
  return routes;
}
