import { adviceOn } from "../faults";
import { slo } from "../sloSchema";
import { problem, type PlanProblem } from "./problem";
import {
  plainOf,
  propertyOf,
  textOf,
  type Sourced,
  type SourcedEntry,
  type SourcedList,
  type SourcedMap,
} from "./sourced";
import { loosened } from "./tightening";

/** A plan made of two, and what is wrong with how one changes the other. */
export interface Merged {
  readonly plan: SourcedMap;
  readonly problems: readonly PlanProblem[];
}

/**
 * A plan that extends another one. A property that both have is that of the plan which extends, but for lists:
 *
 * - `slos`: an SLO with the name of one before changes that one, which can become stricter only; any other is added;
 * - `probes`: a probe of the same `url` or `path` changes that one, property by property; any other is added;
 * - `stages`: all are those of the plan which extends;
 * - any other list is added to.
 */
export function merged(base: SourcedMap, own: SourcedMap): Merged {
  const problems: PlanProblem[] = [];
  const entries = new Map<string, SourcedEntry>(base.entries);
  for (const [key, entry] of own.entries) {
    const before = base.entries.get(key)?.value;
    const { value } = entry;
    if (before?.kind !== "list" || value.kind !== "list" || key === "stages") entries.set(key, entry);
    else entries.set(key, { ...entry, value: mergedList(key, before, value, problems) });
  }
  return { plan: { ...own, entries }, problems };
}

function mergedList(key: string, base: SourcedList, own: SourcedList, problems: PlanProblem[]): SourcedList {
  if (key === "slos")
    return mergedItems(base, own, sloName, (...pair) => changedSlo(...pair, problems), problems);
  if (key === "probes") return mergedItems(base, own, targetOf, overlaid, problems);
  return { ...own, items: [...base.items, ...own.items] };
}

function mergedItems(
  base: SourcedList,
  own: SourcedList,
  nameOf: (item: Sourced) => string | undefined,
  change: (base: Sourced, own: Sourced, index: number) => Sourced,
  problems: PlanProblem[],
): SourcedList {
  const items = [...base.items];
  const names = base.items.map(nameOf);
  const changed = new Set<number>();
  for (const item of own.items) {
    const name = nameOf(item);
    const index = name === undefined ? -1 : names.indexOf(name);
    const before = items[index];
    // A second change of the same one is a mistake, which the schema finds when both are there.
    if (before !== undefined && !changed.has(index)) {
      items[index] = change(before, item, index);
      changed.add(index);
    } else if (before === undefined && isOnlyChange(item, name))
      problems.push(nothingToChange(item, name, items.length, names));
    else items.push(item);
  }
  return { ...own, items };
}

/** An SLO without an SLI of its own is meant to change one that there is. */
function isOnlyChange(item: Sourced, name: string | undefined): name is string {
  return name !== undefined && textOf(item, "name") === name && propertyOf(item, "sli") === undefined;
}

function nothingToChange(
  item: Sourced,
  name: string,
  index: number,
  names: readonly (string | undefined)[],
): PlanProblem {
  const known = names.filter((each) => each !== undefined);
  const at = propertyOf(item, "name")?.at ?? item.at;
  return problem(
    at,
    `slos[${index}].name`,
    `no SLO of the plan that this one extends is named "${name}", and this one has no \`sli\`: ${adviceOn(name, known)}`,
  );
}

function changedSlo(base: Sourced, own: Sourced, index: number, problems: PlanProblem[]): Sourced {
  const found = loosened(base, own, `slos[${index}]`);
  problems.push(...found);
  // One that was refused is judged as it was: what follows from the change need not be told as well.
  return found.length > 0 ? base : overlaid(base, own);
}

function overlaid(base: Sourced, own: Sourced): Sourced {
  if (base.kind !== "map" || own.kind !== "map") return own;
  return { ...own, entries: new Map([...base.entries, ...own.entries]) };
}

/** Bounds that are right, whatever an SLO has: its name does not depend on them. */
const rightBounds = { max: 0.5, maxIncrease: 2, limit: "1s", slower: "20%" };

/** What an SLO is called, be it named or not; undefined for one that cannot be read. */
function sloName(item: Sourced): string | undefined {
  if (item.kind !== "map") return undefined;
  const bounds = Object.entries(rightBounds).filter(([key]) => item.entries.has(key));
  const read = slo.safeParse({ ...(plainOf(item) as object), ...Object.fromEntries(bounds) });
  return textOf(item, "name") ?? (read.success ? read.data.name : undefined);
}

function targetOf(item: Sourced): string | undefined {
  return textOf(item, "url") ?? textOf(item, "path");
}
