import { noDispersion, over, type Dispersion } from "../health/dispersion";
import { boundsOf, verdictOn, type Bounds, type Verdict } from "../health/judge";
import { badShare, servedSince, type Served, type Series } from "../health/series";
import { soakResult, type SoakResult } from "../health/soak";
import type { Objective, Plan } from "../plan/plan";
import type { Observation } from "./observe";
import type { Release } from "./release";
import { splitChanges, stageStart, type PastStage, type State } from "./state";

/** What is known of one SLO: the only result that decisions, the live line and the report are made from. */
export interface Assessment {
  readonly slo: Objective;
  /** The verdict by everything that was served since the release began. */
  readonly verdict: Verdict;
  /** What was served in the current stage, its first seconds included. */
  readonly served: Served;
  /** What counts of the current soak, without the warm-up after each change of the split, and what it has shown. */
  readonly soak: Soak;
}

/** What counts of a soak for an SLO, and what it has shown. */
export interface Soak {
  readonly served: Served;
  readonly result: SoakResult;
}

/** Judges every SLO of the plan by what was observed, in the plan's order. */
export function assess(release: Release, state: State, observation: Observation): readonly Assessment[] {
  const stage = { stage: state.stage, startedAt: stageStart(state), endedAt: observation.seenUntil };
  return assessStage(release, splitChanges(state), stage, observation);
}

/** As {@link assess}, for one stage of a release whose split changed at `changes`. */
export function assessStage(
  release: Release,
  changes: readonly number[],
  stage: PastStage,
  { series, dispersions }: Pick<Observation, "series" | "dispersions">,
): readonly Assessment[] {
  const { plan } = release;
  return plan.slos.map((slo, index) => {
    const all = series[index] ?? [];
    const judged = judgedOf(plan, changes, all);
    const dispersion = dispersions?.[index] ?? noDispersion;
    return {
      slo,
      verdict: verdictOn(slo, judged, levelOf(slo, plan), over(plan.pollIntervalMs, dispersion)),
      served: servedWithin(plan, all, stage.startedAt),
      soak: soakOf(plan, stage, slo, judged, dispersion),
    };
  });
}

function soakOf(
  plan: Plan,
  { stage, startedAt, endedAt }: PastStage,
  slo: Objective,
  judged: Series,
  dispersion: Dispersion,
): Soak {
  const served = servedWithin(plan, judged, startedAt);
  const soakMs = Math.max(1, endedAt - startedAt);
  const result = soakResult(slo, served, minRequestsIn(plan, stage, slo), over(soakMs, dispersion));
  return { served, result };
}

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
function servedWithin({ pollIntervalMs }: Plan, series: Series, since: number): Served {
  return servedSince(series, since - pollIntervalMs + 1);
}

/** The buckets that count: those which begin while the versions warm up after a change of the split do not. */
function judgedOf({ pollIntervalMs, warmUpMs }: Plan, changes: readonly number[], series: Series): Series {
  if (warmUpMs === 0) return series;
  // The bucket that a change falls into holds what was served right after it.
  return series.filter(({ start }) =>
    changes.every((change) => start + pollIntervalMs <= change || start >= change + warmUpMs),
  );
}

/**
 * The number of events of an SLO that a stage needs: none at 0 %, where no user meets the new version. An SLO on probes
 * needs one at least in every stage: without any, nobody knows whether they reach the new version.
 */
function minRequestsIn(plan: Plan, stage: number, { sli }: Objective): number {
  if (sli.kind === "probes") return 1;
  return plan.stages[stage]?.percent === 0 ? 0 : plan.minRequests;
}

/** How many times worse the new version is than the old one: undefined where one of them served nothing. */
function increaseOf(served: Served): number | undefined {
  if (served.new.valid === 0 || served.old.valid === 0) return undefined;
  if (served.new.bad === 0) return 0;
  return badShare(served.new) / badShare(served.old);
}

/** How much of its limit an SLO has used: what was measured as a part of the limit; 1 is just at it. */
export function limitUsage({ max, maxIncrease }: Bounds, served: Served): number {
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
