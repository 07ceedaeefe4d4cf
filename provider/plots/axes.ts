import { scaleLinear, scalePow, scaleUtc, type ScaleLinear, type ScalePower, type ScaleTime } from "d3-scale";
import { markup, type Markup } from "../markup";
import { at, widthOf, type Area } from "./frame";
import { valueText, type Unit } from "./units";

/** Where a moment is, in epoch milliseconds, from left to right. */
export type TimeScale = ScaleTime<number, number>;
/** Where a value is, from bottom to top. */
export type ValueScale = ScaleLinear<number, number> | ScalePower<number, number>;

/** The moments from `from` to `to`, both in milliseconds since the epoch. */
export function timeScale(from: number, to: number, { left, right }: Area): TimeScale {
  return scaleUtc([from, Math.max(to, from + 1000)], [left, right]);
}

/** From here on a limit at the bottom of a linear axis could not be told from nothing. */
const farAbove = 8;

/**
 * The values from 0 to the largest, which is cut off where it says no more. Where they go far beyond the limit, the axis
 * is one of square roots, so that both are seen.
 */
export function valueScale(
  values: readonly number[],
  limit: number | undefined,
  unit: Unit,
  { top, bottom }: Area,
): ValueScale {
  const largest = Math.max(0, ...values.filter(Number.isFinite));
  const most = Math.max(1.1 * largest, 1.4 * (limit ?? 0), smallest[unit]);
  const domain = [0, Math.min(most, ceilings[unit])];
  if (limit !== undefined && limit > 0 && most > farAbove * limit) {
    return scalePow(domain, [bottom, top]).exponent(0.5).clamp(true);
  }
  return scaleLinear(domain, [bottom, top]).clamp(true);
}

const ceilings: Readonly<Record<Unit, number>> = {
  ...{ share: 1, ms: Infinity, count: Infinity, perSecond: Infinity },
  // Twice what is conclusive, or a thousand times: that is the same.
  evidence: 2,
};

/** What the axis shows at least: of nothing, too, it has to show something. */
const smallest: Readonly<Record<Unit, number>> = {
  ...{ share: 0.001, ms: 1, count: 1, perSecond: 0.1, evidence: 1.4 },
};

/** The axis of values with its grid. */
export function valueAxis(scale: ValueScale, unit: Unit, { left, right }: Area): readonly Markup[] {
  return valueTicks(scale).map((value) => {
    const y = at(scale(value));
    const label = markup`<text class="soft end" x="${left - 6}" y="${y + 4}">${valueText(value, unit)}</text>`;
    return markup`<line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/>${label}`;
  });
}

/** Round values, not closer to each other than their labels are high. */
function valueTicks(scale: ValueScale): readonly number[] {
  const kept: number[] = [];
  for (const value of scale.ticks(5)) {
    const last = kept.at(-1);
    if (last === undefined || scale(last) - scale(value) >= 14) kept.push(value);
  }
  return kept;
}

/** The axis of times, which are in UTC. */
export function timeAxis(scale: TimeScale, { left, right, bottom }: Area): readonly Markup[] {
  const [from = 0, to = 0] = scale.domain().map(Number);
  const most = Math.max(2, Math.floor((right - left) / 90));
  let [free, shown] = [left - 20, ""];
  // More ticks may come than were asked for.
  return scale.ticks(most).map((time) => {
    const text = timeText(time.getTime(), to - from);
    const x = at(scale(time));
    const half = widthOf(text) / 2;
    // A label that would leave the plot, cover the one before or say the same, is left out; its line stays.
    const hasRoom = text !== shown && x - half >= free && x + half <= right + 10;
    if (hasRoom) [free, shown] = [x + half + labelGap, text];
    const label = hasRoom && markup`<text class="soft middle" x="${x}" y="${bottom + 17}">${text}</text>`;
    return markup`<line class="grid" x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 4}"/>${label}`;
  });
}

/** Between two labels of times. */
const labelGap = 8;

const dayMs = 86_400_000;

/** As much of a moment as tells it from the others of a span: seconds in ten minutes, days in more than two of them. */
function timeText(time: number, spanMs: number): string {
  const text = new Date(time).toISOString();
  if (spanMs <= 600_000) return `${text.slice(11, 19)}Z`;
  if (spanMs <= 2 * dayMs) return `${text.slice(11, 16)}Z`;
  return spanMs <= 8 * dayMs ? `${text.slice(5, 10)} ${text.slice(11, 13)}h` : text.slice(0, 10);
}
