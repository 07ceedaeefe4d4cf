import { above, edgesOf } from "../health/latencyBins";
import { badShare, servedSince, type Bucket, type Counts, type Served } from "../health/series";
import type { Objective } from "../plan/plan";
import { limitOf, type TracePoint } from "../rollout/look/assess";
import { shownOf } from "../rollout/look/shown";
import type { CountsReported, PointReported } from "./model";

/** A plot has no room for more. */
const mostPoints = 180;

/** Buckets in groups of the same size, as many as a plot has room for. */
export function inGroups<T>(all: readonly T[]): readonly (readonly T[])[] {
  const each = Math.max(1, Math.ceil(all.length / mostPoints));
  return Array.from({ length: Math.ceil(all.length / each) }, (_, index) =>
    all.slice(index * each, (index + 1) * each),
  );
}

/**
 * What an SLO showed over the release.
 *
 * @param all what was served in all of it: latencies are shown where the versions differ most in that
 */
export function pointsOf(slo: Objective, trace: readonly TracePoint[], all: Served): PointReported[] {
  const shown = shownAt(slo, all);
  return inGroups(trace).flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return [];
    const buckets: readonly Bucket[] = group.map(({ bucket }) => bucket);
    const served = shown(servedSince(buckets, first.bucket.start));
    const { bounds } = shownOf(slo, all);
    const limit = limitOf(bounds, served);
    return [
      {
        at: first.bucket.start,
        new: countsOf(served.new),
        old: countsOf(served.old),
        limit: limit === undefined ? null : rounded(Math.min(1, limit)),
        evidence: evidenceOf(last.verdict),
      },
    ];
  });
}

/** How some served is shown: always at the same duration, where durations are compared. */
function shownAt(slo: Objective, all: Served): (served: Served) => Served {
  const { sli } = slo;
  if (sli.kind !== "slower") return (served) => served;
  const edge = edgesOf(sli.of).indexOf(shownOf(slo, all).gap?.oldMs ?? -1);
  const longer = ({ valid, latencies = [] }: Counts): Counts => ({ valid, bad: above(edge, latencies) });
  return (served) => ({ new: longer(served.new), old: longer(served.old) });
}

/** Evidence as a part of what is conclusive; proof is a number as well. */
export function evidenceOf({
  evidence,
  conclusive,
}: {
  readonly evidence: number;
  readonly conclusive: number;
}): number {
  return rounded(Math.min(evidence / conclusive, 1000));
}

/** Where telemetry is sampled, counts are fractions. */
export function countsOf({ bad, valid }: Counts): CountsReported {
  return { bad: Math.round(bad), valid: Math.round(valid) };
}

/** The bad share of some counts; undefined where nothing was served. */
export function shareOf(counts: CountsReported): number | undefined {
  return counts.valid === 0 ? undefined : badShare(counts);
}

/** As many digits as anybody reads. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
