/** The density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * The probability that a standard normal number is above `x`, with a relative error below 1e-10: by the series around 0
 * up to 3, beyond by Laplace's continued fraction.
 */
export function normalTail(x: number): number {
  if (x < 0) return 1 - normalTail(-x);
  if (x < 3) return 0.5 - normalDensity(x) * seriesAt(x);
  let fraction = x;
  for (let depth = 100; depth > 0; depth -= 1) fraction = x + depth / fraction;
  return normalDensity(x) / fraction;
}

/** x + x³/3 + x⁵/15 + … */
function seriesAt(x: number): number {
  let [term, sum] = [x, x];
  for (let odd = 3; term > 1e-17 * sum; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return sum;
}
