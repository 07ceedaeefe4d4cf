import { line } from "d3-shape";
import { markup, type Markup } from "../markup";
import { timeAxis, timeScale, valueAxis, valueScale, type TimeScale, type ValueScale } from "./axes";
import { areaIn, at, frame, sizes, widthOf, type Area, type Size, type Told } from "./frame";
import { legend, type Entry } from "./legend";
import { signOf, type MarkKind } from "./sign";
import { valueText, type Unit } from "./units";

/** A value at a moment in milliseconds since the epoch; undefined where there is none: the line has a gap there. */
export interface Point {
  readonly at: number;
  readonly value: number | undefined;
}

/** One line of a plot. */
export interface Line {
  readonly name: string;
  /** Which version it is about: it is drawn solid for the new one, dashed for the old one. */
  readonly of: "new" | "old";
  readonly points: readonly Point[];
}

/** A stage of a release, shaded behind the lines: the more, the larger its share. */
export interface ShadedStage {
  readonly from: number;
  readonly to: number;
  /** The new version's share, from 0 to 100. */
  readonly percent: number;
}

/** A moment that matters. */
export interface Mark {
  readonly at: number;
  readonly kind: MarkKind;
}

/** Values over time, with what is allowed. */
export interface TimePlot extends Told {
  readonly unit: Unit;
  /** What is shown, in milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly Line[];
  /** What is allowed: always the same, or by what the old version did. Default: there is no limit. */
  readonly limit?: number | readonly Point[] | undefined;
  /** What the limit is called. Default: `limit` and its value, where that is always the same. */
  readonly limitName?: string;
  readonly stages?: readonly ShadedStage[];
  readonly marks?: readonly Mark[];
}

/** Draws values over time. */
export function timePlot(plot: TimePlot, size: Size = sizes.wide): Markup {
  const entries = entriesOf(plot);
  const key = legend(entries, size.width);
  const area = areaIn(size, key.height + 20);
  const x = timeScale(plot.from, plot.to, area);
  const limits = typeof plot.limit === "number" ? [{ at: plot.from, value: plot.limit }] : (plot.limit ?? []);
  const limit = Math.max(...limits.map(({ value }) => value ?? 0));
  const values = plot.lines.flatMap(({ points }) => points.map(({ value }) => value ?? 0));
  const y = valueScale(values, limits.length > 0 ? limit : undefined, plot.unit, area);
  return frame(plot, size, [
    (plot.stages ?? []).map((stage) => stageOf(stage, x, area)),
    valueAxis(y, plot.unit, area),
    timeAxis(x, area),
    plot.lines.toReversed().map(({ of, points }) => lineOf(of, points, x, y)),
    limitOf(plot, x, y),
    (plot.marks ?? []).map((mark) => markOf(mark, x, area)),
    key.markup,
  ]);
}

/** Evidence of a violation over time: at 100 % it is conclusive. */
export function evidencePlot(
  plot: Omit<TimePlot, "unit" | "limit" | "limitName">,
  size: Size = sizes.wide,
): Markup {
  return timePlot({ ...plot, unit: "evidence", limit: 1, limitName: "conclusive" }, size);
}

const markNames: Readonly<Record<MarkKind, string>> = { onset: "trouble began", violation: "violated" };

function entriesOf({ lines, limit, limitName, marks = [], unit }: TimePlot): readonly Entry[] {
  const name = limitName ?? (typeof limit === "number" ? `limit ${valueText(limit, unit)}` : "limit");
  const hasLimit = typeof limit === "number" || (limit?.length ?? 0) > 0;
  return [
    ...lines.map((line) => ({ sign: "line" as const, of: line.of, name: line.name })),
    ...(hasLimit ? [{ sign: "line" as const, of: "limit" as const, name }] : []),
    ...marks.map(({ kind }) => ({ sign: kind, name: markNames[kind] })),
  ];
}

function stageOf(
  { from, to, percent }: ShadedStage,
  x: TimeScale,
  { left, right, top, bottom }: Area,
): Markup {
  const begin = Math.max(left, at(x(from)));
  const width = Math.max(0, at(Math.min(right, x(to)) - begin));
  const label = `${percent} %`;
  // A stage too short for its label goes without: the page tells its share beside the plot.
  const text =
    width >= widthOf(label) + 8 &&
    markup`<text class="soft start" x="${begin + 3}" y="${top - 5}">${label}</text>`;
  const opacity = at(0.3 + percent / 12) / 50;
  return markup`<rect class="stage" x="${begin}" y="${top}" width="${width}" height="${bottom - top}" opacity="${opacity}"/><line class="grid" x1="${begin}" x2="${begin}" y1="${top - 14}" y2="${bottom}"/>${text}`;
}

function lineOf(of: Line["of"] | "limit", points: readonly Point[], x: TimeScale, y: ValueScale): Markup {
  const path = line<Point>()
    .defined(({ value }) => value !== undefined)
    .x((point) => at(x(point.at)))
    .y(({ value = 0 }) => at(y(value)));
  return markup`<path class="line ${of}" d="${path([...points]) ?? ""}"/>`;
}

function limitOf({ limit, from, to }: TimePlot, x: TimeScale, y: ValueScale): Markup | undefined {
  if (limit === undefined) return undefined;
  if (typeof limit !== "number") return lineOf("limit", limit, x, y);
  return lineOf(
    "limit",
    [from, to].map((at) => ({ at, value: limit })),
    x,
    y,
  );
}

/** A line down through the plot, with a sign at its top. */
function markOf({ at: time, kind }: Mark, x: TimeScale, { top, bottom }: Area): Markup {
  const place = at(x(time));
  return markup`<line class="mark" x1="${place}" x2="${place}" y1="${top}" y2="${bottom}"/>${signOf(kind, place, top + 5)}`;
}
