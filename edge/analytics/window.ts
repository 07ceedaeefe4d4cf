import { DIMENSIONS } from "./dimensions";
import type { Comparison, Filter } from "./filter";

/** When the invocations began that a query is about, in epoch seconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

const DAY = 86_400;

/** "One month": the live API refuses more with "cannot request a time range wider than 4w4d" (users, 2026). */
const WIDEST = 32 * DAY;

/** "Three months": it refuses more with "cannot request data older than 12w6d". */
const OLDEST = 90 * DAY;

/**
 * The time that a filter leaves. One without a lower bound leaves all time up to now. What only one side of an `OR`
 * says bounds nothing.
 */
export function windowOf(filter: Filter, now: number): Window {
  const bounds = boundsIn(filter);
  const from = Math.max(0, ...bounds.flatMap(({ from }) => from ?? []));
  const to = Math.min(...bounds.flatMap(({ to }) => to ?? []));
  return { from, to: Number.isFinite(to) ? to : now };
}

/** Why the live API would not read a window, if it would not. */
export function faultOf({ from, to }: Window, now: number): string | undefined {
  if (to - from > WIDEST) {
    return `cannot request a time range wider than ${spelled(WIDEST)}, but your query time range spans ${spelled(to - from)}`;
  }
  if (now - from > OLDEST) {
    return `cannot request data older than ${spelled(OLDEST)}, but your query requests data from ${spelled(now - from)} ago`;
  }
  return undefined;
}

function boundsIn(filter: Filter): Partial<Window>[] {
  if (filter.kind === "comparison") return [boundsOf(filter.comparison)];
  return filter.kind === "and" || filter.filters.length === 1 ? filter.filters.flatMap(boundsIn) : [];
}

function boundsOf({ dimension, operator, value }: Comparison): Partial<Window> {
  const { type } = DIMENSIONS[dimension];
  if (type !== "Time" && type !== "Date") return {};
  const times = [value].flat().map((one) => (typeof one === "number" ? one : Date.parse(one) / 1000));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  switch (operator) {
    case "gt":
    case "geq":
      return { from };
    case "lt":
    case "leq":
      return { to };
    case "eq":
    case "in":
      return { from, to };
    case "neq":
    case "like":
      return {};
  }
}

const UNITS = [
  ["w", 7 * DAY * 1000],
  ["d", DAY * 1000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** A length of time as the live API spells it: `4w2d1h32m38s`. */
function spelled(seconds: number): string {
  let left = Math.round(seconds * 1000);
  const parts = UNITS.map(([unit, ms]) => {
    const count = Math.floor(left / ms);
    left -= count * ms;
    return count === 0 ? "" : `${count}${unit}`;
  });
  return parts.join("");
}
