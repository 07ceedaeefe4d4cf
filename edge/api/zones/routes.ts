import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { findZone, newId } from "../../zones/find";
import { isInZone, parsePattern, PatternFault, type Pattern } from "../../zones/pattern";
import type { RoutePattern, Zone } from "../../zones/types";
import { parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { existingScript } from "../find";
import { existingZone, noSuchZone } from "./zones";

const wish = z.looseObject({ pattern: z.string().min(1), script: z.string().nullish() });

const ofScript = z.array(
  z.looseObject({
    pattern: z.string().min(1),
    zone_id: z.string().nullish(),
    zone_name: z.string().nullish(),
  }),
);

function present({ id, name, scriptName }: RoutePattern): object {
  return { id, pattern: name, ...(scriptName !== undefined && { script: scriptName }) };
}

function patternFrom(text: string): Pattern {
  try {
    return parsePattern(text);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw new ApiError(400, CODES.invalidRoute, `Invalid pattern. ${error.message}`);
  }
}

/** Checks that a pattern belongs to its zone, that no other route has it, and that its Worker is there. */
function checkRoute({ state }: EdgeContext, { id, name, zoneId, scriptName }: RoutePattern): void {
  const { host } = patternFrom(name);
  const zone = state.zones.get(zoneId);
  // Of an open host without a dot, as *example.com, the rest may be the zone's own name.
  if (zone !== undefined && !isInZone(host.replace(/^\./, ""), zone.name)) {
    throw new ApiError(
      400,
      CODES.invalidRoute,
      `Invalid pattern. '${name}' is not in the zone ${zone.name}.`,
    );
  }
  const other = state.patterns.named(name);
  if (other !== undefined && other.id !== id) {
    const whose = other.scriptName === undefined ? "without a Worker" : `of the Worker ${other.scriptName}`;
    throw new ApiError(
      409,
      CODES.routeTaken,
      `workers.api.error.duplicate_route: there is a route ${name} already, ${whose}.`,
    );
  }
  if (scriptName !== undefined && state.scripts.get(scriptName) === undefined) {
    throw new ApiError(
      404,
      CODES.notFound,
      `workers.api.error.script_not_found: there is no Worker named ${scriptName}.`,
    );
  }
}

/** The zone that the path names; where stubs are allowed, one in its place. */
function zoneOf(edge: EdgeContext, context: Context, pattern: string): Zone {
  const { host } = patternFrom(pattern);
  const zone = findZone(edge, { id: context.req.param("zone"), host: host.replace(/^\./, "") });
  return zone ?? existingZone(edge, context);
}

/** The routes of a zone. */
export function routePatternRoutes(edge: EdgeContext): Hono {
  const { state, hosts } = edge;
  const routes = new Hono();
  const existing = (context: Context): RoutePattern => {
    const { id: zoneId } = existingZone(edge, context);
    const id = context.req.param("route") ?? "";
    const route = state.patterns.get(id);
    if (route?.zoneId === zoneId) return route;
    throw new ApiError(404, CODES.notFound, `workers.api.error.route_not_found: there is no route ${id}.`);
  };
  const save = (context: Context, route: RoutePattern): Response => {
    checkRoute(edge, route);
    state.patterns.put(route);
    hosts.reload();
    return success(context, present(route));
  };
  routes.get("/zones/:zone/workers/routes", (context) => {
    const { id } = existingZone(edge, context);
    return success(
      context,
      state.patterns
        .list()
        .filter(({ zoneId }) => zoneId === id)
        .map(present),
    );
  });
  routes.post("/zones/:zone/workers/routes", async (context) => {
    const { pattern, script } = await parsedBody(context, wish);
    const { id: zoneId } = zoneOf(edge, context, pattern);
    return save(context, { id: newId(), name: pattern, zoneId, scriptName: script ?? undefined });
  });
  routes.get("/zones/:zone/workers/routes/:route", (context) => success(context, present(existing(context))));
  routes.put("/zones/:zone/workers/routes/:route", async (context) => {
    const { id, zoneId } = existing(context);
    const { pattern, script } = await parsedBody(context, wish);
    return save(context, { id, name: pattern, zoneId, scriptName: script ?? undefined });
  });
  routes.delete("/zones/:zone/workers/routes/:route", (context) => {
    const { id } = existing(context);
    state.patterns.delete(id);
    hosts.reload();
    return success(context, { id });
  });
  return routes;
}

/** The routes of a script, all at once, as wrangler sets them. */
export function scriptPatternRoutes(edge: EdgeContext): Hono {
  const { state, hosts } = edge;
  const routes = new Hono();
  routes.put("/scripts/:script/routes", async (context) => {
    const { name: scriptName } = existingScript(edge, context);
    const wished = (await parsedBody(context, ofScript)).map(({ pattern, zone_id, zone_name }) => {
      const host = patternFrom(pattern).host.replace(/^\./, "");
      const zone = findZone(edge, { id: zone_id ?? undefined, name: zone_name ?? undefined, host });
      if (zone === undefined) throw noSuchZone(zone_id ?? zone_name ?? host);
      const id = state.patterns.named(pattern)?.id ?? newId();
      const owner = state.patterns.get(id)?.scriptName;
      // One of another Worker is not taken over.
      const own = owner === undefined || owner === scriptName ? id : newId();
      return { id: own, name: pattern, zoneId: zone.id, scriptName };
    });
    for (const route of wished) checkRoute(edge, route);
    state.transaction(() => {
      for (const { id, scriptName: owner } of state.patterns.list()) {
        if (owner === scriptName) state.patterns.delete(id);
      }
      for (const route of wished) state.patterns.put(route);
    });
    hosts.reload();
    return success(context, wished.map(present));
  });
  return routes;
}
