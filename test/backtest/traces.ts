import type { Cell, Trace } from "../../provider/backtest/trace";
import { binomial, generator, poisson } from "../../provider/backtest/random";
import { planSchema } from "../../provider/plan/schema";
import type { Plan } from "../../provider/plan/plan";
import type { ReleasePlan, Slo } from "../../provider/plan/types";

export const minute = 60_000;
export const hour = 60 * minute;
/** Traces begin at midnight, UTC. */
export const midnight = Date.UTC(2030, 0, 1);

/** A plan on one SLO that takes a quarter of an hour. */
export function planOn(slo: Slo, changes: Partial<ReleasePlan> = {}): Plan {
  return planSchema.parse({
    slos: [slo],
    defaultSlos: false,
    pollInterval: "20s",
    stages: [
      { percent: 10, soakTime: "5m" },
      { percent: 50, soakTime: "5m" },
      { percent: 100, soakTime: "5m" },
    ],
    ...changes,
  });
}

/** What there is of requests and of bad ones among them at a time since the trace began. */
export interface Rhythm {
  readonly perSecond: (elapsedMs: number) => number;
  readonly badShare: (elapsedMs: number) => number;
  readonly days?: number;
  readonly bucketMs?: number;
}

/** A trace with one SLO. */
export function traceOf({ perSecond, badShare, days = 2, bucketMs = minute }: Rhythm): Trace {
  const random = generator("trace");
  const buckets = Array.from({ length: (days * 24 * hour) / bucketMs }, (_, index): readonly Cell[] => {
    const elapsed = index * bucketMs;
    const valid = poisson((perSecond(elapsed) * bucketMs) / 1000, random);
    return [{ valid, bad: binomial(valid, badShare(elapsed), random) }];
  });
  return { from: midnight, bucketMs, buckets };
}

/** The hour of the day of an elapsed time, with a fraction. */
export function hourOfDay(elapsedMs: number): number {
  return (elapsedMs / hour) % 24;
}
