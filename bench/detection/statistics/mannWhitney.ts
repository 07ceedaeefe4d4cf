import { rootOf } from "./root";

/** By how much one sample lies above another. */
export interface Shift {
  /** Hodges and Lehmann's estimate. */
  readonly estimate: number;
  /** The lower end of the confidence interval. */
  readonly lower: number;
}

/** Where the root finder of Kayenta, and of R, stops. */
const tolerance = 1e-4;

/**
 * The shift between two samples by the test of Mann and Whitney, as Kayenta and R's `wilcox.test` find it: the roots of
 * the normal approximation, with the corrections for continuity and for ties.
 *
 * @param z the quantile of the normal distribution at the lower end
 */
export function shiftOf(sample: readonly number[], control: readonly number[], z: number): Shift {
  const xs = sorted(sample);
  const ys = sorted(control);
  const least = (xs[0] ?? 0) - (ys.at(-1) ?? 0);
  const most = (xs.at(-1) ?? 0) - (ys[0] ?? 0);
  const curve =
    (quantile: number) =>
    (shift: number): number =>
      standardized(xs, ys, shift) - quantile;
  const atZ = curve(z);
  if (atZ(least) <= 0) return { lower: least, estimate: rootOf(curve(0), least, most, tolerance) };
  const lower = atZ(most) >= 0 ? most : rootOf(atZ, least, most, tolerance);
  return { lower, estimate: rootOf(curve(0), least, most, tolerance) };
}

/** How many standard deviations the rank sum of `xs − shift` lies above what it is without a difference. */
export function standardized(xs: Float64Array, ys: Float64Array, shift: number): number {
  const { above, ties } = compare(xs, ys, shift);
  const [n, m] = [xs.length, ys.length];
  const excess = above - (n * m) / 2;
  const all = n + m;
  const deviation = Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))));
  return (excess - Math.sign(excess) * 0.5) / deviation;
}

/**
 * How many pairs have x − shift above y, ties counting half, and the sum of t³ − t over the groups of t equal values.
 * Both samples are sorted, so one pass finds both.
 */
function compare(xs: Float64Array, ys: Float64Array, shift: number): { above: number; ties: number } {
  let above = 0;
  let ties = 0;
  let i = 0;
  let j = 0;
  while (i < xs.length || j < ys.length) {
    const value = Math.min((xs[i] ?? Infinity) - shift, ys[j] ?? Infinity);
    const below = j;
    const from = i;
    while (i < xs.length && (xs[i] ?? 0) - shift === value) i += 1;
    while (j < ys.length && ys[j] === value) j += 1;
    const equal = i - from + j - below;
    above += (i - from) * (below + (j - below) / 2);
    ties += equal ** 3 - equal;
  }
  return { above, ties };
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}
