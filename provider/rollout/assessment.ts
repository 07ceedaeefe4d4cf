import { noDispersion, over, type Dispersion } from "../health/dispersion";
import { verdictOn, type Verdict } from "../health/judge";
import type { Served, Series } from "../health/series";
import { soakResult, type SoakResult } from "../health/soak";
import type { Objective } from "../plan/plan";
import { judgedOf, levelOf, minRequestsIn, servedWithin } from "./counting";
import type { Release } from "./release";
import type { PastStage } from "./state";

/** What is known of one SLO. */
export interface Known {
  readonly slo: Objective;
  readonly series: Series;
  /** How the bad events of the old version were dispersed before the release; undefined until that is known. */
  readonly dispersion: Dispersion | undefined;
}

/**
 * The verdict on an SLO by all that counts of its series.
 *
 * @param changes when the split changed
 */
export function verdictOf(release: Release, changes: readonly number[], known: Known): Verdict {
  const { slo, series, dispersion = noDispersion } = known;
  const { plan } = release;
  const judged = judgedOf(release, changes, series);
  return verdictOn(slo, judged, levelOf(slo, plan), over(plan.pollIntervalMs, dispersion));
}

/** What counts of a soak for an SLO, and what it has shown. */
export function soakOf(
  release: Release,
  changes: readonly number[],
  { stage, startedAt, endedAt }: PastStage,
  { slo, series, dispersion = noDispersion }: Known,
): { served: Served; result: SoakResult } {
  const served = servedWithin(release, judgedOf(release, changes, series), startedAt);
  const soakMs = Math.max(1, endedAt - startedAt);
  const result = soakResult(slo, served, minRequestsIn(release, stage, slo), over(soakMs, dispersion));
  return { served, result };
}
