import { judge } from "../../../../provider/health";
import type { Bucket, Counts, Series } from "../../../../provider/health/series";
import type { Plan } from "../../../../provider/plan/plan";
import type { Commit } from "../log";
import type { Story } from "../simulate";
import { activeAt, percentOf } from "./facts";

/** When the split changed, and by when everybody who drives the release knew. Milliseconds since the epoch. */
export interface Change {
  readonly at: number;
  readonly knownAt: number;
}

/** The SLIs that telemetry is asked for, in the plan's order. */
export function slisOf({ slos }: Plan) {
  return slos.flatMap(({ sli }) => (sli.kind === "probes" ? [] : [sli]));
}

/** What series are judged by. */
export interface Yardstick {
  readonly plan: Plan;
  readonly changes: readonly Change[];
  /** What the old version served in the hour before: one list of counts for each of {@link slisOf}. */
  readonly past: readonly (readonly Counts[])[];
  /** How many requests the new version was given in the bucket that begins at a time. */
  readonly givenAt: (start: number) => number;
}

/**
 * True when series leave no doubt that an SLO is violated: far more evidence than the plan asks for, in buckets that
 * no version warmed up in. Whoever judges by the plan must have found it too.
 *
 * @param series one for each of {@link slisOf}
 * @param at when they were seen, in milliseconds since the epoch
 */
export function isBlatant(
  { plan, changes, past, givenAt }: Yardstick,
  series: readonly Series[],
  at: number,
): boolean {
  const telling = plan.slos.filter(({ sli }) => sli.kind !== "probes");
  const bounds = plan.slos.reduce((sum, slo) => sum + boundsOf(slo), 0);
  return telling.some((slo, index) => {
    if (slo.observeOnly) return false;
    const settled = (series[index] ?? [])
      .filter(({ start }) => isSettled(start, plan, changes))
      .map((bucket) => (bucket.start < at - settledAfterMs ? bucket : withAll(bucket, givenAt)));
    const { evidence, conclusive } = judge(slo, settled, {
      level: (1 - plan.confidence) / bounds,
      bucketMs: plan.pollIntervalMs,
      past: { bucketMs: pastBucketMs, buckets: past[index] ?? [] },
    });
    return evidence > 1.5 * conclusive + 5;
  });
}

/** What is missing in a bucket may still come, and may be good. */
function withAll(bucket: Bucket, givenAt: Yardstick["givenAt"]): Bucket {
  const { start, new: fresh } = bucket;
  return { ...bucket, new: { ...fresh, valid: Math.max(fresh.valid, givenAt(start)) } };
}

/** A few failures of the old version may look like so many times the usual traffic. */
const surgeByChance = 1.5;

/** How many requests a version is given in a bucket that begins at a time, by the deployments. */
export function givenTo(
  versionId: string,
  bucketMs: number,
  { commits, scenario }: Story,
): Yardstick["givenAt"] {
  const { requestsPerSecond } = scenario.traffic;
  return (start) => {
    const split = activeAt(commits, start)?.deployment.split ?? [];
    return (percentOf(split, versionId) / 100) * requestsPerSecond * (bucketMs / 1000) * surgeByChance;
  };
}

function boundsOf({ max, maxIncrease }: Plan["slos"][number]): number {
  return Number(max !== undefined) + Number(maxIncrease !== undefined);
}

const pastBucketMs = 12_000;
const pastMs = 3_600_000;

/** More events of a bucket may come until then, and trouble that both versions share looks like a surge of traffic. */
export const settledAfterMs = 120_000;

/** What the old version served in the hour before `at`. */
export function pastBefore(
  at: number,
  plan: Plan,
  oldVersionId: string | undefined,
  story: Story,
): Counts[][] {
  if (oldVersionId === undefined) return [];
  const to = Math.floor(at / pastBucketMs) * pastBucketMs;
  const query = {
    slis: slisOf(plan),
    newVersionId: oldVersionId,
    oldVersionId: undefined,
    bucketMs: pastBucketMs,
    from: to - pastMs,
    to,
  };
  return story.telemetryAt(query, at + pastMs).map((series) => series.map((bucket) => bucket.new));
}

/** A clock may be off by so much. */
const clockErrorMs = 4000;

function isSettled(start: number, { pollIntervalMs, warmUpMs }: Plan, changes: readonly Change[]): boolean {
  return changes.every(({ at, knownAt }) => {
    const isBefore = start + pollIntervalMs < at - clockErrorMs;
    return isBefore || start > knownAt + warmUpMs + clockErrorMs;
  });
}

/** The least number of `count` from which on `isSo` holds, found by halving; undefined when it never does. */
export function firstWhere(count: number, isSo: (index: number) => boolean): number | undefined {
  if (count === 0 || !isSo(count - 1)) return undefined;
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Changes of the split from `from` on, with the time that a driver may take to learn of one. */
export function changesSince(commits: readonly Commit[], from: number, learningMs: number): Change[] {
  return commits.filter(({ at }) => at >= from).map(({ at }) => ({ at, knownAt: at + learningMs }));
}
