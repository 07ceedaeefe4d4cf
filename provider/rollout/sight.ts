import { judge, type Judgement } from "../health/judge";
import { merge } from "../health/merge";
import type { Series } from "../health/series";
import { levelPerSlo } from "./counting";
import { newer, type Deployment } from "./ports";
import type { Outside, Release } from "./release";

/** What a release has seen up to now. */
export interface Sight {
  /** The active deployment when it was last read. */
  readonly active: Deployment | undefined;
  /** When the deployments were last read, in milliseconds since the epoch. */
  readonly activeAt: number;
  /** What was served since the release began: one series per SLO, in the plan's order. */
  readonly series: readonly Series[];
  /** What the series say about each SLO, in the plan's order. */
  readonly judgements: readonly Judgement[];
  /** When the telemetry last answered or, before that, when the looking began; in milliseconds since the epoch. */
  readonly telemetryAt: number;
  /** Up to when the series are known: not at all before the first answer, even where the release is older. */
  readonly seenUntil: number;
  /** What the last look ran into; empty when it saw everything. */
  readonly troubles: readonly string[];
}

/**
 * How far back every look reads again. Cloudflare does not document how late an event may arrive; seconds are usual.
 */
const settleMs = 120_000;

/** The sight of a release that has not looked yet. */
export function nothingSeen(release: Release, active: Deployment | undefined, now: number): Sight {
  const series = release.plan.slos.map((): Series => []);
  return {
    active,
    activeAt: now,
    series,
    judgements: judgeAll(release, series),
    telemetryAt: now,
    seenUntil: release.startedAt,
    troubles: [],
  };
}

/** Looks at the deployments and the telemetry once. What cannot be read stays as it was last seen. */
export async function look(release: Release, before: Sight, outside: Outside): Promise<Sight> {
  const now = outside.clock.now();
  const { from, to } = span(release, before, now);
  const [active, fresh] = await Promise.allSettled([
    outside.deployments.active(),
    outside.telemetry.read({
      slis: release.plan.slos.map((slo) => slo.sli),
      newVersionId: release.newVersionId,
      oldVersionId: release.oldVersionId,
      bucketMs: release.plan.pollIntervalMs,
      from,
      to,
    }),
  ]);
  const series =
    fresh.status === "fulfilled"
      ? before.series.map((known, slo) => merge(known, fresh.value[slo] ?? [], from))
      : before.series;
  return {
    active: active.status === "fulfilled" ? newer(before.active, active.value) : before.active,
    activeAt: active.status === "fulfilled" ? now : before.activeAt,
    series,
    judgements: judgeAll(release, series),
    telemetryAt: fresh.status === "fulfilled" ? now : before.telemetryAt,
    seenUntil: fresh.status === "fulfilled" ? now : before.seenUntil,
    troubles: [active, fresh].flatMap((result) =>
      result.status === "rejected" ? [messageOf(result.reason)] : [],
    ),
  };
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** The judgement of each SLO on all that was served since the release began. */
function judgeAll({ plan }: Release, series: readonly Series[]): readonly Judgement[] {
  return plan.slos.map((slo, index) => judge(slo, series[index] ?? [], levelPerSlo(plan)));
}

/** The part of the release to read: from the first bucket that may still change to the one that is going on. */
function span(release: Release, before: Sight, now: number): { from: number; to: number } {
  const { startedAt, plan } = release;
  const width = plan.pollIntervalMs;
  const first = Math.max(0, Math.floor((before.seenUntil - settleMs - startedAt) / width));
  const end = Math.max(first + 1, Math.ceil((now - startedAt) / width));
  return { from: startedAt + first * width, to: startedAt + end * width };
}
