import type { Plan } from "../plan/plan";
import type { Replay } from "./replay";
import { quantile, rateOf, type Rate } from "./statistics";

/** How many times as bad the versions are that should be caught; of the last one everything is bad. */
export const badness = [1.5, 2, 5, Infinity] as const;

/** Versions that are worse by one SLO from one stage on. */
export interface Detection {
  readonly slo: string;
  /** The stage with which it begins, counted from 0. */
  readonly stage: number;
  readonly percent: number;
  /** How many times as bad they are; Infinity where everything is bad. */
  readonly times: number;
  /**
   * Whether the SLO allows as much, so that there is nothing to catch; or `nothing` where the old version had no bad
   * event that there could be more of.
   */
  readonly allowed: boolean | "nothing";
  /** True where the SLO only compares with the old version, and that serves nobody: it has nothing to say there. */
  readonly alone: boolean;
  /** How many were caught in that stage, and before the release was complete. */
  readonly inStage: Rate;
  readonly caught: Rate;
  /** After how long the median one was caught, and the 90th of a hundred, in milliseconds; undefined where it was not. */
  readonly medianMs: number | undefined;
  readonly p90Ms: number | undefined;
}

/** Sums releases of a worse version up. */
export function detectionOf(
  plan: Plan,
  { slo, stage, times }: { readonly slo: number; readonly stage: number; readonly times: number },
  replays: readonly Replay[],
  allowed: Detection["allowed"] = false,
): Detection {
  // A release that ended before the version was faulty says nothing of it.
  const faulty = replays.filter(({ kind, faultySince }) => kind !== "ranOut" && faultySince !== undefined);
  const caught = faulty.filter(({ kind }) => kind === "violated");
  const after = faulty.map(({ kind, endedAt, faultySince = endedAt }) =>
    kind === "violated" ? endedAt - faultySince : Infinity,
  );
  const finite = (ms: number | undefined): number | undefined => (ms === Infinity ? undefined : ms);
  const percent = plan.stages[stage]?.percent ?? 0;
  const stated = plan.slos[slo];
  return {
    ...{ slo: stated?.name ?? "", stage, percent, times, allowed },
    alone: percent === 100 && (stated?.sli.kind === "slower" || stated?.max === undefined),
    inStage: rateOf(caught.filter((one) => one.stage === stage).length, faulty.length),
    caught: rateOf(caught.length, faulty.length),
    medianMs: finite(quantile(after, 0.5)),
    p90Ms: finite(quantile(after, 0.9)),
  };
}
