import type { Dispersion } from "../../health/dispersion";
import type { Baseline } from "../../health/past";
import { badShare, type Counts } from "../../health/series";
import type { Objective } from "../../plan/plan";

/** An SLO as it is judged: what its past says of it is taken into account. */
export interface Judged {
  readonly slo: Objective;
  /** The dispersion of its bad events, for a span of one millisecond. */
  readonly dispersion: Dispersion;
}

/** Who navigates away cancels what the page still loads: about so many requests come with a canceled one. */
const canceledTogether = 4;

/**
 * Completes an SLO by the old version's hour before the release: canceled requests are compared with that where the old
 * version serves nothing.
 */
export function judgedBy(slo: Objective, { dispersion, perMs }: Baseline): Judged {
  if (slo.sli.kind !== "canceled") return { slo, dispersion };
  const clusters = Math.max(dispersion.clusters, canceledTogether);
  return { slo: { ...slo, alone: limitAlone(slo, perMs) }, dispersion: { ...dispersion, clusters } };
}

/**
 * Half of what was not canceled in that hour may be, at least: people cancel more or less at another time of the day.
 * A version that hangs exceeds it all the same. Undefined where nothing is usual, or nothing would exceed it.
 */
function limitAlone({ maxIncrease, margin = 0 }: Objective, usual: Counts): number | undefined {
  if (maxIncrease === undefined || usual.valid === 0) return undefined;
  const share = badShare(usual);
  const limit = Math.max((1 + share) / 2, maxIncrease * share + margin);
  return limit < 1 ? limit : undefined;
}
