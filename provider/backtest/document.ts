import type { Plan } from "../plan/plan";
import { adviceOn } from "./advice";
import type { Backtest } from "./backtest";
import type { Rate } from "./statistics";

/** What a document tells beside the results. */
export interface Context {
  /** The plan's file. */
  readonly plan: string;
  /** The Worker whose telemetry was read; undefined where a trace file was. */
  readonly script?: string;
  /** How many requests to the API that has cost. */
  readonly requests?: number;
  /** The SLOs of which a trace file has nothing. */
  readonly missing: readonly string[];
}

/** A backtest as JSON, as `docs/backtest.md` describes it. Shares are from 0 to 1, times ISO 8601, durations seconds. */
export function documentOf(plan: Plan, tested: Backtest, { missing, ...context }: Context): object {
  const { trace, seed, level, unchanged, stages, detection, limits } = tested;
  return {
    version: 1,
    ...context,
    seed,
    trace: {
      ...{ from: iso(trace.from), to: iso(trace.to) },
      ...{ knownSeconds: trace.knownMs / 1000, bucketSeconds: trace.bucketMs / 1000, slosMissing: missing },
    },
    level,
    unchanged: {
      ...{ releases: unchanged.runs, leftOut: unchanged.ranOut },
      ...{ aborted: rate(unchanged.aborted), inconclusive: rate(unchanged.inconclusive) },
      slos: unchanged.bySlo.map(({ slo, violated, insufficient, unsure }) => ({
        ...{ slo, violated: rate(violated), insufficient: rate(insufficient), unsure: rate(unsure) },
      })),
      hours: unchanged.byHour,
      incidents: unchanged.incidents.map(({ from, to, ...incident }) => ({
        ...{ from: iso(from), to: iso(to), ...incident },
      })),
    },
    stages: stages.map(({ stage, percent, soakMs, requests, fewRequests, tooFew, hours, enoughMs }) => ({
      ...{ stage: stage + 1, percent, soakSeconds: soakMs / 1000, requests, requestsLow: fewRequests },
      ...{ tooFew: rate(tooFew), tooFewHours: hours },
      enoughSeconds: enoughMs === undefined ? null : enoughMs / 1000,
    })),
    worse: detection.map(({ slo, stage, percent, times, allowed, inStage, caught, medianMs, p90Ms }) => ({
      ...{ slo, stage: stage + 1, percent },
      times: times === Infinity ? "all" : times,
      tried: allowed === false,
      allowed: allowed === true,
      ...{ caught: rate(caught), caughtInStage: rate(inStage) },
      medianSeconds: medianMs === undefined ? null : medianMs / 1000,
      p90Seconds: p90Ms === undefined ? null : p90Ms / 1000,
    })),
    limits: limits.map(({ windowMs, worstAt, max, fits, ...limit }) => ({
      ...{ ...limit, spanSeconds: windowMs / 1000, worstAt: iso(worstAt) },
      ...{ max: max ?? null, fits: fits ?? null },
    })),
    advice: adviceOn(plan, tested),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function rate({ count, of, low, high }: Rate): object {
  return { count, of, low, high };
}
