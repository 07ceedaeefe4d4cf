import { z } from "zod";
import { eventTypes, type EventType } from "../health/sli";
import { closestOf } from "./likeness";
import type { Objective } from "./plan";

/** What people say instead. */
const otherWords: Readonly<Record<string, EventType>> = {
  cron: "scheduled",
  http: "fetch",
  request: "fetch",
  rpc: "jsrpc",
  websocket: "hibernatableWebSocket",
  object: "durableObject",
};

const all = eventTypes.map((type) => `"${type}"`).join(", ");
const aList = `a list of different event types, of ${all}`;

const one = z.enum(eventTypes, {
  error: ({ input }) => {
    const meant = closestTo(String(input));
    return meant === undefined ? `one of ${all}` : `"${meant}", or another of ${all}`;
  },
});

/** The event types that an SLO is on. */
export const on = z
  .array(one, { error: aList })
  .min(1, { error: aList })
  .refine((types) => new Set(types).size === types.length, { error: aList });

/** The event type that somebody may have meant; undefined where none is like it. */
function closestTo(given: string): EventType | undefined {
  const words: Readonly<Record<string, EventType>> = {
    ...Object.fromEntries(eventTypes.map((type) => [type, type])),
    ...otherWords,
  };
  const word = closestOf(given, Object.keys(words));
  return word === undefined ? undefined : words[word];
}

/** An SLO as a plan states it: on one event type or several, on visitors' requests where it says nothing. */
export interface Stated extends Objective {
  readonly on?: readonly EventType[] | undefined;
}

/** What an SLO is called that has no name: by its SLI, and by its event type where that is another one. */
export function nameOn(sli: string, types: readonly EventType[] = ["fetch"]): string {
  const [type = "fetch"] = types;
  return types.length > 1 || type === "fetch" ? sli : `${sli} on ${type}`;
}

/**
 * The objectives of an SLO: one for each of its event types. In one pool the events of which there are many would decide
 * alone, and failures of the others would drown in them.
 */
export function objectivesOf({ on: types = ["fetch"], ...slo }: Stated): readonly Objective[] {
  return types.map((type) => ({
    ...slo,
    name: types.length === 1 ? slo.name : `${slo.name} on ${type}`,
    sli: type === "fetch" ? slo.sli : ({ ...slo.sli, on: type } as Objective["sli"]),
  }));
}

/** True for an SLI that counts what visitors ask, whatever is bad about it. */
export function isOnRequests(sli: Objective["sli"]): boolean {
  if (sli.kind === "probes" || "on" in sli) return false;
  return sli.kind !== "custom" || sli.valid.length === 0;
}
