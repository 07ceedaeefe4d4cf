/** The function of which a root is sought. */
type Curve = (at: number) => number;

/**
 * Brent's method between two ends of opposite sign, as in R's `uniroot`, from which Kayenta has it: it stops when the
 * root is known to `tolerance`, or the value is 0.
 */
export function rootOf(curve: Curve, low: number, high: number, tolerance: number): number {
  let [a, b] = [low, high];
  let [fa, fb] = [curve(a), curve(b)];
  if (fa === 0) return a;
  if (fb === 0) return b;
  let [c, fc] = [a, fa];
  for (let left = 1001; left > 0; left -= 1) {
    const previous = b - a;
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const actual = 2 * Number.EPSILON * Math.abs(b) + tolerance / 2;
    const half = (c - b) / 2;
    if (Math.abs(half) <= actual || fb === 0) return b;
    const promising = Math.abs(previous) >= actual && Math.abs(fa) > Math.abs(fb);
    const step = promising ? interpolated({ a, b, c, fa, fb, fc }, previous, actual) : half;
    [a, fa] = [b, fb];
    b += Math.abs(step) >= actual ? step : step > 0 ? actual : -actual;
    fb = curve(b);
    if (fb > 0 === fc > 0) [c, fc] = [a, fa];
  }
  return b;
}

interface Bracket {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly fa: number;
  readonly fb: number;
  readonly fc: number;
}

/** The step to where a line, or a parabola on its side, crosses 0; half the bracket when that leads too far. */
function interpolated({ a, b, c, fa, fb, fc }: Bracket, previous: number, actual: number): number {
  const width = c - b;
  const s = fb / fa;
  let p = width * s;
  let q = 1 - s;
  if (a !== c) {
    const t = fa / fc;
    const r = fb / fc;
    p = s * (width * t * (t - r) - (b - a) * (r - 1));
    q = (t - 1) * (r - 1) * (s - 1);
  }
  if (p > 0) q = -q;
  else p = -p;
  const near = p < 0.75 * width * q - Math.abs(actual * q) / 2 && p < Math.abs((previous * q) / 2);
  return near ? p / q : width / 2;
}
