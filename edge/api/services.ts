import { Hono, type Context } from "hono";
import type { EdgeContext } from "../context";
import { presentBindings } from "../scripts/bindings";
import type { Binding, Script, Version } from "../scripts/types";
import { presentEnvironment, presentService } from "../scripts/view";
import { CODES } from "./codes";
import { sendContent } from "./content";
import { deleteScript } from "./delete";
import { success } from "./envelope";
import { ApiError } from "./error";
import { presentSubdomain } from "./subdomain";

/** A script as a service, which is what Cloudflare called it when scripts had environments. */
export function serviceRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  const latestOf = ({ name }: Script): Version | undefined => state.versions.latest(name);
  routes.get("/services/:script", (context) => {
    const script = existingService(edge, context);
    return success(context, presentService(script, latestOf(script)));
  });
  routes.delete("/services/:script", async (context) => {
    await deleteScript(edge, existingService(edge, context), context.req.query("force") === "true");
    return success(context, null);
  });
  const environment = "/services/:script/environments/:environment";
  routes.get(environment, (context) => {
    const script = inProduction(edge, context);
    return success(context, presentEnvironment(script, latestOf(script)));
  });
  routes.get(`${environment}/bindings`, (context) =>
    success(context, presentBindings(namingScripts(inProduction(edge, context), latestOf))),
  );
  routes.get(`${environment}/subdomain`, (context) =>
    success(context, presentSubdomain(inProduction(edge, context))),
  );
  routes.get(`${environment}/routes`, (context) => {
    const { name } = inProduction(edge, context);
    const own = state.patterns.list().filter(({ scriptName }) => scriptName === name);
    const shown = own.map(({ id, name: pattern, zoneId, scriptName }) => ({
      ...{ id, pattern, script: scriptName, zone_name: state.zones.get(zoneId)?.name },
    }));
    return success(context, shown);
  });
  routes.get(`${environment}/content/v2`, (context) => sendContent(edge, inProduction(edge, context)));
  return routes;
}

/** The bindings of a script, its own Durable Objects with its name: here clients look for their own by it. */
function namingScripts(script: Script, latestOf: (script: Script) => Version | undefined): Binding[] {
  const bindings = latestOf(script)?.bindings ?? [];
  return bindings.map((binding) =>
    binding.type === "durable_object_namespace"
      ? { ...binding, script_name: binding["script_name"] ?? script.name }
      : binding,
  );
}

function existingService({ state }: EdgeContext, context: Context): Script {
  const script = state.scripts.get(context.req.param("script") ?? "");
  if (script) return script;
  throw new ApiError(404, CODES.serviceNotFound, "workers.api.error.service_not_found");
}

/** The script, whose one environment is the one that the path names. */
function inProduction(edge: EdgeContext, context: Context): Script {
  const script = existingService(edge, context);
  const environment = context.req.param("environment") ?? "";
  if (environment === "production") return script;
  throw new ApiError(
    404,
    CODES.environmentNotFound,
    `The environment ${environment} does not exist. A Worker here has one: production.`,
  );
}
