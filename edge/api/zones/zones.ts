import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { AUTHOR_EMAIL } from "../../deployments/view";
import { timestamp } from "../../state/timestamp";
import { findZone, newId } from "../../zones/find";
import type { Zone } from "../../zones/types";
import { parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { pageOf } from "../page";

const PAGES = { perPage: 20, most: 50 };

const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z]$/;

const wish = z.looseObject({
  name: z.string().toLowerCase().regex(DOMAIN, "is a domain, such as example.com"),
  type: z.string().nullish(),
});

/** The zone that the path names. */
export function existingZone({ state }: EdgeContext, context: Context): Zone {
  const id = context.req.param("zone") ?? "";
  const zone = state.zones.get(id);
  if (zone) return zone;
  throw noSuchZone(id);
}

/** The refusal for a zone that is not there. */
export function noSuchZone(what: string): ApiError {
  return new ApiError(
    404,
    CODES.noZone,
    `Could not find zone for '${what}' on this edge. Make it with POST /zones {"name": "example.com"}, or start the edge ` +
      "with --allow-stubs (allowStubs: true), which puts one in its place.",
  );
}

function present({ accountId }: EdgeContext, { id, name, createdOn }: Zone): object {
  return {
    ...{ id, name, status: "active", paused: false, type: "full", development_mode: 0 },
    name_servers: [],
    ...{ original_name_servers: null, original_registrar: null, original_dnshost: null },
    ...{ created_on: createdOn, modified_on: createdOn, activated_on: createdOn },
    meta: { step: 2, page_rule_quota: 3, phishing_detected: false },
    owner: { id: accountId, type: "user", email: AUTHOR_EMAIL },
    account: { id: accountId, name: "Local edge" },
    permissions: ["#worker:edit", "#worker:read", "#zone:read"],
    plan: { id: "free", name: "Free Website", legacy_id: "free", is_subscribed: false },
  };
}

/** The zones of the account: of each its name, and nothing of DNS. */
export function zoneRoutes(edge: EdgeContext): Hono {
  const { state, hosts } = edge;
  const routes = new Hono();
  routes.get("/zones", (context) => {
    const name = context.req
      .query("name")
      ?.replace(/^equal:/, "")
      .toLowerCase();
    const zone = name === undefined ? undefined : findZone(edge, { name });
    const found = name === undefined ? state.zones.list() : zone ? [zone] : [];
    const { items, info } = pageOf(context, found, PAGES);
    const shown = items.map((one) => present(edge, one));
    return success(context, shown, { result_info: info });
  });
  routes.post("/zones", async (context) => {
    const { name } = await parsedBody(context, wish);
    if (state.zones.named(name) !== undefined) {
      throw new ApiError(400, CODES.zoneTaken, `${name} already exists`);
    }
    const zone = { id: newId(), name, createdOn: timestamp() };
    state.zones.put(zone);
    hosts.reload();
    return success(context, present(edge, zone));
  });
  routes.get("/zones/:zone", (context) => success(context, present(edge, existingZone(edge, context))));
  routes.delete("/zones/:zone", (context) => {
    const { id } = existingZone(edge, context);
    state.transaction(() => {
      for (const kind of [state.patterns, state.domains]) {
        for (const one of kind.list()) if (one.zoneId === id) kind.delete(one.id);
      }
      state.zones.delete(id);
    });
    hosts.reload();
    return success(context, { id });
  });
  return routes;
}
