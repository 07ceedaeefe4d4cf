import { Hono } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../context";
import type { Script } from "../scripts/types";
import { parsedBody } from "./body";
import { CODES } from "./codes";
import { success } from "./envelope";
import { ApiError } from "./error";
import { existingScript } from "./find";

const wish = z.looseObject({ enabled: z.boolean(), previews_enabled: z.boolean().optional() });

/** Where a script answers, as the API shows it. */
export function presentSubdomain(script: Script): object {
  return { enabled: script.subdomainEnabled, previews_enabled: script.previewsEnabled };
}

function save(edge: EdgeContext, script: Script): object {
  edge.state.scripts.put(script);
  edge.routes.reload(script.name);
  return presentSubdomain(script);
}

/** Whether a script answers on the account's subdomain, and what that is. */
export function subdomainRoutes(edge: EdgeContext): Hono {
  const routes = new Hono();
  routes.get("/subdomain", (context) => success(context, { subdomain: edge.subdomain }));
  routes.put("/subdomain", async (context) => {
    const { subdomain } = await parsedBody(context, z.looseObject({ subdomain: z.string() }));
    if (subdomain === edge.subdomain) return success(context, { subdomain });
    throw new ApiError(
      409,
      CODES.subdomainTaken,
      `Account already has an associated subdomain: ${edge.subdomain}. It is chosen when the local edge is started.`,
    );
  });
  routes.get("/scripts/:script/subdomain", (context) =>
    success(context, presentSubdomain(existingScript(edge, context))),
  );
  routes.post("/scripts/:script/subdomain", async (context) => {
    const { enabled, previews_enabled } = await parsedBody(context, wish);
    const script = existingScript(edge, context);
    // Left out, previews follow the subdomain, as on Cloudflare.
    const previewsEnabled = previews_enabled ?? enabled;
    return success(context, save(edge, { ...script, subdomainEnabled: enabled, previewsEnabled }));
  });
  routes.delete("/scripts/:script/subdomain", (context) => {
    const script = existingScript(edge, context);
    return success(context, save(edge, { ...script, subdomainEnabled: false, previewsEnabled: false }));
  });
  return routes;
}
