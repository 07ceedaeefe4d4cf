import { bucketsOfMinute, type Judge, type Watch } from "./judge";
import { queried, Window } from "./window";

/**
 * Flagger: `interval: 1m`, the metric `request-success-rate` with `interval: 1m` and `thresholdRange.min`. Each tick
 * rolls back when `threshold` checks have failed, else it checks. Failed checks add up over the whole release, so the
 * roll back comes one tick after the last of them.
 */
export function flagger(threshold: number): Judge {
  return {
    name: `Flagger ${threshold}`,
    rule: `Rolls back one minute after ${threshold} failed minutes in all.`,
    kind: "max",
    watch: ({ max }) => canary(threshold, max),
  };
}

function canary(threshold: number, max: number): Watch {
  const window = new Window(bucketsOfMinute);
  let everServed = false;
  let buckets = 0;
  let failedChecks = 0;
  return ({ new: counts }) => {
    window.add(counts);
    everServed ||= counts.valid > 0;
    buckets += 1;
    if (buckets % bucketsOfMinute !== 0) return false;
    if (failedChecks >= threshold) return true;
    if (!passes(queried(window.counts, everServed), max)) failedChecks += 1;
    return false;
  };
}

/** Neither an empty answer nor NaN is a value: "no values found" fails the check. */
export function passes(badShare: number | undefined, max: number): boolean {
  return badShare !== undefined && badShare <= max;
}
