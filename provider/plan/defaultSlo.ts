import type { Objective } from "./plan";

/**
 * How much more than twice the old version's share of canceled requests is fine: where the old version had none at all,
 * a few that a handful of people has canceled prove nothing.
 */
export const canceledMargin = 0.02;

const name = "canceled";

/**
 * The SLO of every plan that does not have one on canceled requests: a version that hangs answers nothing that could be
 * bad. Its clients give up sooner or later.
 */
export function defaultSlo(stated: readonly Objective[]): readonly Objective[] {
  if (stated.some(({ sli }) => sli.kind === "canceled")) return [];
  const isTaken = stated.some((slo) => slo.name === name);
  return [
    {
      name: isTaken ? `${name} (default)` : name,
      sli: { kind: "canceled" },
      maxIncrease: 2,
      margin: canceledMargin,
      observeOnly: false,
      byDefault: true,
    },
  ];
}
