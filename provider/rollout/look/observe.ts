import { reachAfter, telling, type Reach } from "./cutOff";
import { Deadline } from "./deadline";
import { merge } from "../../health/merge";
import { baselineOf, noBaseline, type Baseline } from "../../health/past";
import { probeSeries, type ProbeResult } from "../../health/probes";
import { quietOf, rateBefore } from "../../health/quiet";
import { noCounts, validIn, type Bucket, type Series } from "../../health/series";
import type { Sli } from "../../health/sli";
import type { Plan } from "../../plan/plan";
import {
  alone,
  PortError,
  unlessFault,
  type Deployment,
  type LookPace,
  type Pace,
  type ProbeReport,
  type Telemetry,
} from "../ports";
import type { Dependencies, Release } from "../release";
import { gapIn, type Gap } from "./gap";
import { meaningOf } from "./meaning";
import { answered, unanswered, unasked, type Source } from "./source";
import type { Tally } from "./tally";
import { isAskable, testimonyOn, type Testimony } from "./testimony";
import { uploadsLeft } from "./window";
import { readActive } from "../write/write";

/** What a release has read up to now. It judges nothing. */
export interface Observation {
  /** The active deployment when it was last read. */
  readonly active: Deployment | undefined;
  readonly deployments: Source;
  readonly telemetry: Source;
  /** The metrics, which are asked only where the telemetry shows a gap. */
  readonly metrics: Source;
  /** What is known of that gap; undefined where there is none, or nothing is known yet. */
  readonly testimony: Testimony | undefined;
  /** What was served since the release began, or since `settledUntil`: one series per SLO, in the plan's order. */
  readonly series: readonly Series[];
  /** What was served before that: one tally per SLO; undefined as long as all buckets are kept. */
  readonly settled: readonly Tally[] | undefined;
  /** In milliseconds since the epoch. */
  readonly settledUntil: number;
  /** What the old version's hour before the release has shown, for each SLO; undefined until that is known. */
  readonly baselines: readonly Baseline[] | undefined;
  /** Whether it is known that the telemetry shows what has to be judged. */
  readonly isReady: boolean;
  /**
   * Up to when the series are known: not at all before the first answer, even where the release is older, and not while
   * the telemetry is suspiciously quiet.
   */
  readonly seenUntil: number;
  /** When a look last showed requests that none had shown before; before the first look, when the watching began. */
  readonly arrivedAt: number;
  readonly reach: Reach;
  /** How many requests of both versions came in a millisecond at that time. */
  readonly arrivalsPerMs: number;
  /** After how many more uploads the old version can no longer be deployed; undefined where that is not known. */
  readonly uploadsLeft: number | undefined;
  /** When that was asked last. */
  readonly uploadsAt: number;
  /** True when somebody else has deployed since the deployments were read. */
  readonly isOvertaken: boolean;
  /** How often there was to be a look when the last one was made. */
  readonly pace: LookPace;
  /** What the last look ran into; empty when it saw everything. */
  readonly troubles: readonly string[];
}

/** Uploads come a few a day; each question costs a request. */
const uploadsEveryMs = 300_000;
/** Where readings of the deployments are rare, so are these. */
const readingsPerUploads = 3;

/** How far back every look reads again, at least: events were seen to arrive after 10 to 60 s (live, 2026). */
const rereadMs = 120_000;

/** A stall of the ingestion is caught up with if it lasts no longer than this. */
const longestStallMs = 1_800_000;
/** And no longer than one query reaches. */
const bucketsPerQuery = 300;

/** The observation of a release that has not looked yet. */
export function nothingObserved(
  release: Release,
  active: Deployment | undefined,
  now: number,
  isReady: boolean,
): Observation {
  return {
    active,
    deployments: answered(now),
    telemetry: answered(now),
    metrics: answered(now),
    testimony: undefined,
    series: release.plan.slos.map((): Series => []),
    settled: undefined,
    settledUntil: bucketStart(release.startedAt, release.plan.pollIntervalMs),
    baselines: undefined,
    isReady,
    seenUntil: release.startedAt,
    arrivedAt: now,
    reach: { heardAt: now, cutOffs: [] },
    arrivalsPerMs: 0,
    uploadsLeft: undefined,
    uploadsAt: now,
    isOvertaken: false,
    pace: alone.interval(release.plan.pollIntervalMs),
    troubles: [],
  };
}

/** What a look needs: what is read has to answer in time, all of it. */
interface Look extends Dependencies {
  readonly deadline: Deadline;
  readonly pace: Pace;
}

/** A look that takes longer than the release may be blind has seen nothing. */
async function inTime<T>(
  { plan }: Release,
  dependencies: Dependencies,
  stop: AbortSignal | undefined,
  read: (look: Look) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(plan.maxBlindMs, dependencies.clock, stop);
  try {
    return await read({ pace: alone, ...dependencies, deadline });
  } finally {
    deadline.end();
  }
}

/**
 * Reads the deployments, the telemetry and the probes once. What cannot be read stays as it was last seen, and so do the
 * deployments where others that share the token's limit come first.
 *
 * @param isOpen whether a write of the release may still show: then the deployments are read
 */
export function observe(
  release: Release,
  before: Observation,
  dependencies: Dependencies,
  isOpen = false,
): Promise<Observation> {
  // Where an interruption reverts, it does not wait for the look.
  const stop = release.plan.onInterrupt === "revert" ? dependencies.interruption : undefined;
  return inTime(release, dependencies, stop, (look) => observeAll(release, before, look, isOpen));
}

async function observeAll(
  release: Release,
  known: Observation,
  look: Look,
  isOpen: boolean,
): Promise<Observation> {
  const before = { ...known, pace: look.pace.interval(release.plan.pollIntervalMs) };
  const [deployed, uploads, health, probed] = await Promise.all([
    readDeployments(release, before, look, isOpen),
    readUploads(release, before, look),
    readTelemetry(release, before, look),
    readProbes(release, before, look),
  ]);
  const { isHeard, ...seen } = health;
  const sources = [deployed.deployments, seen.telemetry];
  const hasAnswered = isHeard || deployed.deployments.failures === 0;
  const reach = reachAfter(before.reach, sources, hasAnswered, look.clock.now());
  const results = telling(probed.results, release.plan.probes, reach.cutOffs);
  return {
    ...deployed,
    ...uploads,
    ...seen,
    reach,
    series: withProbes(release, seen.series, results, before.settledUntil),
    settled: before.settled,
    settledUntil: before.settledUntil,
    isOvertaken: before.isOvertaken && deployed.deployments.failures > 0,
    pace: before.pace,
    troubles: [deployed.deployments.trouble, seen.telemetry.trouble, ...probed.troubles].filter(
      (trouble) => trouble !== "",
    ),
  };
}

/** Reads the deployments alone: before its first split a release has nothing else to see. */
export async function observeDeployments(
  release: Release,
  before: Observation,
  dependencies: Dependencies,
): Promise<Observation> {
  const deployed = await inTime(release, dependencies, undefined, (look) =>
    readDeployments(release, before, look, true),
  );
  const { trouble } = deployed.deployments;
  return { ...before, ...deployed, troubles: trouble === "" ? [] : [trouble] };
}

type Deployed = Pick<Observation, "active" | "deployments">;

async function readDeployments(
  release: Release,
  before: Observation,
  look: Look,
  isOpen: boolean,
): Promise<Deployed> {
  const { active, deployments } = before;
  if (!isOpen && !isDue(before, look)) {
    const isFailing = deployments.failures > 0;
    return { active, deployments: isFailing ? deployments : unasked(deployments, look.clock.now()) };
  }
  const urgency = isOpen ? "write" : "look";
  const read = await ask(release, deployments, look, () => readActive(active, look.deployments, urgency));
  return { active: read.isAnswer ? read.value : active, deployments: read.source };
}

/** Where there are many releases, they read their deployments in turns. One that does not answer is asked again. */
function isDue({ deployments, pace: { everyMs, deploymentsEveryMs } }: Observation, look: Look): boolean {
  const isAtEveryLook = deploymentsEveryMs <= everyMs || deployments.failures > 0;
  return look.pace.grants(look.clock.now() - deployments.answeredAt, isAtEveryLook ? 0 : deploymentsEveryMs);
}

async function readUploads(
  release: Release,
  { uploadsLeft: known, uploadsAt, pace: { deploymentsEveryMs } }: Observation,
  { deployments, clock, deadline, pace }: Look,
): Promise<Pick<Observation, "uploadsLeft" | "uploadsAt">> {
  const now = clock.now();
  const everyMs = Math.max(uploadsEveryMs, readingsPerUploads * deploymentsEveryMs);
  if (!pace.grants(now - uploadsAt, everyMs)) return { uploadsLeft: known, uploadsAt };
  const left = await deadline.within(uploadsLeft(release, deployments)).catch(unlessFault(undefined));
  return { uploadsLeft: left, uploadsAt: now };
}

/** What came of the probes; nothing where that is not known in time. */
async function readProbes(
  { newVersionId, plan }: Release,
  { settledUntil }: Observation,
  { probes, deadline }: Look,
): Promise<ProbeReport> {
  return deadline
    .within(probes.observe(newVersionId, plan.probes, settledUntil))
    .catch(unlessFault({ results: [], troubles: ["The probes did not answer in time."] }));
}

type Heard = Pick<Observation, "metrics" | "testimony">;
type Health = Heard &
  Pick<
    Observation,
    "telemetry" | "series" | "baselines" | "isReady" | "seenUntil" | "arrivedAt" | "arrivalsPerMs"
  >;

/** `isHeard` where the telemetry has answered, whatever it says. */
async function readTelemetry(
  release: Release,
  before: Observation,
  look: Look,
): Promise<Health & { readonly isHeard: boolean }> {
  const { telemetry, clock } = look;
  const askedAt = clock.now();
  const read = await ask(release, before.telemetry, look, async () => {
    await requireReadiness(release, before, telemetry);
    // An interruption has ended the look meanwhile: what is asked now, nobody would hear.
    if (look.deadline.isPast) throw new PortError("unavailable", "The look was broken off.");
    return readHealth(release, before, askedAt, telemetry);
  });
  if (!read.isAnswer) {
    const { series, baselines, isReady, seenUntil, arrivedAt, arrivalsPerMs, testimony, metrics } = before;
    const known = { series, baselines, isReady, seenUntil, arrivedAt, arrivalsPerMs, testimony, metrics };
    return { ...known, telemetry: read.source, isHeard: false };
  }
  const answer = { ...read.value, telemetry: read.source };
  return { ...(await asFarAsSeen(release, before, answer, askedAt, look)), isHeard: true };
}

/**
 * What an answer shows, and up to when. One that shows nothing new where much should have come says no more than the one
 * before: requests that nobody has seen are not requests that went well. Whether telemetry is still switched on is asked
 * again then, and the metrics are asked who came.
 */
async function asFarAsSeen(
  release: Release,
  before: Observation,
  read: Pick<Health, "series" | "baselines" | "telemetry">,
  askedAt: number,
  look: Look,
): Promise<Health> {
  const slo = busiest(read.baselines);
  const series = read.series[slo] ?? [];
  const arrived = arrivals(before.series[slo], series) > 0 || read.baselines?.[slo] === undefined;
  const arrivedAt = arrived ? askedAt : before.arrivedAt;
  const { usual } = read.baselines?.[slo] ?? noBaseline;
  // Of a gap that lasts for hours, what came before it is no longer kept.
  const perMs = arrived ? rateBefore(arrivedAt, series, release.startedAt, usual) : before.arrivalsPerMs;
  const quiet = quietOf(askedAt - arrivedAt, perMs, usual.burst);
  const rate = { perMs, burst: usual.burst };
  const gap = gapIn(release, { active: before.active, series, quiet, rate, now: askedAt });
  const heard = await testify(release, before, gap, askedAt, look);
  const { plan } = release;
  const meaning = meaningOf({
    ...heard,
    plan,
    gap,
    quiet,
    arrivedAt,
    now: askedAt,
    telemetry: before.telemetry,
  });
  return { ...read, ...heard, arrivedAt, arrivalsPerMs: perMs, ...meaning };
}

/** What is known of a gap is asked anew so often, since it goes on. */
const testifyEveryMs = 30_000;

/** What is known of a gap. It costs requests, so what is known is not asked for at every look. */
async function testify(
  release: Release,
  { metrics, testimony: before }: Observation,
  gap: Gap | undefined,
  now: number,
  look: Look,
): Promise<Heard> {
  if (gap === undefined) return { metrics, testimony: undefined };
  // Nothing was seen of it meanwhile: it is the same gap.
  const testimony = before?.of === gap.of ? before : undefined;
  const isKnown = testimony !== undefined && testimony.finding !== "unknown";
  const isFresh = isKnown && now < testimony.askedAt + testifyEveryMs;
  if (isFresh || !isAskable(gap, now)) return { metrics, testimony };
  const read = await ask(release, metrics, look, () => testimonyOn(gap, now, release, look, testimony));
  return { metrics: read.source, testimony: read.isAnswer ? read.value : testimony };
}

/** The SLO with the most events: of all that should be there, they are missed first. */
function busiest(baselines: readonly Baseline[] = []): number {
  const rates = baselines.map(({ usual }) => usual.perMs);
  return Math.max(0, rates.indexOf(Math.max(...rates)));
}

/** How many valid events of both versions a series has that it did not have before. */
function arrivals(before: Series = [], now: Series = []): number {
  return validIn(now) - validIn(before);
}

/** A run that resumes a release finds out while it watches what a release that starts finds out before. */
async function requireReadiness(
  { plan }: Release,
  { isReady }: Observation,
  telemetry: Telemetry,
): Promise<void> {
  if (isReady) return;
  const { blindBecause } = await telemetry.readiness(telemetrySlis(plan), "telemetry");
  if (blindBecause !== undefined) throw new Error(blindBecause);
}

type Read<T> = { readonly source: Source } & (
  { readonly isAnswer: true; readonly value: T } | { readonly isAnswer: false }
);

/** Asks a source, unless it is to be left alone. */
async function ask<T>(
  { plan }: Release,
  before: Source,
  { clock, random, deadline }: Look,
  question: () => Promise<T>,
): Promise<Read<T>> {
  if (clock.now() < before.notBefore) return { isAnswer: false, source: before };
  try {
    const value = await deadline.within(question());
    return { isAnswer: true, value, source: answered(clock.now()) };
  } catch (error) {
    return { isAnswer: false, source: unanswered(before, error, clock.now(), { ...plan, random }) };
  }
}

/** Both are needed to judge: without the past, clusters of failures that are usual for the Worker would be news. */
async function readHealth(
  release: Release,
  before: Observation,
  now: number,
  telemetry: Telemetry,
): Promise<Pick<Observation, "series" | "baselines">> {
  const { plan, newVersionId, oldVersionId } = release;
  const { from, to } = span(release, before, now);
  const slis = telemetrySlis(plan);
  const query = { slis, newVersionId, oldVersionId, bucketMs: plan.pollIntervalMs, from, to };
  const [fresh, baselines] = await Promise.all([
    telemetry.read(query),
    before.baselines ?? baselinesBefore(release, telemetry),
  ]);
  const read = perSlo(plan, fresh);
  return { series: before.series.map((known, slo) => merge(known, read[slo] ?? [], from)), baselines };
}

/** How long before the release the old version is looked at, and in how wide buckets: as many as one query gives. */
const pastMs = 3_600_000;
const pastBucketMs = 12_000;

/** The baseline of each SLO: what the old version has shown in the hour before the release. */
async function baselinesBefore(release: Release, telemetry: Telemetry): Promise<readonly Baseline[]> {
  const { plan, oldVersionId, startedAt } = release;
  if (oldVersionId === undefined) return plan.slos.map(() => noBaseline);
  // Buckets whose events are still arriving would look like traffic that falls.
  const end = bucketStart(startedAt - plan.settleMs, pastBucketMs);
  const past = await telemetry.read({
    slis: telemetrySlis(plan).map(withItself),
    // Before the release only the old version served: it is asked for as the new one, and compared with none.
    newVersionId: oldVersionId,
    oldVersionId: undefined,
    bucketMs: pastBucketMs,
    from: end - pastMs,
    to: end,
  });
  return perSlo(plan, past).map((series) => {
    const counts = new Map(series.map((bucket) => [bucket.start, bucket.new]));
    const buckets = Array.from(
      { length: pastMs / pastBucketMs },
      (_, index) => counts.get(end - pastMs + index * pastBucketMs) ?? noCounts,
    );
    return baselineOf({ bucketMs: pastBucketMs, buckets });
  });
}

/** A version that is compared with itself is not allowed anything. */
function withItself(sli: Sli): Sli {
  return sli.kind === "slower" ? { ...sli, tolerance: 1 } : sli;
}

/** What the telemetry is asked for; it knows nothing of probes. */
export function telemetrySlis({ slos }: Plan): readonly Sli[] {
  return slos.flatMap(({ sli }) => (sli.kind === "probes" ? [] : [sli]));
}

/** The series of {@link telemetrySlis} by the plan's SLOs: an empty one for probes. */
function perSlo({ slos }: Plan, read: readonly Series[]): readonly Series[] {
  const rest = [...read];
  return slos.map(({ sli }) => (sli.kind === "probes" ? [] : (rest.shift() ?? [])));
}

function withProbes(
  { plan, startedAt }: Release,
  series: readonly Series[],
  results: readonly ProbeResult[],
  settledUntil: number,
): readonly Series[] {
  const bucketMs = plan.pollIntervalMs;
  const grid = { from: bucketStart(startedAt, bucketMs), bucketMs };
  const isKept = ({ start }: Bucket): boolean => start + bucketMs > settledUntil;
  return plan.slos.map(({ sli }, index) =>
    sli.kind === "probes" ? probeSeries(results, grid).filter(isKept) : (series[index] ?? []),
  );
}

/**
 * The part of the release to read: from the first bucket that may still change to the one that is going on. The first
 * bucket of a release begins before it; the new version has served nothing there.
 */
function span({ startedAt, plan }: Release, before: Observation, now: number): { from: number; to: number } {
  const bucketMs = plan.pollIntervalMs;
  const settledAt = Math.max(
    lastServedIn(plan, before) - Math.max(rereadMs, 2 * plan.settleMs),
    before.seenUntil - Math.min(longestStallMs, bucketsPerQuery * bucketMs),
  );
  const from = bucketStart(Math.max(startedAt, settledAt), bucketMs);
  return { from, to: bucketStart(Math.max(now, startedAt), bucketMs) + bucketMs };
}

/** Until when anything is known to have been served: where ingestion stalls, that is long before the last answer. */
function lastServedIn({ slos }: Plan, { series, seenUntil }: Observation): number {
  const counted = series.filter((_, index) => slos[index]?.sli.kind !== "probes");
  return Math.min(seenUntil, Math.max(...counted.map((all) => all.at(-1)?.start ?? -Infinity)));
}

/** Cloudflare's buckets begin at multiples of their length since the epoch. */
export function bucketStart(time: number, bucketMs: number): number {
  return Math.floor(time / bucketMs) * bucketMs;
}
