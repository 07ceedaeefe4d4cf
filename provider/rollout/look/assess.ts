import { over } from "../../health/dispersion";
import { boundsOf } from "../../health/judge";
import { Judgement, type Bounds, type Judging, type Verdict } from "../../health/judgement";
import { LatencyJudgement } from "../../health/latencyJudgement";
import { unknownPast } from "../../health/latencyPast";
import { OngoingDispersion, settledAfterMs } from "../../health/ongoing";
import { noBaseline } from "../../health/past";
import { badShare, type Bucket, type Served } from "../../health/series";
import { settlingOf, type Settling } from "../../health/settling";
import { comparedResult, soakResult, type SoakResult } from "../../health/soak";
import { isOnRequests } from "../../plan/eventTypes";
import type { Objective, Plan } from "../../plan/plan";
import { bucketStart, type Observation } from "./observation";
import { stagePercent, type Release } from "../release";
import { stagesSoFar, type PastStage, type State } from "../state";
import { judgedBy, type Judged } from "./judged";
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
    return inStage(release, current, takenIn(release, state, observation, index), observation, index);
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
    taken.map((slo, index) => inStage(release, stage, slo, observation, index)),
  );
}

function inStage(
  { plan }: Release,
  { stage, startedAt, endedAt }: PastStage,
  { tally, surge }: Taken,
  { baselines }: Observation,
  index: number,
): Assessment {
  const { slo } = judgedAt(plan, baselines, index);
  const { served, judged } = tally.in(stage);
  const verdict = tally.verdictAfter(stage);
  const least = minRequestsIn(plan, stage, slo);
  const inSoak = over(Math.max(1, endedAt - startedAt), tally.dispersion);
  const result =
    slo.sli.kind === "slower"
      ? comparedResult(verdict.evidence, judged, least)
      : soakResult(slo, judged, least, inSoak);
  return { slo, verdict, served, soak: { served: judged, result }, wrongShare: tally.wrongShare, surge };
}

/** What the buckets of an SLO come to, and the surge that seems to be in those which are not settled. */
interface Taken {
  readonly tally: Tally;
  readonly surge: number;
}

/** What an SLO came to in one bucket. */
export interface TracePoint {
  readonly bucket: Bucket;
  /** The verdict by everything that was served from the begin of the release to the end of the bucket. */
  readonly verdict: Verdict;
}

/** How the verdict on each SLO of the plan came about: bucket by bucket, of those which are kept by themselves. */
export function traces(
  release: Release,
  state: State,
  observation: Observation,
): readonly (readonly TracePoint[])[] {
  return release.plan.slos.map((_, index) => {
    const points: TracePoint[] = [];
    takenIn(release, state, observation, index, (bucket, tally) =>
      points.push({ bucket, verdict: tally.verdict }),
    );
    return points;
  });
}

function takenIn(
  release: Release,
  state: State,
  observation: Observation,
  index: number,
  afterEach: (bucket: Bucket, tally: Tally) => void = () => undefined,
): Taken {
  const { settled, series } = observation;
  const tally = settled?.[index]?.copy() ?? emptyTally(release, observation, index);
  const stages = stagesSoFar(state);
  const own = series[index] ?? [];
  const settling = settlingIn(release, stages, observation, index);
  // Objects stay with one version, crons are few, and a version may log more: only requests follow the split.
  const tellsShare = isOnRequests(sloAt(release.plan, index).sli);
  for (const bucket of own) {
    const isSettled = settling?.isSettled(bucket) ?? false;
    tally.add(bucket, release.plan, stages, {
      floors: settling?.floorsOf(bucket),
      isSettled,
      tellsShare: tellsShare && isSettled,
    });
    afterEach(bucket, tally);
  }
  return { tally, surge: settling?.surge ?? 1 };
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
  return new Tally(judgingOf(plan, baselines, index));
}

function judgingOf(plan: Plan, baselines: Observation["baselines"], index: number): Judging {
  const { slo, dispersion } = judgedAt(plan, baselines, index);
  const [level, course, bucketMs] = [levelOf(slo, plan), courseOf(plan), plan.pollIntervalMs];
  if (slo.sli.kind === "slower") {
    const past = baselines?.[index]?.latencies ?? unknownPast;
    return new LatencyJudgement(level, { past, bucketMs, course });
  }
  const ongoing = baselines && new OngoingDispersion(dispersion, bucketMs);
  return new Judgement(slo, level, { ongoing, course });
}

function judgedAt(plan: Plan, baselines: Observation["baselines"], index: number): Judged {
  return judgedBy(sloAt(plan, index), baselines?.[index] ?? noBaseline);
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
 * all bounds that can abort it keep to the plan's `confidence` together (Bonferroni). One that the plan does not state
 * takes a tenth of such a part: it is there for what shows at any level, and makes the others hardly slower.
 */
export function levelOf(slo: Objective, plan: Plan): number {
  const tests = plan.slos
    .filter(({ observeOnly }) => !observeOnly)
    .reduce((sum, each) => sum + weightOf(each), 0);
  return ((1 - plan.confidence) * weightOf(slo)) / Math.max(tests, weightOf(slo));
}

/** A comparison of latencies is one test, though it has no bound on a share. */
function weightOf(slo: Objective): number {
  return (slo.sli.kind === "slower" ? 1 : boundsOf(slo)) * (slo.byDefault ? 0.1 : 1);
}

/**
 * The number of events of an SLO that a stage needs: none at 0 %, where no user meets the new version, none of what the
 * plan does not state, and beside requests none of crons and the like, which may come once an hour. An SLO on probes
 * needs one at least in every stage: without any, nobody knows whether they reach the new version.
 */
function minRequestsIn(plan: Plan, stage: number, { sli, byDefault }: Objective): number {
  if (sli.kind === "probes") return 1;
  if (byDefault || ("on" in sli && judgesRequests(plan))) return 0;
  return plan.stages[stage]?.percent === 0 ? 0 : plan.minRequests;
}

function judgesRequests({ slos }: Plan): boolean {
  return slos.some(({ sli, byDefault }) => !byDefault && isOnRequests(sli));
}

/** The visitors' requests that the new version has served in the current stage, as far as they were counted. */
export function requestsServed(release: Release, state: State, observation: Observation): number {
  const counted = assess(release, state, observation)
    .filter(({ slo: { sli } }) => sli.kind !== "probes" && isOnRequests(sli))
    .map(({ served }) => served.new.valid);
  return Math.max(0, ...counted);
}

/** How much of its limit an SLO has used: what was measured as a part of the limit; 1 is just at it. */
export function limitUsage({ max, maxIncrease, margin = 0, alone }: Bounds, served: Served): number {
  const share = badShare(served.new);
  if (share === 0) return 0;
  const ofMax = max === undefined ? 0 : share / max;
  if (maxIncrease === undefined) return ofMax;
  if (served.old.valid === 0) return Math.max(ofMax, alone === undefined ? 0 : share / alone);
  return Math.max(ofMax, share / (badShare(served.old) + margin / maxIncrease) / maxIncrease);
}

/** The largest bad share that an SLO allows for, given what the old version had; undefined where that is nothing. */
export function limitOf(slo: Bounds, served: Served): number | undefined {
  const limits = [slo.max, relativeLimit(slo, served)].filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

function relativeLimit({ maxIncrease, margin = 0, alone }: Bounds, { old }: Served): number | undefined {
  if (maxIncrease === undefined) return undefined;
  return old.valid === 0 ? alone : maxIncrease * badShare(old) + margin;
}
