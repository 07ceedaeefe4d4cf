import { badShare, noCounts, servedSince, type Counts, type Series, type Served } from "../health/series";
import { assess, traces, type Assessment, type TracePoint } from "../rollout/look/assess";
import { shownOf } from "../rollout/look/shown";
import { sloReport } from "../rollout/report";
import type { Rollout } from "../rollout/rollout";
import { unservedText } from "../rollout/text/gapText";
import { badText, sloText } from "../rollout/text/sloText";
import type { CountsView, HealthView, PointView, SloView } from "./schema";
import { usualSlis, type Judged, type Measured } from "./sight";

/**
 * How the versions are doing.
 *
 * @param withPoints whether to show how each SLO came about
 */
export function healthOf(watched: Judged | Measured, withPoints: boolean): HealthView {
  return watched.kind === "judged" ? judged(watched.rollout, withPoints) : measured(watched, withPoints);
}

function judged(rollout: Rollout, withPoints: boolean): HealthView {
  const { release, state, observation } = rollout;
  const { telemetry, seenUntil, testimony } = observation;
  const points = withPoints ? traces(release, state, observation) : undefined;
  const note = unservedText(testimony);
  return {
    telemetry: {
      isAnswering: telemetry.failures === 0,
      seenUntil: new Date(seenUntil).toISOString(),
      trouble: telemetry.trouble === "" ? null : telemetry.trouble,
      note: note === "" ? null : note,
    },
    isJudged: true,
    slos: assess(release, state, observation).map((each, index) => ({
      ...sloOf(each),
      ...(points && { points: pointsOf(each, points[index] ?? []) }),
    })),
  };
}

function sloOf(assessment: Assessment): SloView {
  const { slo, served: all } = assessment;
  const { name, limit = null, evidence, verdict } = sloReport(assessment);
  const { served, bad, limit: limitText } = sloText(slo, all);
  const isSeen = slo.sli.kind !== "probes";
  return {
    name,
    bad,
    new: countsOf(served.new),
    old: served.old.valid > 0 ? countsOf(served.old) : null,
    limit,
    limitText,
    evidence: isSeen ? evidence : null,
    verdict: isSeen ? verdict : "unseen",
    observeOnly: slo.observeOnly,
    byDefault: slo.byDefault ?? false,
  };
}

/** A plot has no room for more. */
const mostPoints = 200;

function pointsOf({ slo }: Assessment, trace: readonly TracePoint[]): PointView[] {
  return inGroups(trace).map((group) => {
    const { verdict } = group.last;
    const { served } = shownOf(slo, servedIn(group.all.map(({ bucket }) => bucket)));
    const evidence = rounded(Math.min(verdict.evidence / verdict.conclusive, 1000));
    return pointOf(group.first.bucket.start, served, evidence);
  });
}

/** What was served, where nothing is judged. */
function measuredPoints(series: Series): PointView[] {
  return inGroups(series).map(({ first, all }) => pointOf(first.start, servedIn(all), null));
}

function pointOf(start: number, served: Served, evidence: number | null): PointView {
  const { new: fresh, old } = served;
  return { at: new Date(start).toISOString(), new: wholeOf(fresh), old: wholeOf(old), evidence };
}

function servedIn(buckets: Series): Served {
  return servedSince(buckets, buckets[0]?.start ?? 0);
}

interface Group<T> {
  readonly all: readonly T[];
  readonly first: T;
  readonly last: T;
}

/** Some in a row, put together to as many groups as a plot has room for. */
function inGroups<T>(list: readonly T[]): Group<T>[] {
  const each = Math.max(1, Math.ceil(list.length / mostPoints));
  const count = Math.ceil(list.length / each);
  return Array.from({ length: count }, (_, index) => list.slice(index * each, (index + 1) * each)).flatMap(
    (all) => {
      const [first, last] = [all[0], all.at(-1)];
      return first === undefined || last === undefined ? [] : [{ all, first, last }];
    },
  );
}

function measured({ telemetry, series }: Measured, withPoints: boolean): HealthView {
  const nothing: Served = { new: noCounts, old: noCounts };
  return {
    telemetry: {
      isAnswering: telemetry.failures === 0,
      seenUntil: series === undefined ? null : new Date(telemetry.answeredAt).toISOString(),
      trouble: telemetry.trouble === "" ? null : telemetry.trouble,
      note: null,
    },
    isJudged: false,
    slos: usualSlis.map((sli, index) => {
      const served = series === undefined ? nothing : servedSince(series[index] ?? [], 0);
      return {
        name: sli.kind,
        bad: badText(sli),
        new: countsOf(served.new),
        old: served.old.valid > 0 ? countsOf(served.old) : null,
        limit: null,
        limitText: null,
        evidence: null,
        verdict: null,
        observeOnly: false,
        byDefault: false,
        ...(withPoints && { points: measuredPoints(series?.[index] ?? []) }),
      };
    }),
  };
}

function countsOf(counts: Counts): CountsView {
  return { ...wholeOf(counts), share: rounded(badShare(counts)) };
}

/** Where telemetry is sampled, counts are fractions. */
function wholeOf({ bad, valid }: Counts): Pick<CountsView, "bad" | "valid"> {
  return { bad: Math.round(bad), valid: Math.round(valid) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
