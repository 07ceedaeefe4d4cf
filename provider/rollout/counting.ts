import { boundsOf, type Bounds } from "../health/judge";
import { badShare, servedSince, type Served, type Series } from "../health/series";
import type { Objective, Plan } from "../plan/plan";
import type { Release } from "./release";

/**
 * The level an SLO is judged at: for each of its bounds an equal part of what the whole release may be wrong, so that
 * all bounds that can abort it keep to the plan's `confidence` together (Bonferroni).
 */
export function levelOf(slo: Objective, plan: Plan): number {
  const tests = plan.slos
    .filter(({ observeOnly }) => !observeOnly)
    .reduce((sum, each) => sum + boundsOf(each), 0);
  return ((1 - plan.confidence) * boundsOf(slo)) / Math.max(tests, boundsOf(slo));
}

/** What both versions served since a moment; the bucket it lies in counts as a whole. */
export function servedWithin(release: Release, series: Series, since: number): Served {
  return servedSince(series, since - release.plan.pollIntervalMs + 1);
}

/** The buckets that count: those which begin while the versions warm up after a change of the split do not. */
export function judgedOf({ plan }: Release, changes: readonly number[], series: Series): Series {
  if (plan.warmUpMs === 0) return series;
  // The bucket that a change falls into holds what was served right after it.
  return series.filter(({ start }) =>
    changes.every((change) => start + plan.pollIntervalMs <= change || start >= change + plan.warmUpMs),
  );
}

/**
 * The number of events of an SLO that a stage needs: none at 0 %, where no user meets the new version. An SLO on probes
 * needs one at least in every stage: without any, nobody knows whether they reach the new version.
 */
export function minRequestsIn({ plan }: Release, stage: number, { sli }: Objective): number {
  if (sli.kind === "probes") return 1;
  return plan.stages[stage]?.percent === 0 ? 0 : plan.minRequests;
}

/** How many times worse the new version is than the old one: undefined where one of them served nothing. */
export function increaseOf(served: Served): number | undefined {
  if (served.new.valid === 0 || served.old.valid === 0) return undefined;
  if (served.new.bad === 0) return 0;
  return badShare(served.new) / badShare(served.old);
}

/** How far an SLO is from its limit: what was measured as a part of the limit; 1 is just at it. */
export function limitUsage({ max, maxIncrease }: Objective, served: Served): number {
  if (served.new.bad === 0) return 0;
  const ofMax = max === undefined ? 0 : badShare(served.new) / max;
  const ofIncrease = maxIncrease === undefined ? 0 : (increaseOf(served) ?? 0) / maxIncrease;
  return Math.max(ofMax, ofIncrease);
}

/** The largest bad share that an SLO allows for, given what the old version had; undefined where that is nothing. */
export function limitOf({ max, maxIncrease }: Bounds, served: Served): number | undefined {
  const relative =
    maxIncrease === undefined || served.old.valid === 0 ? undefined : maxIncrease * badShare(served.old);
  if (max === undefined || relative === undefined) return max ?? relative;
  return Math.min(max, relative);
}
