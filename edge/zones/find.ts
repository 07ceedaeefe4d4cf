import { randomBytes } from "node:crypto";
import type { EdgeContext } from "../context";
import { timestamp } from "../state/timestamp";
import { isInZone } from "./pattern";
import type { Zone } from "./types";

/** What a client knows of a zone. */
export interface ZoneWish {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** A host in the zone. */
  readonly host?: string | undefined;
}

/** A zone of the account; where stubs are allowed, one that is put in the place of it. */
export function findZone(edge: EdgeContext, { id, name, host }: ZoneWish): Zone | undefined {
  const { zones } = edge.state;
  const known = zones
    .list()
    .filter((zone) => host === undefined || isInZone(host, zone.name))
    .sort((a, b) => b.name.length - a.name.length);
  if (id !== undefined) return zones.get(id) ?? standIn(edge, id, name ?? (host && registeredDomain(host)));
  if (name !== undefined) return zones.named(name) ?? standIn(edge, newId(), name);
  return known[0] ?? standIn(edge, newId(), host && registeredDomain(host));
}

function standIn(edge: EdgeContext, id: string, name: string | undefined): Zone | undefined {
  const { state, stubs, hosts } = edge;
  if (!stubs.areAllowed || name === undefined || name !== registeredDomain(name)) return undefined;
  if (state.zones.named(name) !== undefined) return undefined;
  const zone = { id, name, createdOn: timestamp(), isStandIn: true };
  state.zones.put(zone);
  hosts.reload();
  stubs.tell(name, [
    `The zone is a stand-in: this edge had none of that name. It answers for the hosts in it.`,
  ]);
  return zone;
}

export function newId(): string {
  return randomBytes(16).toString("hex");
}

/** Endings below which people register domains, as far as one can tell by their looks. */
const TWO_PART_ENDING = /\.(?:ac|co|com|edu|gov|ne|net|or|org)\.[a-z]{2}$/;

/** The domain that somebody has registered, of a host in it. */
export function registeredDomain(host: string): string {
  const parts = TWO_PART_ENDING.test(host) ? 3 : 2;
  return host.split(".").slice(-parts).join(".");
}
