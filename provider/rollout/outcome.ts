import { badShare, type Served, type Series } from "../health/series";
import type { Verdict } from "../health/judge";
import type { SoakResult } from "../health/soak";
import type { Objective } from "../plan/plan";
import { soakOf, verdictOf } from "./assessment";
import { limitOf, servedWithin } from "./counting";
import type { Split } from "./ports";
import { stagePercent, type Release } from "./release";
import type { Observation } from "./observe";
import { splitChanges, stageStart, type State } from "./state";

/**
 * How a release ended:
 * - `completed`: the new version serves all traffic;
 * - `aborted`: all traffic is back on the old version, by a verdict or by somebody's hand;
 * - `interrupted`: `pulumi up` was stopped; the traffic was put back or, with `onInterrupt: "hold"`, left split;
 * - `superseded`: somebody else deployed something else, and it was left alone;
 * - `revertFailed`: the traffic should have been put back and could not be.
 */
export type Status = "completed" | "aborted" | "interrupted" | "superseded" | "revertFailed";

/** Everything a release leaves behind. Small enough for a state file. */
export interface Outcome {
  readonly status: Status;
  /** One sentence, or a few, with all that a person needs to know. */
  readonly reason: string;
  /** What was found wrong, without where the traffic is and what to do; undefined unless something was. */
  readonly finding: string | undefined;
  readonly releaseId: string;
  readonly oldVersionId: string | undefined;
  /** The version that serves all traffic now; undefined when the traffic is split. */
  readonly deployedVersionId: string | undefined;
  /** The active deployment. */
  readonly deploymentId: string | undefined;
  /** ISO 8601, as `endedAt`. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly stages: readonly StageReport[];
}

/** What happened in one stage. */
export interface StageReport {
  readonly percent: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly slos: readonly SloReport[];
}

/** What one SLO showed in one stage. */
export interface SloReport {
  readonly name: string;
  /** Bad and valid requests of the new version in the stage. */
  readonly bad: number;
  readonly valid: number;
  /** The bad share, from 0 to 1. */
  readonly measured: number;
  /** The bad share of the old version in the same time, from 0 to 1; undefined when it served nothing. */
  readonly oldMeasured?: number;
  /** The largest bad share allowed, from 0 to 1; undefined when an old version would set it that served nothing. */
  readonly limit?: number;
  /**
   * The evidence of a violation from the begin of the release to the end of the stage, as a part of what is
   * conclusive: from 0 (none) to 1 and above (at most 1000).
   */
  readonly evidence: number;
  readonly verdict: SoakResult | "violated";
  /** True for an SLO that never aborts a release, whatever its verdict. */
  readonly observeOnly?: true;
}

/** The version that has all traffic in a split; undefined when two have some. */
export function soleVersion(split: Split): string | undefined {
  return split.find((share) => share.percent === 100)?.versionId;
}

/** The reports of all stages of a release that ends at `now`. */
export function stageReports(
  release: Release,
  state: State,
  observation: Observation,
  now: number,
): StageReport[] {
  const changes = splitChanges(state);
  const stages = [...state.past, { stage: state.stage, startedAt: stageStart(state), endedAt: now }];
  return stages.map((past, position) => {
    const isOver = position < state.past.length;
    return {
      percent: stagePercent(release, past.stage),
      startedAt: new Date(past.startedAt).toISOString(),
      endedAt: new Date(past.endedAt).toISOString(),
      slos: release.plan.slos.map((slo, index) => {
        const all = observation.series[index] ?? [];
        const series = isOver ? until(past.endedAt, all, release) : all;
        const known = { slo, series, dispersion: observation.dispersions?.[index] };
        return sloReport(
          slo,
          servedWithin(release, series, past.startedAt),
          verdictOf(release, changes, known),
          soakOf(release, changes, past, known).result,
        );
      }),
    };
  });
}

/** The buckets that are over at `time`. The one it lies in belongs to the stage that begins then. */
function until(time: number, series: Series, { plan }: Release): Series {
  return series.filter((bucket) => bucket.start + plan.pollIntervalMs <= time);
}

function sloReport(slo: Objective, served: Served, verdict: Verdict, result: SoakResult): SloReport {
  const limit = limitOf(slo, served);
  return {
    name: slo.name,
    bad: served.new.bad,
    valid: served.new.valid,
    measured: rounded(badShare(served.new)),
    ...(served.old.valid > 0 && { oldMeasured: rounded(badShare(served.old)) }),
    ...(limit !== undefined && { limit: rounded(limit) }),
    evidence: rounded(Math.min(verdict.evidence / verdict.conclusive, 1000)),
    verdict: verdict.violated ? "violated" : result,
    ...(slo.observeOnly && { observeOnly: true }),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
