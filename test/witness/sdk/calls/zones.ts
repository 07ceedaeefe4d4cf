import type { World } from "../world";
import type { Calls } from "./types";

/** The zone of the calls below. */
async function zoneOf({ client, account }: World): Promise<string> {
  const [known] = (await client.zones.list({ name: "witness.example" })).result;
  if (known !== undefined) return known.id;
  const { id } = await client.zones.create({
    account: { id: account.account_id },
    name: "witness.example",
    type: "full",
  });
  return id;
}

const HOST = "www.witness.example";
const PATTERN = "witness.example/*";

async function domainOf({ client, account }: World): Promise<string> {
  return (await client.workers.domains.list({ ...account, hostname: HOST })).result[0]?.id ?? "";
}

async function routeOf(world: World): Promise<{ id: string; zone_id: string }> {
  const zone_id = await zoneOf(world);
  const { id = "" } = (await world.client.workers.routes.list({ zone_id })).result[0] ?? {};
  return { id, zone_id };
}

/** The domains that lead to Workers. */
export const ZONE_CALLS: Calls = {
  "workers.domains.update": [
    async (world) =>
      world.client.workers.domains.update({
        ...{ ...world.account, zone_id: await zoneOf(world) },
        ...{ hostname: HOST, service: world.script },
      }),
  ],
  "workers.domains.list": [({ client, account }) => client.workers.domains.list(account)],
  "workers.domains.get": [
    async (world) => world.client.workers.domains.get(await domainOf(world), world.account),
  ],
  "workers.domains.delete": [
    async (world) => world.client.workers.domains.delete(await domainOf(world), world.account),
  ],
  "workers.routes.create": [
    async (world) =>
      world.client.workers.routes.create({
        ...{ zone_id: await zoneOf(world), pattern: PATTERN, script: world.script },
      }),
  ],
  "workers.routes.list": [
    async (world) => world.client.workers.routes.list({ zone_id: await zoneOf(world) }),
  ],
  "workers.routes.get": [
    async (world) => {
      const { id, zone_id } = await routeOf(world);
      return world.client.workers.routes.get(id, { zone_id });
    },
  ],
  "workers.routes.update": [
    async (world) => {
      const { id, zone_id } = await routeOf(world);
      return world.client.workers.routes.update(id, { zone_id, pattern: PATTERN, script: world.script });
    },
  ],
  "workers.routes.delete": [
    async (world) => {
      const { id, zone_id } = await routeOf(world);
      return world.client.workers.routes.delete(id, { zone_id });
    },
  ],
};
