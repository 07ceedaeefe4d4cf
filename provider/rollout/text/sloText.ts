import type { Bounds } from "../../health/judgement";
import type { Slower } from "../../health/latencyGap";
import { badShare, type Counts, type Served } from "../../health/series";
import type { StatusRange, TimeKind } from "../../health/sli";
import { formatDuration } from "../../plan/duration";
import { formatShare } from "../../plan/percent";
import type { Objective } from "../../plan/plan";
import { limitOf } from "../look/assess";
import { shownOf } from "../look/shown";

/** A share that was measured, as a person reads it: at most three digits, `11.5 %`. */
export function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** `11.5 % (14 of 122)` */
export function countsText(counts: Counts): string {
  return `${percentText(badShare(counts))} (${ofText(counts)})`;
}

/** `14 of 122`, in whole events: where telemetry is sampled, counts are fractions. */
export function ofText({ bad, valid }: Counts): string {
  return `${Math.round(bad)} of ${Math.round(valid)}`;
}

/** The bad events of an SLI and what they did, to follow "11.5 % of the new version's". */
export function badText(sli: Objective["sli"]): string {
  const events = "on" in sli ? `${sli.on} events` : "requests";
  switch (sli.kind) {
    case "serverErrors":
      return `${events} failed`;
    case "exceptions":
      return `${events} ended in an exception`;
    case "canceled":
      return "requests were canceled by their clients";
    case "status":
      return `requests were answered with ${sli.statuses.map(statusText).join(", ")}`;
    case "wallTime":
      return `${events} took longer than ${formatDuration(sli.limitMs)}`;
    case "cpuTime":
      return `${events} used more than ${formatDuration(sli.limitMs)} of CPU`;
    case "slower":
      return `requests ${tookText(sli.of)} longer than the old version's`;
    case "probes":
      return "probes failed";
    case "custom":
      return "events were bad";
  }
}

function tookText(of: TimeKind): string {
  return of === "wallTime" ? "took" : "used CPU for";
}

function statusText({ from, to }: StatusRange): string {
  return from === to ? String(from) : `${from} to ${to}`;
}

/** What was served by an SLO, in words. */
export interface SloText {
  /** What its words are about. */
  readonly served: Served;
  /** The bad events and what they did, to follow "11.5 % of the new version's". */
  readonly bad: string;
  /** What is allowed. */
  readonly limit: string;
}

/**
 * What was served by an SLO in words. Latencies are told at the place where they differ most clearly: `requests took
 * longer than 60ms`, `limit 48 %, the part of the old version's that took longer than 50ms`.
 */
export function sloText(slo: Objective, served: Served): SloText {
  const { sli } = slo;
  const { bounds, served: shown, gap } = shownOf(slo, served);
  if (sli.kind !== "slower" || gap === undefined) {
    return { served, bad: badText(sli), limit: limitText(bounds, served) };
  }
  if (shown.old.valid === 0) return { served: shown, bad: badText(sli), limit: toleranceText(sli) };
  const longer = (ms: number): string => `${tookText(sli.of)} longer than ${formatDuration(ms)}`;
  return {
    served: shown,
    bad: `requests ${longer(gap.newMs)}`,
    limit: `limit ${percentText(badShare(shown.old))}, the part of the old version's that ${longer(gap.oldMs)}`,
  };
}

function toleranceText({ tolerance }: Slower): string {
  return `limit ${formatShare(tolerance - 1)} longer than the old version's, which served nothing`;
}

/** What an SLO allows: `limit 1 %`, or `limit 0.6 %, 1.5 times the old version's 0.4 %`. */
export function limitText(slo: Bounds, served: Served): string {
  const { max, maxIncrease = 0, margin = 0 } = slo;
  const limit = limitOf(slo, served);
  const plus = margin === 0 ? "" : ` plus ${formatShare(margin)}`;
  if (limit === undefined) return `limit ${maxIncrease} times the old version's share${plus}`;
  if (limit === max) return `limit ${formatShare(limit)}`;
  if (served.old.valid === 0)
    return `limit ${percentText(limit)} by the old version's hour before the release`;
  return `limit ${percentText(limit)}, ${maxIncrease} times the old version's ${percentText(badShare(served.old))}${plus}`;
}
