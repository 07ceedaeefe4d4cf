import { served, type Served } from "../health/judge";
import { badShare, type Counts, type Series } from "../health/series";
import type { Objective, Plan } from "../plan/plan";
import type { Release } from "./release";

/**
 * The level each SLO is judged at: an equal part of what the whole release may be wrong, so that all SLOs together
 * keep to the plan's `confidence` (Bonferroni).
 */
export function levelPerSlo(plan: Plan): number {
  return (1 - plan.confidence) / plan.slos.length;
}

/** What both versions served since a moment; the bucket it lies in counts as a whole. */
export function servedWithin(release: Release, series: Series, since: number): Served {
  return served(series, since - release.plan.pollIntervalMs + 1);
}

/** The number of requests a stage needs: none at 0 %, where no user meets the new version. */
export function minRequestsIn({ plan }: Release, stage: number): number {
  return plan.stages[stage]?.percent === 0 ? 0 : plan.minRequests;
}

/** How far an SLO is from its limit: the measured share as a part of the limit; 1 is just at it. */
export function strain(slo: Objective, counts: Counts): number {
  if (counts.bad === 0) return 0;
  return slo.max === 0 ? Infinity : badShare(counts) / slo.max;
}
