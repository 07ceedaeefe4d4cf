import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../../context";
import { findZone, newId } from "../../zones/find";
import { isInZone } from "../../zones/pattern";
import type { CustomDomain } from "../../zones/types";
import { parsedBody } from "../body";
import { CODES } from "../codes";
import { success } from "../envelope";
import { ApiError } from "../error";
import { existingScript } from "../find";
import { noSuchZone } from "./zones";

const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z]$/;

const hostname = z.string().toLowerCase().regex(HOST, "is a host without a *, such as shop.example.com");

const place = { zone_id: z.string().nullish(), zone_name: z.string().nullish() };

const attachment = z.looseObject({ hostname, service: z.string().min(1), ...place });

const origins = z.array(z.looseObject({ hostname, ...place }));
const records = z.looseObject({ origins, override_existing_origin: z.boolean().nullish() });

type Origin = z.infer<typeof origins>[number];

/** A custom domain as Cloudflare shows it. There is no certificate: the edge speaks no TLS. */
function present({ state }: EdgeContext, { id, name, zoneId, scriptName }: CustomDomain): object {
  return {
    ...{ id, hostname: name, service: scriptName, environment: "production" },
    ...{ zone_id: zoneId, zone_name: state.zones.get(zoneId)?.name ?? "" },
    cert_id: "",
  };
}

/** The domain that is wished for, in its zone. It keeps its id, if there is one of its name. */
function domainFrom(
  edge: EdgeContext,
  { hostname, zone_id, zone_name }: Origin,
  scriptName: string,
): CustomDomain {
  const zone = findZone(edge, { id: zone_id ?? undefined, name: zone_name ?? undefined, host: hostname });
  if (zone === undefined) throw noSuchZone(zone_id ?? zone_name ?? hostname);
  if (!isInZone(hostname, zone.name)) {
    throw new ApiError(400, CODES.invalidRoute, `hostname: ${hostname} is not in the zone ${zone.name}.`);
  }
  if (edge.state.scripts.get(scriptName) === undefined) {
    throw new ApiError(404, CODES.notFound, `service: there is no Worker named ${scriptName}.`);
  }
  const id = edge.state.domains.named(hostname)?.id ?? newId();
  return { id, name: hostname, zoneId: zone.id, scriptName };
}

/** The custom domains of the account. */
export function domainRoutes(edge: EdgeContext): Hono {
  const { state, hosts } = edge;
  const routes = new Hono();
  const found = (context: Context): object[] => {
    const { hostname, service, zone_id, zone_name } = context.req.query();
    return state.domains
      .list()
      .filter(({ name }) => name === (hostname ?? name))
      .filter(({ scriptName }) => scriptName === (service ?? scriptName))
      .filter(({ zoneId }) => zoneId === (zone_id ?? zoneId))
      .filter(({ zoneId }) => zone_name === undefined || state.zones.get(zoneId)?.name === zone_name)
      .map((domain) => present(edge, domain));
  };
  const existing = (context: Context): CustomDomain => {
    const id = context.req.param("domain") ?? "";
    const domain = state.domains.get(id);
    if (domain) return domain;
    throw new ApiError(404, CODES.noDomain, `There is no custom domain ${id}.`);
  };
  routes.get("/domains", (context) => success(context, found(context)));
  routes.get("/domains/records", (context) => success(context, found(context)));
  routes.put("/domains", async (context) => {
    const { service, ...origin } = await parsedBody(context, attachment);
    const domain = domainFrom(edge, origin, service);
    state.domains.put(domain);
    hosts.reload();
    return success(context, present(edge, domain));
  });
  for (const path of ["/domains/records/:domain", "/domains/:domain"]) {
    routes.get(path, (context) => success(context, present(edge, existing(context))));
    routes.delete(path, (context) => {
      state.domains.delete(existing(context).id);
      hosts.reload();
      return success(context, null);
    });
  }
  routes.post("/scripts/:script/domains/changeset", async (context) => {
    const { name: scriptName } = existingScript(edge, context);
    const wished = await parsedBody(context, origins);
    const own = state.domains.list().filter((domain) => domain.scriptName === scriptName);
    const hostnames = wished.map(({ hostname }) => hostname);
    return success(context, {
      added: wished.filter(({ hostname }) => state.domains.named(hostname) === undefined),
      removed: own.filter(({ name }) => !hostnames.includes(name)).map((domain) => present(edge, domain)),
      updated: hostnames.flatMap((hostname) => {
        const domain = state.domains.named(hostname);
        return domain ? { ...present(edge, domain), modified: domain.scriptName !== scriptName } : [];
      }),
      // There is no DNS whose records could be in the way.
      conflicting: [],
    });
  });
  routes.put("/scripts/:script/domains/records", async (context) => {
    const { name: scriptName } = existingScript(edge, context);
    const { origins, override_existing_origin: overrides } = await parsedBody(context, records);
    const wished = origins.map((origin) => domainFrom(edge, origin, scriptName));
    if (overrides !== true) refuseOthers(edge, wished);
    state.transaction(() => {
      for (const { id, scriptName: owner } of state.domains.list()) {
        if (owner === scriptName) state.domains.delete(id);
      }
      for (const domain of wished) state.domains.put(domain);
    });
    hosts.reload();
    return success(
      context,
      wished.map((domain) => present(edge, domain)),
    );
  });
  return routes;
}

function refuseOthers({ state }: EdgeContext, wished: readonly CustomDomain[]): void {
  for (const { id, name, scriptName } of wished) {
    const owner = state.domains.get(id)?.scriptName ?? scriptName;
    if (owner === scriptName) continue;
    throw new ApiError(
      409,
      CODES.domainTaken,
      `The host ${name} is a custom domain of the Worker ${owner}. Set override_existing_origin to move it.`,
    );
  }
}
