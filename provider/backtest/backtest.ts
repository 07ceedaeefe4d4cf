import { courseOf } from "../rollout/look/tally";
import type { Objective, Plan } from "../plan/plan";
import { badness, detectionOf, type Detection } from "./detection";
import { fittingIn, type Fitting } from "./limits";
import { calmLooks, replay, type History, type Replay, type Replayed } from "./replay";
import { stagesOf, type StageTraffic } from "./stages";
import { neededMs, shortestMs, startsIn } from "./starts";
import { endOf, knownMs, type Trace } from "./trace";
import { unchangedOf, type Unchanged } from "./unchanged";
import { usualIn } from "./usual";

/** What a plan would have done. It tells everything that is told of it, in a form for programs. */
export interface Backtest {
  readonly trace: TraceSummary;
  /** What the releases were drawn from: the same seed, trace and plan give the same. */
  readonly seed: number;
  /** The probability of a false abort that the plan's `confidence` allows. */
  readonly level: number;
  readonly unchanged: Unchanged;
  readonly stages: readonly StageTraffic[];
  readonly detection: readonly Detection[];
  readonly limits: readonly Fitting[];
}

/** What was replayed. Times are in milliseconds since the epoch. */
export interface TraceSummary {
  readonly from: number;
  readonly to: number;
  /** How much of it is known. */
  readonly knownMs: number;
  readonly bucketMs: number;
  /** The width that a release judges by. */
  readonly pollIntervalMs: number;
}

/** How a backtest is made. */
export interface Making {
  readonly seed: number;
  /** How many releases are replayed at most. Default: as many as take about a minute of one core, see {@link RunCounts}. */
  readonly most?: RunCounts;
  /** How many times as bad the worse versions are. Default: {@link badness}. */
  readonly badness?: readonly number[];
  /** Called after each release; what it returns is waited for. */
  readonly onProgress?: (progress: ReplayProgress) => Promise<void> | void;
}

/** How many releases are replayed. */
export interface RunCounts {
  /** Of a version that is no different from the old one. */
  readonly unchanged: number;
  /** Of each of the worse versions; 0 leaves them out. */
  readonly worse: number;
}

/** How far a backtest has got. */
export interface ReplayProgress {
  readonly of: "unchanged" | "worse";
  readonly done: number;
  readonly all: number;
}

/** A trace that is too short for a plan. */
export class TooShort extends Error {
  override readonly name = "TooShort";
  constructor(
    readonly knownMs: number,
    readonly neededMs: number,
  ) {
    super(`the trace is known for ${knownMs} ms, ${neededMs} ms in one piece are needed`);
  }
}

/**
 * Replays what an old version served through the rules of a release: a version that is no different from the old one at
 * moments all over the trace, and worse ones from each stage on.
 *
 * @throws TooShort where not one release fits into the trace
 */
export async function backtest(
  plan: Plan,
  trace: Trace,
  { seed, most, badness: tiers = badness, onProgress }: Making,
): Promise<Backtest> {
  const history: History = { plan, trace, usual: usualIn(trace) };
  const starts = startsIn(trace, plan, most?.unchanged ?? unchangedRuns(plan), String(seed));
  if (starts.length === 0) throw new TooShort(knownMs(trace), neededMs(plan));
  // All versions are tried on the same requests: how they differ is then less a matter of luck.
  const replayAt = (at: number, fault?: Replayed["fault"]): Promise<Replay> =>
    replay(history, { at, seed: `${seed} ${at}`, ...(fault && { fault }) });

  const unchanged: Replay[] = [];
  for (const at of starts) {
    unchanged.push(await replayAt(at));
    await onProgress?.({ of: "unchanged", done: unchanged.length, all: starts.length });
  }

  const usable = telling(unchanged);
  const cells = most?.worse === 0 ? [] : cellsOf(history, usable, tiers);
  const tried = cells.filter(({ allowed }) => allowed === false).length;
  const moments = spread(usable, most?.worse ?? worseRuns(plan, tried));
  const all = moments.length * tried;
  let done = 0;
  const detection: Detection[] = [];
  for (const { slo, stage, times, allowed } of cells) {
    const worse: Replay[] = [];
    for (const at of allowed === false ? moments : []) {
      worse.push(await replayAt(at, { slo, times, fromStage: stage }));
      done += 1;
      await onProgress?.({ of: "worse", done, all });
    }
    detection.push(detectionOf(plan, { slo, stage, times }, worse, allowed));
  }

  return {
    trace: summaryOf(trace, plan),
    ...{
      seed,
      level: Number((1 - plan.confidence).toPrecision(6)),
      unchanged: unchangedOf(plan, unchanged),
      detection,
    },
    stages: stagesOf(trace, plan, starts),
    limits: fittingIn(trace, plan),
  };
}

/** So many releases are needed to tell from. */
const fewest = 8;

/**
 * When releases began that tell how soon a worse version is caught: those in which nothing hinders an unchanged one. Where
 * these are too few, those which no SLO aborts.
 */
function telling(unchanged: readonly Replay[]): readonly number[] {
  const passed = unchanged.filter(({ kind }) => kind === "completed");
  const usable =
    passed.length >= fewest
      ? passed
      : unchanged.filter(({ kind }) => kind !== "violated" && kind !== "ranOut");
  return usable.map(({ at }) => at);
}

function summaryOf(trace: Trace, { pollIntervalMs }: Plan): TraceSummary {
  const { from, bucketMs } = trace;
  return { from, to: endOf(trace), knownMs: knownMs(trace), bucketMs, pollIntervalMs };
}

/** How many buckets may be judged to answer each of the two questions: about half a minute of one core. */
const mostJudged = 2_500_000;
/** Comparing latencies takes as much longer than counting what is bad. */
const latencyWeight = 10;
/** No more buckets than those of an hour are judged anew at a look. */
const keptMs = 3_600_000;

function unchangedRuns(plan: Plan): number {
  return within(60, 400, mostJudged / costOf(plan));
}

/** @param tried how many kinds of worse versions there are to try */
function worseRuns(plan: Plan, tried: number): number {
  // Of those that are not caught more looks are made, of the others fewer than of one with which nothing is wrong.
  return within(12, 40, mostJudged / costOf(plan) / Math.max(1, tried));
}

/** How many buckets are judged in a release, at all its looks together. */
function costOf(plan: Plan): number {
  const { slos, stages, pollIntervalMs } = plan;
  const { buckets } = courseOf(plan);
  const weight = slos.reduce((sum, { sli }) => sum + (sli.kind === "slower" ? latencyWeight : 1), 0);
  return ((calmLooks + stages.length) * Math.min(buckets, 2 * (keptMs / pollIntervalMs)) * weight) / 2;
}

function within(least: number, most: number, count: number): number {
  return Math.max(least, Math.min(most, Math.floor(count)));
}

/** The SLOs that stop a release, by their places in the plan. One that is not stated is left out: it is no choice. */
function judged({ slos }: Plan): readonly number[] {
  return slos.flatMap(({ observeOnly, byDefault, sli }, slo) =>
    observeOnly || byDefault || sli.kind === "probes" ? [] : [slo],
  );
}

function servingStages({ stages }: Plan): readonly number[] {
  return stages.flatMap(({ percent }, stage) => (percent > 0 ? [stage] : []));
}

interface CellToTry {
  readonly slo: number;
  readonly stage: number;
  readonly times: number;
  readonly allowed: Detection["allowed"];
}

function cellsOf(
  { plan, trace }: History,
  moments: readonly number[],
  tiers: readonly number[],
): readonly CellToTry[] {
  return judged(plan).flatMap((slo) => {
    const share = meanShare(trace, slo, moments, shortestMs(plan));
    return servingStages(plan).flatMap((stage) =>
      tiers.map((times) => ({ slo, stage, times, allowed: allows(plan.slos[slo], times, share) })),
    );
  });
}

/** The share of bad events while releases are under way that begin at some moments. */
function meanShare(
  { from, bucketMs, buckets }: Trace,
  slo: number,
  moments: readonly number[],
  lastMs: number,
): number {
  let [valid, bad] = [0, 0];
  for (const at of moments) {
    const first = Math.floor((at - from) / bucketMs);
    const last = Math.floor((at + lastMs - from) / bucketMs);
    for (const cells of buckets.slice(first, last + 1)) {
      valid += cells?.[slo]?.valid ?? 0;
      bad += cells?.[slo]?.bad ?? 0;
    }
  }
  return valid > 0 ? bad / valid : 0;
}

/** Whether an SLO allows a version that is so many times as bad as the old one, which has a share of bad events. */
function allows(slo: Objective | undefined, times: number, share: number): Detection["allowed"] {
  if (slo === undefined || times === Infinity) return false;
  if (slo.sli.kind === "slower") return times <= slo.sli.tolerance;
  if (share === 0) return "nothing";
  const { max = 1, maxIncrease = Infinity, margin = 0 } = slo;
  return times * share <= max && times <= maxIncrease + margin / share;
}

/** So many of some moments, as far apart as they can be. */
function spread(moments: readonly number[], count: number): readonly number[] {
  if (moments.length <= count) return moments;
  return Array.from(
    { length: count },
    (_, index) => moments[Math.floor(((index + 0.5) * moments.length) / count)] ?? 0,
  );
}
