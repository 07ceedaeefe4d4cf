import type { Plan } from "../plan/plan";
import type { EndingKind, Replay } from "./replay";
import { hourOf } from "./stages";
import { rateOf, type Rate } from "./statistics";

/** Releases of a version that is no different from the old one. */
export interface Unchanged {
  /** How many there were to tell from. */
  readonly runs: number;
  /** How many were left out since what was served after the trace's end decides about them. */
  readonly ranOut: number;
  /** How many were aborted since an SLO was violated. */
  readonly aborted: Rate;
  /** How many were put back for another reason: too few requests, a doubt, silence. */
  readonly inconclusive: Rate;
  /** The same by the SLO that did it, in the plan's order. */
  readonly bySlo: readonly SloEndings[];
  /** For each hour of the day, UTC, how many began in it and how these ended. */
  readonly byHour: readonly HourEndings[];
  /** When releases were aborted, those within an hour of each other together. */
  readonly incidents: readonly Incident[];
}

/** How often one SLO ended a release. */
export interface SloEndings {
  readonly slo: string;
  readonly violated: Rate;
  readonly insufficient: Rate;
  readonly unsure: Rate;
}

/** How the releases ended that began in one hour of the day. */
export interface HourEndings {
  /** From 0 to 23, in UTC. */
  readonly hour: number;
  readonly began: number;
  readonly aborted: number;
  readonly inconclusive: number;
}

/** A time in which releases were aborted. Times are in milliseconds since the epoch. */
export interface Incident {
  readonly from: number;
  readonly to: number;
  readonly releases: number;
  readonly slos: readonly string[];
}

/** Sums releases of an unchanged version up. */
export function unchangedOf(plan: Plan, all: readonly Replay[]): Unchanged {
  const replays = all.filter(({ kind }) => kind !== "ranOut");
  const of = (...kinds: readonly EndingKind[]): readonly Replay[] =>
    replays.filter(({ kind }) => kinds.includes(kind));
  const rate = (kind: EndingKind, name: string): Rate =>
    rateOf(of(kind).filter(({ slo }) => slo === name).length, replays.length);
  return {
    runs: replays.length,
    ranOut: all.length - replays.length,
    aborted: rateOf(of("violated").length, replays.length),
    inconclusive: rateOf(of("insufficient", "unsure", "other").length, replays.length),
    bySlo: plan.slos
      .filter(({ observeOnly }) => !observeOnly)
      .map(({ name }) => ({
        slo: name,
        violated: rate("violated", name),
        insufficient: rate("insufficient", name),
        unsure: rate("unsure", name),
      })),
    byHour: Array.from({ length: 24 }, (_, hour) => {
      const began = replays.filter(({ at }) => hourOf(at) === hour);
      const aborted = began.filter(({ kind }) => kind === "violated").length;
      const completed = began.filter(({ kind }) => kind === "completed").length;
      return { hour, began: began.length, aborted, inconclusive: began.length - aborted - completed };
    }),
    incidents: incidentsIn(of("violated")),
  };
}

const apartMs = 3_600_000;

function incidentsIn(aborted: readonly Replay[]): readonly Incident[] {
  const incidents: Incident[] = [];
  for (const { endedAt, slo = "" } of aborted.toSorted((a, b) => a.endedAt - b.endedAt)) {
    const last = incidents.at(-1);
    if (last === undefined || endedAt - last.to > apartMs) {
      incidents.push({ from: endedAt, to: endedAt, releases: 1, slos: [slo] });
    } else {
      const slos = [...new Set([...last.slos, slo])];
      incidents[incidents.length - 1] = { ...last, to: endedAt, releases: last.releases + 1, slos };
    }
  }
  return incidents;
}
