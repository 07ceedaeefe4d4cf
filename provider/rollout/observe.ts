import type { Verdict } from "../health/judge";
import { merge } from "../health/merge";
import { probeSeries } from "../health/probes";
import type { Series } from "../health/series";
import type { Sli } from "../health/sli";
import { dispersionOf, noDispersion, type Dispersion } from "../health/dispersion";
import type { Plan } from "../plan/plan";
import { verdictOf } from "./assessment";
import { newer, type Deployment, type ProbeReport, type Telemetry } from "./ports";
import type { Dependencies, Release } from "./release";
import { splitChanges, type State } from "./state";

/** What a release has seen up to now. */
export interface Observation {
  /** The active deployment when it was last read. */
  readonly active: Deployment | undefined;
  /** When the deployments were last read, in milliseconds since the epoch. */
  readonly activeAt: number;
  /** What was served since the release began: one series per SLO, in the plan's order. */
  readonly series: readonly Series[];
  /**
   * How the bad events of each SLI of the old version were dispersed before the release; undefined until that is known.
   */
  readonly dispersions: readonly Dispersion[] | undefined;
  /** What the series say about each SLO, in the plan's order. */
  readonly verdicts: readonly Verdict[];
  /** When the telemetry last answered or, before that, when the looking began; in milliseconds since the epoch. */
  readonly telemetryAt: number;
  /** Up to when the series are known: not at all before the first answer, even where the release is older. */
  readonly seenUntil: number;
  /** What the last look ran into; empty when it saw everything. */
  readonly troubles: readonly string[];
}

/** How far back every look reads again, at least: events were seen to arrive after 10 to 60 s (live, 2026). */
const rereadMs = 120_000;

/** The observation of a release that has not looked yet. */
export function nothingObserved(release: Release, active: Deployment | undefined, now: number): Observation {
  const series = release.plan.slos.map((): Series => []);
  return {
    active,
    activeAt: now,
    series,
    dispersions: undefined,
    verdicts: judgeAll(release, [], series, undefined),
    telemetryAt: now,
    seenUntil: release.startedAt,
    troubles: [],
  };
}

/** Looks at the deployments, the telemetry and the probes once. What cannot be read stays as it was last seen. */
export async function observe(
  release: Release,
  state: State,
  before: Observation,
  dependencies: Dependencies,
): Promise<Observation> {
  const now = dependencies.clock.now();
  const [active, health, probed] = await Promise.allSettled([
    dependencies.deployments.active(),
    readHealth(release, before, now, dependencies.telemetry),
    dependencies.probes.observe(release.newVersionId, release.plan.probes),
  ]);
  const { series, dispersions } = health.status === "fulfilled" ? health.value : before;
  const probes = probed.status === "fulfilled" ? probed.value : undefined;
  const seen = probes === undefined ? series : withProbes(release, series, probes);
  return {
    active: active.status === "fulfilled" ? newer(before.active, active.value) : before.active,
    activeAt: active.status === "fulfilled" ? now : before.activeAt,
    series: seen,
    dispersions,
    verdicts: judgeAll(release, splitChanges(state), seen, dispersions),
    telemetryAt: health.status === "fulfilled" ? now : before.telemetryAt,
    seenUntil: health.status === "fulfilled" ? now : before.seenUntil,
    troubles: [
      ...[active, health, probed].flatMap((result) =>
        result.status === "rejected" ? [messageOf(result.reason)] : [],
      ),
      ...(probes?.troubles ?? []),
    ],
  };
}

type Health = Pick<Observation, "series" | "dispersions">;

/** Both are needed to judge: without the past, clusters of failures that are usual for the Worker would be news. */
async function readHealth(
  release: Release,
  before: Observation,
  now: number,
  telemetry: Telemetry,
): Promise<Health> {
  const { plan, newVersionId, oldVersionId } = release;
  const { from, to } = span(release, before, now);
  const query = {
    slis: telemetrySlis(plan),
    newVersionId,
    oldVersionId,
    bucketMs: plan.pollIntervalMs,
    from,
    to,
  };
  const [fresh, dispersions] = await Promise.all([
    telemetry.read(query),
    before.dispersions ?? dispersionsBefore(release, telemetry),
  ]);
  const read = perSlo(plan, fresh);
  return { series: before.series.map((known, slo) => merge(known, read[slo] ?? [], from)), dispersions };
}

/** How long before the release the old version is looked at, and in how wide buckets: as many as one query gives. */
const pastMs = 3_600_000;
const pastBucketMs = 12_000;

/** The dispersion of each SLI of the old version in the hour before the release. */
async function dispersionsBefore(release: Release, telemetry: Telemetry): Promise<readonly Dispersion[]> {
  const { plan, oldVersionId, startedAt } = release;
  if (oldVersionId === undefined) return plan.slos.map(() => noDispersion);
  // Buckets whose events are still arriving would look like traffic that falls.
  const end = bucketStart(startedAt - plan.settleMs, pastBucketMs);
  const past = await telemetry.read({
    slis: telemetrySlis(plan),
    // Of the time before there is one version to ask for, and its counts come in the place of the new one's.
    newVersionId: oldVersionId,
    oldVersionId: undefined,
    bucketMs: pastBucketMs,
    from: end - pastMs,
    to: end,
  });
  return perSlo(plan, past).map((series) =>
    dispersionOf({ bucketMs: pastBucketMs, buckets: series.map((bucket) => bucket.new) }),
  );
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
  { results }: ProbeReport,
): readonly Series[] {
  const bucketMs = plan.pollIntervalMs;
  const grid = { from: bucketStart(startedAt, bucketMs), bucketMs };
  return plan.slos.map(({ sli }, index) =>
    sli.kind === "probes" ? probeSeries(results, grid) : (series[index] ?? []),
  );
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** The verdict on each SLO by all that counts since the release began. */
function judgeAll(
  release: Release,
  changes: readonly number[],
  series: readonly Series[],
  dispersions: readonly Dispersion[] | undefined,
): readonly Verdict[] {
  return release.plan.slos.map((slo, index) =>
    verdictOf(release, changes, { slo, series: series[index] ?? [], dispersion: dispersions?.[index] }),
  );
}

/**
 * The part of the release to read: from the first bucket that may still change to the one that is going on. The first
 * bucket of a release begins before it; the new version has served nothing there.
 */
function span({ startedAt, plan }: Release, before: Observation, now: number): { from: number; to: number } {
  const bucketMs = plan.pollIntervalMs;
  const settledAt = before.seenUntil - Math.max(rereadMs, 2 * plan.settleMs);
  const from = bucketStart(Math.max(startedAt, settledAt), bucketMs);
  return { from, to: bucketStart(Math.max(now, startedAt), bucketMs) + bucketMs };
}

/** Cloudflare's buckets begin at multiples of their length since the epoch. */
function bucketStart(time: number, bucketMs: number): number {
  return Math.floor(time / bucketMs) * bucketMs;
}
