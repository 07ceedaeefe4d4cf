import type { Bounds } from "../../health/judgement";
import { gapIn, type Gap } from "../../health/latencyGap";
import type { Served } from "../../health/series";
import type { Objective } from "../../plan/plan";

/** What a person is shown of an SLO: some requests that are bad, and bounds on them. */
export interface Shown {
  readonly bounds: Bounds;
  readonly served: Served;
  /** Where latencies are compared: what they are shown at. */
  readonly gap?: Gap;
}

/**
 * What a person is shown of an SLO. Of latencies, which are compared as a whole, one place is shown: there at most as
 * many of the new version's requests may take longer as do of the old version's.
 */
export function shownOf(slo: Objective, served: Served): Shown {
  if (slo.sli.kind !== "slower") return { bounds: slo, served };
  const gap = gapIn(slo.sli, served);
  return { bounds: { maxIncrease: 1 }, served: gap.served, gap };
}
