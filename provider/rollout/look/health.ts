import { noBaseline, type Baseline } from "../../health/past";
import { quietOf, rateBefore } from "../../health/quiet";
import { validIn, type Series } from "../../health/series";
import { PortError, type Telemetry } from "../ports";
import type { Release } from "../release";
import { ask, type Look } from "./asking";
import { gapIn, type Gap } from "./gap";
import { meaningOf } from "./meaning";
import type { Observation } from "./observation";
import { readSeries, telemetrySlis } from "./series";
import { isAskable, testimonyOn } from "./testimony";

type Heard = Pick<Observation, "metrics" | "testimony">;
type Health = Heard &
  Pick<
    Observation,
    "telemetry" | "series" | "baselines" | "isReady" | "seenUntil" | "arrivedAt" | "arrivalsPerMs"
  >;

/** Reads the telemetry once. `isHeard` where it has answered, whatever it says. */
export async function readTelemetry(
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
    return readSeries(release, before, askedAt, telemetry);
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

/** The SLO with the most events: of all that should be there, they are missed first; -1 where nothing is known. */
function busiest(baselines: readonly Baseline[] = []): number {
  const rates = baselines.map(({ usual }) => usual.perMs);
  return rates.indexOf(Math.max(...rates));
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
