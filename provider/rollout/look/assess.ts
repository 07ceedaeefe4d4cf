import { over } from "../../health/dispersion";
import { boundsOf } from "../../health/judge";
import { Judgement, type Bounds, type Verdict } from "../../health/judgement";
import { OngoingDispersion, settledAfterMs } from "../../health/ongoing";
import { badShare, type Served } from "../../health/series";
import { settlingOf, type Settling } from "../../health/settling";
import { soakResult, type SoakResult } from "../../health/soak";
import type { Objective, Plan } from "../../plan/plan";
import { bucketStart, type Observation } from "./observe";
import { stagePercent, type Release } from "../release";
import { stagesSoFar, type PastStage, type State } from "../state";
import type { WrongShare } from "./shareWatch";
import { courseOf, stageOf, Tally } from "./tally";

/** What is known of one SLO in one stage: decisions, the live line and the report are all made from it. */
export interface Assessment {
  readonly slo: Objective;
  /** The verdict by everything that was served from the begin of the release to the end of the stage. */
  readonly verdict: Verdict;
  /** What was served in the stage, its first seconds included. */
  readonly served: Served;
  /** What counts of the soak, without the warm-up after each change of the split, and what it has shown. */
  readonly soak: { readonly served: Served; readonly result: SoakResult };
  /** That the new version does not serve the share it was given; undefined as long as it may. */
  readonly wrongShare: WrongShare | undefined;
  /** How many times the usual traffic there seems to be, from 1 to 10; or else both versions are in trouble. */
  readonly surge: number;
}

/** Judges every SLO of the plan by what was observed, in the plan's order. */
export function assess(release: Release, state: State, observation: Observation): readonly Assessment[] {
  const [stage] = stagesSoFar(state, observation.seenUntil).slice(-1);
  const current = stage ?? { stage: state.stage, startedAt: state.since, endedAt: state.since };
  return release.plan.slos.map((_, index) => {
    return inStage(release, current, takenIn(release, state, observation, index), index);
  });
}

/** The same for each stage of a release that ends at `now`. */
export function assessStages(
  release: Release,
  state: State,
  observation: Observation,
  now: number,
): readonly (readonly Assessment[])[] {
  const taken = release.plan.slos.map((_, index) => takenIn(release, state, observation, index));
  return stagesSoFar(state, now).map((stage) =>
    taken.map((slo, index) => inStage(release, stage, slo, index)),
  );
}

function inStage(
  { plan }: Release,
  { stage, startedAt, endedAt }: PastStage,
  { tally, surge }: Taken,
  index: number,
): Assessment {
  const slo = sloAt(plan, index);
  const { served, judged } = tally.in(stage);
  const dispersion = over(Math.max(1, endedAt - startedAt), tally.dispersion);
  const result = soakResult(slo, judged, minRequestsIn(plan, stage, slo), dispersion);
  const verdict = tally.verdictAfter(stage);
  return { slo, verdict, served, soak: { served: judged, result }, wrongShare: tally.wrongShare, surge };
}

/** What the buckets of an SLO come to, and the surge that seems to be in those which are not settled. */
interface Taken {
  readonly tally: Tally;
  readonly surge: number;
}

function takenIn(release: Release, state: State, observation: Observation, index: number): Taken {
  const { settled, series } = observation;
  const tally = settled?.[index]?.copy() ?? emptyTally(release, observation, index);
  const stages = stagesSoFar(state);
  const own = series[index] ?? [];
  const settling = settlingIn(release, stages, observation, index);
  const tellsShare = isOfRequests(sloAt(release.plan, index).sli);
  for (const bucket of own) {
    const isSettled = settling?.isSettled(bucket) ?? false;
    tally.add(bucket, release.plan, stages, {
      floors: settling?.floorsOf(bucket),
      tellsShare: tellsShare && isSettled,
    });
  }
  return { tally, surge: settling?.surge ?? 1 };
}

/** Whether an SLI counts all requests. Which log lines one of one's own counts, only its author knows. */
function isOfRequests(sli: Objective["sli"]): boolean {
  return sli.kind !== "probes" && (sli.kind !== "custom" || sli.valid.length === 0);
}

/** What unsettled buckets are judged with; undefined where it is not known what is usual, and for probes, which are seen at once. */
function settlingIn(
  release: Release,
  stages: readonly PastStage[],
  { series, seenUntil, baselines }: Observation,
  index: number,
): Settling | undefined {
  const { plan, startedAt } = release;
  const perMs = baselines?.[index]?.perMs;
  if (perMs === undefined || sloAt(plan, index).sli.kind === "probes") return undefined;
  const bucketMs = plan.pollIntervalMs;
  const before = { valid: perMs.valid * bucketMs, bad: perMs.bad * bucketMs };
  const shareAt = (start: number): number => {
    const stage = stageOf({ start }, plan, stages);
    return stage === -1 ? 0 : stagePercent(release, stage) / 100;
  };
  const settledUntil = bucketStart(seenUntil - Math.max(settledAfterMs, plan.settleMs), bucketMs);
  const since = bucketStart(startedAt, bucketMs);
  return settlingOf(series[index] ?? [], { bucketMs, since, settledUntil, before, shareAt });
}

function emptyTally({ plan }: Release, { baselines }: Observation, index: number): Tally {
  const slo = sloAt(plan, index);
  const known = baselines?.[index];
  const ongoing = known && new OngoingDispersion(known.dispersion, plan.pollIntervalMs);
  return new Tally(new Judgement(slo, levelOf(slo, plan), { ongoing, course: courseOf(plan) }));
}

function sloAt({ slos }: Plan, index: number): Objective {
  const slo = slos[index];
  if (slo === undefined) throw new RangeError(`the plan has no SLO ${index + 1}`);
  return slo;
}

/** How long a bucket is kept by itself, in milliseconds: no reading goes back further. */
export const keptMs = 3_600_000;

/**
 * An observation whose old buckets are taken into tallies, and kept no longer. What they came to is final only once no
 * change of the split among them can turn up any more.
 */
export function settle(release: Release, state: State, observation: Observation): Observation {
  const { series, seenUntil, deployments, baselines } = observation;
  const { pollIntervalMs } = release.plan;
  if (baselines === undefined || (state.failure?.lostAt ?? state.lostAt) !== undefined) return observation;
  const until = Math.min(seenUntil - keptMs, deployments.answeredAt - pollIntervalMs);
  const isOld = (start: number): boolean => start + pollIntervalMs <= until;
  if (!series.some(([first]) => first !== undefined && isOld(first.start))) return observation;
  const old = { ...observation, series: series.map((all) => all.filter(({ start }) => isOld(start))) };
  return {
    ...observation,
    settled: release.plan.slos.map((_, index) => takenIn(release, state, old, index).tally),
    settledUntil: until,
    series: series.map((all) => all.filter(({ start }) => !isOld(start))),
  };
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
