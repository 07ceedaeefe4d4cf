import { Hono } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../context";
import { deploy } from "../deployments/deploy";
import type { Deployment } from "../deployments/types";
import { presentDeployment } from "../deployments/view";
import { parsedBody } from "./body";
import { CODES } from "./codes";
import { success } from "./envelope";
import { ApiError } from "./error";
import { existingScript } from "./find";
import { firstPage } from "./page";
import { sourceOf } from "./source";

const wish = z.looseObject({
  strategy: z.literal("percentage"),
  versions: z.array(z.looseObject({ version_id: z.string(), percentage: z.number() })),
  annotations: z.looseObject({ "workers/message": z.string().nullish() }).nullish(),
});

function existingDeployment(edge: EdgeContext, scriptName: string, id: string): Deployment {
  const deployment = edge.state.deployments.get(scriptName, id);
  if (deployment) return deployment;
  throw noSuchDeployment(id);
}

function noSuchDeployment(id: string): ApiError {
  return new ApiError(404, CODES.notFound, `Deployment ${id} does not exist for this Worker.`);
}

/** Throws when a version exists and is not ready yet. */
function checkReady({ state, reads }: EdgeContext, scriptName: string, versionId: string): void {
  const version = state.versions.get(scriptName, versionId);
  if (version) reads.checkReady(version);
}

/** The deployments of a script. */
export function deploymentRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/scripts/:script/deployments", (context) => {
    const { name } = existingScript(edge, context);
    // The ten newest, whatever page is asked for: nobody has reported another page of Cloudflare's.
    const { items, info } = firstPage(edge.reads.shown(state.deployments.list(name)));
    return success(context, { deployments: items.map(presentDeployment) }, { result_info: info });
  });
  routes.post("/scripts/:script/deployments", async (context) => {
    const { name } = existingScript(edge, context);
    const { versions, annotations } = await parsedBody(context, wish);
    const shares = versions.map(({ version_id, percentage }) => ({ versionId: version_id, percentage }));
    const message = annotations?.["workers/message"] ?? undefined;
    const force = context.req.query("force") === "true";
    for (const { versionId } of shares) checkReady(edge, name, versionId);
    const asked = { shares, message, triggeredBy: "deployment" } as const;
    const deployment = deploy(edge, name, sourceOf(context), asked, force);
    return success(context, presentDeployment(deployment));
  });
  routes.get("/scripts/:script/deployments/:deployment", (context) => {
    const { name } = existingScript(edge, context);
    const id = context.req.param("deployment");
    const [deployment] = edge.reads.shown([existingDeployment(edge, name, id)]);
    if (deployment === undefined) throw noSuchDeployment(id);
    return success(context, presentDeployment(deployment));
  });
  routes.delete("/scripts/:script/deployments/:deployment", (context) => {
    const { name } = existingScript(edge, context);
    const { id } = existingDeployment(edge, name, context.req.param("deployment"));
    if (state.deployments.active(name)?.id === id) {
      throw new ApiError(
        400,
        CODES.unparsableBody,
        `Deployment ${id} is the active one and cannot be deleted. Create another deployment first.`,
      );
    }
    state.deployments.delete(id);
    return success(context, null);
  });
  return routes;
}
