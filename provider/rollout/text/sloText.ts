import type { Bounds } from "../../health/judgement";
import { badShare, type Counts, type Served } from "../../health/series";
import type { StatusRange } from "../../health/sli";
import { formatDuration } from "../../plan/duration";
import type { Objective, Plan } from "../../plan/plan";
import { limitOf } from "../look/assess";

/** A share as a person reads it: at most three digits, `11.5 %`. */
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

/** What a plan is judged by: `SLOs: 5xx, p99 wallTime, canceled (by default)`. */
export function objectivesText({ slos }: Pick<Plan, "slos">): string {
  return `SLOs: ${slos.map(({ name, byDefault }) => (byDefault ? `${name} (by default)` : name)).join(", ")}`;
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
    case "probes":
      return "probes failed";
    case "custom":
      return "events were bad";
  }
}

function statusText({ from, to }: StatusRange): string {
  return from === to ? String(from) : `${from} to ${to}`;
}

/** What an SLO allows: `limit 1 %`, or `limit 0.6 %, 1.5 times the old version's 0.4 %`. */
export function limitText(slo: Bounds, served: Served): string {
  const { max, maxIncrease = 0, margin = 0 } = slo;
  const limit = limitOf(slo, served);
  const plus = margin === 0 ? "" : ` plus ${percentText(margin)}`;
  if (limit === undefined) return `limit ${maxIncrease} times the old version's share${plus}`;
  if (limit === max) return `limit ${percentText(limit)}`;
  if (served.old.valid === 0)
    return `limit ${percentText(limit)} by the old version's hour before the release`;
  return `limit ${percentText(limit)}, ${maxIncrease} times the old version's ${percentText(badShare(served.old))}${plus}`;
}
