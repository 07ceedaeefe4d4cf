import { divergence } from "./ceiling";
import { above, edgesOf } from "./latencyBins";
import { add, badShare, type Counts, type Served } from "./series";
import type { Sli } from "./sli";

/** An SLI that compares latencies. */
export type Slower = Sli & { readonly kind: "slower" };

/** Where two versions' latencies differ most clearly. */
export interface Gap {
  /** What the new version's requests are counted by, in milliseconds. */
  readonly newMs: number;
  /** What the old version's are counted by. */
  readonly oldMs: number;
  /** The requests, those that took longer being bad. */
  readonly served: Served;
}

/**
 * Shows the latencies of two versions at the edge at which the new one's are most clearly longer than allowed; where they
 * are not, at the old version's median.
 */
export function gapIn({ of, tolerance }: Slower, served: Served): Gap {
  const [newEdges, oldEdges] = [edgesOf(of, tolerance), edgesOf(of)];
  const gaps = oldEdges.map((oldMs, edge): Gap => {
    const at = { new: longer(served.new, edge), old: longer(served.old, edge) };
    return { newMs: newEdges[edge] ?? oldMs, oldMs, served: at };
  });
  const isSlower = gaps.some((gap) => clarity(gap) > 0);
  const weight = isSlower ? clarity : (gap: Gap) => -Math.abs(badShare(gap.served.old) - 0.5);
  return gaps.reduce((best, gap) => (weight(gap) > weight(best) ? gap : best));
}

function longer({ valid, latencies = [] }: Counts, edge: number): Counts {
  return { valid, bad: above(edge, latencies) };
}

/** How far the new version's share is above the old one's, as a log likelihood ratio; 0 where it is not. */
function clarity({ served }: Gap): number {
  const { new: fresh, old } = served;
  if (fresh.bad * old.valid <= old.bad * fresh.valid) return 0;
  const all = badShare(add(fresh, old));
  return fresh.valid * divergence(badShare(fresh), all) + old.valid * divergence(badShare(old), all);
}
