import type { Timeframe } from "./buckets";

const DAY_MS = 86_400_000;

/** From this span on the view `calculations` finds nothing: users report 120 h that were full and 144 h that were not. */
const TOO_WIDE_MS = 6 * DAY_MS;

/** Begins a timeframe no earlier than what is kept, and says nothing of it, as a recorded answer does. */
export function withinReach({ from, to }: Timeframe, now: number, keepForMs: number): Timeframe {
  return { from: Math.max(from, now - keepForMs), to };
}

/** Whether calculations over a timeframe answer with success and find nothing. */
export function isTooWide({ from, to }: Timeframe): boolean {
  return to - from >= TOO_WIDE_MS;
}
