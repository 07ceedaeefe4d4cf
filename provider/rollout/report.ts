import { badShare } from "../health/series";
import type { SoakResult } from "../health/soak";
import { assessStages, limitOf, type Assessment } from "./look/assess";
import { shownOf } from "./look/shown";
import type { Observation } from "./look/observation";
import { stagePercent, type Release } from "./release";
import { stagesSoFar, type State } from "./state";

/** What happened in one stage. */
export interface StageReport {
  /** The new version's share of the traffic, from 0 to 100. */
  readonly percent: number;
  /** When the stage began, ISO 8601. */
  readonly startedAt: string;
  /** When the stage ended, ISO 8601. */
  readonly endedAt: string;
  /** What each SLO of the plan showed, in the plan's order. */
  readonly slos: readonly SloReport[];
}

/**
 * What one SLO showed in one stage. Where latencies are compared, bad are the requests that took longer than a duration
 * at which the versions differ much.
 */
export interface SloReport {
  /** The SLO's `name`, or what stands for it by default. */
  readonly name: string;
  /** Bad requests, or other events, of the new version in the stage: a whole number. */
  readonly bad: number;
  /** All requests, or other events, of the new version in the stage that count: a whole number. */
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
  /** What the stage has shown of the SLO. */
  readonly verdict: SoakResult | "violated";
  /** True for an SLO that never aborts a release, whatever its verdict. */
  readonly observeOnly?: true;
}

/** The reports of all stages of a release that ends at `now`. */
export function stageReports(
  release: Release,
  state: State,
  observation: Observation,
  now: number,
): StageReport[] {
  const assessments = assessStages(release, state, observation, now);
  return stagesSoFar(state, now).map(({ stage, startedAt, endedAt, percent }, position) => ({
    percent: percent ?? stagePercent(release, stage),
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    slos: (assessments[position] ?? []).map(sloReport),
  }));
}

/** What an SLO has shown in a stage. */
export function sloReport({ slo, verdict, soak, ...stage }: Assessment): SloReport {
  const { bounds, served } = shownOf(slo, stage.served);
  const limit = limitOf(bounds, served);
  return {
    name: slo.name,
    bad: Math.round(served.new.bad),
    valid: Math.round(served.new.valid),
    measured: rounded(badShare(served.new)),
    ...(served.old.valid > 0 && { oldMeasured: rounded(badShare(served.old)) }),
    ...(limit !== undefined && { limit: limit === bounds.max ? limit : rounded(limit) }),
    evidence: rounded(Math.min(verdict.evidence / verdict.conclusive, 1000)),
    verdict: verdict.violated ? "violated" : soak.result,
    ...(slo.observeOnly && { observeOnly: true }),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
