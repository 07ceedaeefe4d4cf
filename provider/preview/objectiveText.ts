import { formatDuration } from "../plan/duration";
import { formatPercent, formatShare } from "../plan/percent";
import type { Objective } from "../plan/plan";

/** An SLO as a reviewer reads it: `5xx ≤ 1 %`, `p99 wallTime ≤ 500ms`, `exceptions ≤ 1.5 × the old version's`. */
export function objectiveText(slo: Objective): string {
  const { name } = slo;
  const { what, bound } = boundOf(slo);
  const text = what === undefined || what === name ? `${name} ${bound}` : `${name}: ${what} ${bound}`;
  return `${text}${slo.byDefault ? " (by default)" : ""}${slo.observeOnly ? " (observed only)" : ""}`;
}

/** What is bounded, where the name of the SLO may not say it, and the bound. */
function boundOf(slo: Objective): { readonly what?: string; readonly bound: string } {
  const { sli, max } = slo;
  switch (sli.kind) {
    case "wallTime":
    case "cpuTime": {
      const limit = formatDuration(sli.limitMs);
      const on = sli.on === undefined ? "" : ` on ${sli.on}`;
      if (max === undefined) return { what: `${sli.kind}${on} over ${limit}`, bound: shareBound(slo) };
      const percentile = `p${formatPercent(100 - 100 * max).replace(" %", "")} ${sli.kind}${on}`;
      const relative = shareBound({ ...slo, max: undefined });
      return { what: percentile, bound: `≤ ${limit}${relative === "" ? "" : `, share over it ${relative}`}` };
    }
    case "slower":
      return {
        what: sli.of,
        bound: `at most ${formatShare(sli.tolerance - 1)} longer than the old version's`,
      };
    default:
      return { bound: shareBound(slo) };
  }
}

/** What a share may be at most: `≤ 1 %`, `≤ 1.5 × the old version's`, or both. */
function shareBound({ max, maxIncrease, margin = 0 }: Objective): string {
  const plus = margin === 0 ? "" : ` + ${formatShare(margin)}`;
  return [
    ...(max === undefined ? [] : [`≤ ${formatShare(max)}`]),
    ...(maxIncrease === undefined ? [] : [`≤ ${maxIncrease} × the old version's${plus}`]),
  ].join(" and ");
}
