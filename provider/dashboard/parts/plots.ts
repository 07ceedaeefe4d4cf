import { markup, type Markup } from "../../markup";
import { evidencePlot, timePlot, type Point, type ShadedStage, type Size, type TimePlot } from "../../plots";
import { percentText } from "../../rollout/text/sloText";
import type { PointView, ReleaseView, SloView, WorkerView } from "../../view/schema";
import { evidenceText } from "./slo";

/** Two of them are beside each other on a screen; on a phone each has all of its width. */
const half: Size = { width: 560, height: 220 };
/** This one is as wide as the page. */
const whole: Size = { width: 1160, height: 190 };
const narrow: Size = { width: 340, height: 220 };

/** Both sizes of a plot: the page shows the one that fits. */
function fitting(wide: Size, draw: (size: Size) => Markup): Markup {
  return markup`<div class="on-screen">${draw(wide)}</div><div class="on-phone">${draw(narrow)}</div>`;
}

/** How an SLO came about: the bad share of both versions against the limit, and the evidence. */
export function sloPlots(slo: SloView, release: ReleaseView, now: number): Markup | undefined {
  const { points, name } = slo;
  if (points === undefined || points.length < 2) return undefined;
  const span = spanOf(release, points, now);
  const share: TimePlot = {
    ...span,
    unit: "share",
    title: `${name}: bad share over time`,
    description: `New version ${percentText(slo.new.share)} in this stage${slo.old ? `, old version ${percentText(slo.old.share)}` : ""}${slo.limit === null ? "" : `, limit ${percentText(slo.limit)}`}.`,
    lines: [
      { name: "new version", of: "new", points: points.map((point) => shareAt(point, "new")) },
      { name: "old version", of: "old", points: points.map((point) => shareAt(point, "old")) },
    ],
    limit: slo.limit ?? undefined,
  };
  const evidence = {
    ...span,
    title: `${name}: evidence of a violation over time`,
    description: `Now ${evidenceText(slo.evidence ?? 0)} of what is conclusive.`,
    lines: [
      {
        name: "evidence",
        of: "new" as const,
        points: points.map(({ at, evidence: value }) => ({ at: Date.parse(at), value: value ?? undefined })),
      },
    ],
  };
  const evidenceOverTime = (size: Size): Markup => evidencePlot(evidence, { ...size, height: 150 });
  const judged = slo.evidence !== null && fitting(half, evidenceOverTime);
  return markup`${fitting(half, (size) => timePlot(share, size))}${judged}`;
}

function shareAt({ at, ...served }: PointView, version: "new" | "old"): Point {
  const { bad, valid } = served[version];
  return { at: Date.parse(at), value: valid === 0 ? undefined : bad / valid };
}

/** How the traffic was split: what the new version was given, and what it served. */
export function splitPlot({ release, health, at }: WorkerView): Markup | undefined {
  const points = health?.slos.map((slo) => slo.points ?? []).find((trace) => trace.length >= 2) ?? [];
  if (release === null || points.length < 2) return undefined;
  const now = Date.parse(at);
  const span = spanOf(release, points, now);
  const given = span.stages.flatMap(({ from, to, percent }) => [
    { at: from, value: percent / 100 },
    { at: to, value: percent / 100 },
  ]);
  const served = points.map(({ at: time, new: fresh, old }) => {
    const all = fresh.valid + old.valid;
    return { at: Date.parse(time), value: all === 0 ? undefined : fresh.valid / all };
  });
  const plot: TimePlot = {
    ...span,
    unit: "share",
    title: "Share of the new version over time",
    description: `It is given ${release.stage.percent} % now.`,
    lines: [
      { name: "served", of: "new", points: served },
      { name: "given", of: "old", points: given },
    ],
  };
  return fitting(whole, (size) => timePlot(plot, size));
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly stages: readonly ShadedStage[];
}

function spanOf(release: ReleaseView, points: readonly PointView[], now: number): Span {
  const begun = (release.stages ?? []).flatMap(({ startedAt, percent }) =>
    startedAt === null ? [] : [{ from: Date.parse(startedAt), percent }],
  );
  const stages = begun.map((stage, index) => ({ ...stage, to: begun[index + 1]?.from ?? now }));
  const first = Date.parse(points[0]?.at ?? release.startedAt);
  return { from: Math.min(first, Date.parse(release.startedAt)), to: now, stages };
}
