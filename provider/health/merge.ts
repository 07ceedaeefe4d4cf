import type { Series } from "./series";

/**
 * Puts a fresh reading in the place of what was known from `from` on. Recent buckets are read again until their late
 * events have arrived, so a newer reading of the same time always counts.
 */
export function merge(known: Series, fresh: Series, from: number): Series {
  return [...known.filter((bucket) => bucket.start < from), ...fresh];
}
