import { merge } from "../../health/merge";
import { baselineOf, noBaseline, type Baseline } from "../../health/past";
import { noCounts, type Series } from "../../health/series";
import type { Sli } from "../../health/sli";
import type { Plan } from "../../plan/plan";
import type { Telemetry } from "../ports";
import type { Release } from "../release";
import { bucketStart, type Observation } from "./observation";

/** How far back every look reads again, at least: events were seen to arrive after 10 to 60 s (live, 2026). */
const rereadMs = 120_000;

/** A stall of the ingestion is caught up with if it lasts no longer than this. */
const longestStallMs = 1_800_000;
/** And no longer than one query reaches. */
const bucketsPerQuery = 300;

/** Both are needed to judge: without the past, clusters of failures that are usual for the Worker would be news. */
export async function readSeries(
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
