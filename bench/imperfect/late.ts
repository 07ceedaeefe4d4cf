import { Judgement, type Bounds } from "../../provider/health/judgement";
import { OngoingDispersion } from "../../provider/health/ongoing";
import { baselineOf } from "../../provider/health/past";
import { add, noCounts, type Bucket, type Counts, type Series } from "../../provider/health/series";
import { settlingOf } from "../../provider/health/settling";
import { binomial, generator } from "../../test/fakes/random";

/** The width of a bucket, in milliseconds. */
export const bucketMs = 10_000;
const bucketSeconds = bucketMs / 1000;
/** The new version's share of the traffic. */
export const share = 0.1;
/** How long a release is watched, in seconds. */
const lasts = 900;

/** A release at 10 %, second by second. Times are in seconds since it began. */
export interface Traffic {
  /** Requests a second to both versions. */
  readonly perSecond: number;
  /** The bad share of both versions at a time; the new version's where they differ. Default: half of 1 %. */
  readonly bad?: (second: number) => number;
  readonly badOfNew?: (second: number) => number;
  /** How many times the usual traffic there is at a time. */
  readonly surge?: (second: number) => number;
  /** How long a request takes that succeeds; one that fails takes none. */
  readonly successTakes?: number;
  readonly successOfNewTakes?: number;
  /** How much later the count of valid events was taken than the count of bad ones reaches. */
  readonly skew?: number;
  /** For how long all requests failed half an hour before the release, in seconds. */
  readonly outageBefore?: number;
}

interface Second {
  readonly new: Counts;
  readonly old: Counts;
}

/** Half of the limit of 1 %. */
export const half = (): number => 0.005;

function countsOf(rate: number, badShare: number, random: () => number): Counts {
  const valid = rate > 10 ? Math.round(rate) : binomial(10, rate / 10, random);
  return { valid, bad: binomial(valid, badShare, random) };
}

function drawn(
  { perSecond, bad = half, badOfNew = bad, surge = () => 1 }: Traffic,
  random: () => number,
): Second[] {
  return Array.from({ length: lasts }, (_, second) => {
    const rate = perSecond * surge(second);
    return {
      new: countsOf(rate * share, badOfNew(second), random),
      old: countsOf(rate * (1 - share), bad(second), random),
    };
  });
}

/** What the old version served in the hour before. */
function hourBefore({ perSecond, outageBefore = 0 }: Traffic, random: () => number): Counts[] {
  return Array.from({ length: 360 }, (_, index) => {
    const sinceOutage = (index - 180) * bucketSeconds;
    const failing = Math.min(Math.max(outageBefore - sinceOutage, 0), bucketSeconds) / bucketSeconds;
    const isOut = sinceOutage >= 0 ? failing : 0;
    return Array.from({ length: bucketSeconds }, () =>
      countsOf(perSecond, Math.max(half(), isOut), random),
    ).reduce(add, noCounts);
  });
}

/** What a look at a time sees of the seconds before. */
function seenAt(now: number, seconds: readonly Second[], traffic: Traffic): Series {
  const { successTakes = 0, successOfNewTakes = successTakes, skew = 0 } = traffic;
  const seen = ({ valid, bad }: Counts, second: number, takes: number): Counts => {
    const good = second + takes + skew < now ? valid - bad : 0;
    return { valid: good + bad, bad };
  };
  return Array.from({ length: Math.ceil(now / bucketSeconds) }, (_, index): Bucket => {
    const begin = bucketSeconds * index;
    const sum = { new: { valid: 0, bad: 0 }, old: { valid: 0, bad: 0 } };
    for (let second = begin; second < Math.min(now, begin + bucketSeconds); second += 1) {
      const served = seconds[second];
      if (served === undefined) continue;
      for (const [version, takes] of [
        ["new", successOfNewTakes],
        ["old", successTakes],
      ] as const) {
        const { valid, bad } = seen(served[version], second, takes);
        sum[version].valid += valid;
        sum[version].bad += bad;
      }
    }
    return { start: index * bucketMs, ...sum };
  });
}

/**
 * When the release is aborted, in seconds; undefined if it is not within 15 minutes.
 *
 * @param isFloored whether buckets that are not settled are judged as such, or as they are seen
 */
export function abortedAt(
  bounds: Bounds,
  traffic: Traffic,
  seed: string,
  isFloored: boolean,
): number | undefined {
  const random = generator(seed);
  const seconds = drawn(traffic, random);
  const { dispersion, perMs } = baselineOf({ bucketMs, buckets: hourBefore(traffic, random) });
  const before = { valid: perMs.valid * bucketMs, bad: perMs.bad * bucketMs };
  for (let now = bucketSeconds; now <= lasts; now += bucketSeconds) {
    const series = seenAt(now, seconds, traffic);
    const settledUntil = (now - 120) * 1000;
    const shareAt = (): number => share;
    const { floorsOf } = settlingOf(series, { bucketMs, since: 0, settledUntil, before, shareAt });
    const judgement = new Judgement(bounds, 0.01, {
      ongoing: new OngoingDispersion(dispersion, bucketMs),
      course: { buckets: lasts / bucketSeconds, changes: 0 },
    });
    for (const bucket of series) judgement.add(bucket, isFloored ? { floors: floorsOf(bucket) } : {});
    if (judgement.verdict.violated) return now;
  }
  return undefined;
}
