import { validIn, type Counts, type Series } from "./series";

/** How many events a version had in the time before a release. */
export interface Usual {
  /** The mean number of valid events in a millisecond, over the whole time. */
  readonly perMs: number;
  /** The smallest of the means over the last 5, 15 and 60 minutes: traffic may have been falling. */
  readonly lowestPerMs: number;
  /** How many events come at once, from 1 to 10: sessions, batches. A gap must be as many times longer to mean anything. */
  readonly burst: number;
}

const minuteMs = 60_000;
const windowsMs = [5 * minuteMs, 15 * minuteMs, 60 * minuteMs];

/** Learns what is usual from buckets of some width that follow each other, oldest first. */
export function usualIn(buckets: readonly Counts[], bucketMs: number): Usual {
  const meanOver = (ms: number): number => {
    const last = buckets.slice(-Math.max(1, Math.round(ms / bucketMs)));
    return sumOf(last) / Math.max(1, last.length * bucketMs);
  };
  return {
    perMs: sumOf(buckets) / Math.max(1, buckets.length * bucketMs),
    lowestPerMs: Math.min(...windowsMs.map(meanOver)),
    burst: burstIn(buckets, bucketMs),
  };
}

/** From how neighbouring minutes differ: by as much as independent events would, or by as many times more. */
function burstIn(buckets: readonly Counts[], bucketMs: number): number {
  const perMinute = Math.max(1, Math.round(minuteMs / bucketMs));
  const minutes: number[] = [];
  for (let at = 0; at + perMinute <= buckets.length; at += perMinute) {
    minutes.push(sumOf(buckets.slice(at, at + perMinute)));
  }
  let [differences, sums] = [0, 0];
  for (let at = 1; at < minutes.length; at += 1) {
    const [before = 0, now = 0] = [minutes[at - 1], minutes[at]];
    differences += (now - before) ** 2;
    sums += now + before;
  }
  const factor = sums === 0 ? 1 : differences / sums;
  return Math.min(Math.max(1, (factor + 1) / 2), 10);
}

function sumOf(buckets: readonly Counts[]): number {
  return buckets.reduce((sum, { valid }) => sum + valid, 0);
}

/** What it means that nothing has arrived for a while. */
export type Quiet =
  /** Chance. */
  | "normal"
  /** Unlikely enough not to count as having seen that nothing happened. */
  | "suspect"
  /** Telemetry that answers and is empty tells nothing: it is as if it did not answer. */
  | "silent";

/** In nats: chance makes such a gap once in e^4.6 = 100, or e^12 = 160 000 looks. */
const suspectAt = 4.6;
const silentAt = 12;
/** Traffic may have halved without anything being wrong. */
const halved = 0.5;
/** Pipelines were seen to deliver in batches of up to a minute. */
const leastMs = 90_000;

/**
 * Judges a time in which no event of either version has arrived, by how many should have. It goes by when events arrive
 * and not by when they happened, so the telemetry's delay makes no difference.
 */
export function quietOf(quietMs: number, perMs: number, burst: number): Quiet {
  const expected = perMs * quietMs;
  if (quietMs >= leastMs && halved * expected >= silentAt * burst) return "silent";
  return isSuspect(expected, burst) ? "suspect" : "normal";
}

/** Whether it is hardly chance that none was seen of so many events that were expected. */
export function isSuspect(expected: number, burst: number): boolean {
  return expected >= suspectAt * burst;
}

/**
 * Whether so few events were recorded of so many that must have been that it is no chance: Chernoff's bound on the
 * probability that a Poisson variable with the mean `expected` is at most `recorded`.
 */
export function isLoss(recorded: number, expected: number): boolean {
  if (recorded >= expected) return false;
  const nats = expected - recorded + (recorded === 0 ? 0 : recorded * Math.log(recorded / expected));
  return nats >= silentAt;
}

/**
 * How many valid events of both versions come in a millisecond: the smallest of the means over the 5, 15 and 60 minutes
 * before `until`.
 *
 * @param series what was served since `since`, in milliseconds since the epoch
 * @param usual what was usual before that
 */
export function rateBefore(until: number, series: Series, since: number, usual: Usual): number {
  const means = windowsMs.map((ms) => {
    const from = until - ms;
    const served = validIn(series.filter(({ start }) => start >= from && start < until));
    return (served + usual.perMs * Math.max(0, Math.min(since, until) - from)) / ms;
  });
  return Math.min(...means, until - since < (windowsMs[0] ?? 0) ? usual.lowestPerMs : Infinity);
}
