import { isOnRequests } from "../plan/eventTypes";
import type { Plan } from "../plan/plan";
import { settleMsIn } from "../rollout/release";
import { quantile, rateOf, type Rate } from "./statistics";
import type { Trace } from "./trace";

/** What a stage of a plan would have seen. */
export interface StageTraffic {
  /** Counted from 0. */
  readonly stage: number;
  readonly percent: number;
  readonly soakMs: number;
  /** How many requests of the new version a soak would have seen: the median, and the 5th of a hundred. */
  readonly requests: number;
  readonly fewRequests: number;
  /** How many soaks would have seen fewer than the plan's `minRequests`. */
  readonly tooFew: Rate;
  /** The hours of the day, UTC, in which most of these lie, from 0 to 23. */
  readonly hours: readonly number[];
  /** The soak in which 95 of 100 would have seen as many as `minRequests`; undefined where even a day would not do. */
  readonly enoughMs: number | undefined;
}

const dayMs = 86_400_000;

/** What the stages that have users would have seen, by releases that begin at some moments. */
export function stagesOf(trace: Trace, plan: Plan, starts: readonly number[]): readonly StageTraffic[] {
  const servedIn = requestsIn(trace, plan);
  let before = 0;
  return plan.stages.flatMap(({ percent, soakMs }, stage) => {
    const begin = before;
    before += soakMs + settleMsIn({ plan }, stage);
    if (percent === 0) return [];
    const judged = (start: number, ms: number): number =>
      (percent / 100) * servedIn(start + begin + plan.warmUpMs, start + begin + ms);
    const seen = starts.map((at) => ({ at: at + begin, requests: judged(at, soakMs) }));
    const few = seen.filter(({ requests }) => requests < plan.minRequests);
    const requests = seen.map((one) => one.requests);
    return {
      ...{ stage, percent, soakMs, tooFew: rateOf(few.length, seen.length) },
      requests: Math.round(quantile(requests, 0.5) ?? 0),
      fewRequests: Math.round(quantile(requests, 0.05) ?? 0),
      hours: hoursOf(
        few.map(({ at }) => at),
        seen.map(({ at }) => at),
      ),
      enoughMs: enoughMs(plan, starts, judged, soakMs),
    };
  });
}

/** Soaks that people would choose. */
const soaks = [1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440].map(
  (m) => m * 60_000,
);

function enoughMs(
  { minRequests }: Plan,
  starts: readonly number[],
  judged: (start: number, ms: number) => number,
  soakMs: number,
): number | undefined {
  const isEnough = (ms: number): boolean =>
    (quantile(
      starts.map((at) => judged(at, ms)),
      0.05,
    ) ?? 0) >= minRequests;
  return isEnough(soakMs) ? soakMs : soaks.find((ms) => ms > soakMs && isEnough(ms));
}

/** The hours of the day in which more than half of what began in them is among some. */
export function hoursOf(some: readonly number[], all: readonly number[]): readonly number[] {
  const count = (times: readonly number[]): number[] => {
    const hours = Array<number>(24).fill(0);
    for (const time of times) {
      const hour = hourOf(time);
      hours[hour] = (hours[hour] ?? 0) + 1;
    }
    return hours;
  };
  const [ofSome, ofAll] = [count(some), count(all)];
  return ofSome.flatMap((few, hour) => (few > (ofAll[hour] ?? 0) / 2 ? [hour] : []));
}

/** The hour of the day in UTC, from 0 to 23. */
export function hourOf(time: number): number {
  return Math.floor((time % dayMs) / 3_600_000);
}

/** How many requests all versions had in a span, as if those of a bucket were spread evenly over it. */
export function requestsIn(
  { from, bucketMs, buckets }: Trace,
  { slos }: Plan,
): (from: number, to: number) => number {
  const slo = Math.max(
    0,
    slos.findIndex(({ sli }) => isOnRequests(sli)),
  );
  const before = [0];
  for (const cells of buckets) before.push((before.at(-1) ?? 0) + (cells?.[slo]?.valid ?? 0));
  const until = (time: number): number => {
    const at = Math.min(Math.max(0, (time - from) / bucketMs), buckets.length);
    const whole = Math.floor(at);
    const [sum = 0, next = sum] = [before[whole], before[whole + 1]];
    return sum + (at - whole) * (next - sum);
  };
  return (start, end) => until(end) - until(start);
}
