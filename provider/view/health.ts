import { badShare, noCounts, servedSince, type Counts, type Served } from "../health/series";
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
  return watched.kind === "judged" ? judged(watched.rollout, withPoints) : measured(watched);
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
  const each = Math.max(1, Math.ceil(trace.length / mostPoints));
  const groups = Array.from({ length: Math.ceil(trace.length / each) }, (_, index) =>
    trace.slice(index * each, (index + 1) * each),
  );
  return groups.flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return [];
    const all = servedSince(
      group.map(({ bucket }) => bucket),
      first.bucket.start,
    );
    const { served } = shownOf(slo, all);
    return {
      at: new Date(first.bucket.start).toISOString(),
      new: wholeOf(served.new),
      old: wholeOf(served.old),
      evidence: rounded(Math.min(last.verdict.evidence / last.verdict.conclusive, 1000)),
    };
  });
}

function measured({ telemetry, series }: Measured): HealthView {
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
