import { isSuspect, type Quiet } from "../../health/quiet";
import { servedSince, type Series } from "../../health/series";
import type { Deployment } from "../ports";
import { percentOf, type Release } from "../release";
import { spreadingMs } from "./shareWatch";

/** A time in which the telemetry shows no request though some should be there. */
export interface Gap {
  /** Of which version. */
  readonly of: "both" | "new" | "old";
  /** Since when, in milliseconds since the epoch. */
  readonly since: number;
  /** How many requests should be there in a millisecond, and how many come at once. */
  readonly perMs: number;
  readonly burst: number;
}

/** What a look has shown that may have a gap. */
export interface Shown {
  readonly active: Deployment | undefined;
  /** The SLO with the most events. */
  readonly series: Series;
  /** What it means for how long no request of either version has arrived. */
  readonly quiet: Quiet;
  /** How many come in a millisecond, and how many at once. */
  readonly rate: Pick<Gap, "perMs" | "burst">;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The gap that a look has shown; undefined where there is none. */
export function gapIn(release: Release, shown: Shown): Gap | undefined {
  const { quiet, rate, series, now } = shown;
  if (quiet === "normal") return versionGap(release, shown);
  const lastShown = lastShownIn(series, "both", release.plan.pollIntervalMs);
  const since = Math.max(release.startedAt, lastShown, now - longestMs);
  return { of: "both", since, ...rate };
}

/** A gap is looked at no further back: buckets are kept for no longer, and each query reaches so far. */
const longestMs = 3_600_000;

/** A request is recorded by then: events were seen after 10 to 60 s, in batches of up to a minute (live, 2026). */
export const recordedAfterMs = 90_000;

/**
 * The gap of one version that has a share of the traffic and shows nothing, while the other one shows so much that this is
 * no chance.
 */
function versionGap(
  { oldVersionId, newVersionId, startedAt, plan: { pollIntervalMs } }: Release,
  { active, series, rate: { burst }, now }: Shown,
): Gap | undefined {
  if (oldVersionId === undefined || active === undefined) return undefined;
  const share = percentOf(active.split, newVersionId) / 100;
  if (share <= 0 || share >= 1) return undefined;
  const until = now - recordedAfterMs;
  const settled = series.filter(({ start }) => start + pollIntervalMs <= until);
  const split = Math.max(startedAt, active.createdAt) + spreadingMs;
  const odds = { new: share / (1 - share), old: (1 - share) / share };
  for (const [of, other] of [
    ["new", "old"],
    ["old", "new"],
  ] as const) {
    const since = Math.max(split, lastShownIn(series, of, pollIntervalMs), now - longestMs);
    const expected = odds[of] * servedSince(settled, since)[other].valid;
    if (isSuspect(expected, burst)) return { of, since, perMs: expected / (until - since), burst };
  }
  return undefined;
}

/** When the last bucket ends in which a version, or any, has served; -Infinity where none has. */
export function lastShownIn(series: Series, of: Gap["of"], bucketMs: number): number {
  const last = series.findLast((bucket) =>
    of === "both" ? bucket.new.valid + bucket.old.valid > 0 : bucket[of].valid > 0,
  );
  return last === undefined ? -Infinity : last.start + bucketMs;
}
