/** Log-normal latencies. */
export interface Latency {
  readonly medianMs: number;
  /** The standard deviation of the logarithm. */
  readonly sigma: number;
}

/** The share of requests that take longer than a limit. */
export function slowerThan(limitMs: number, { medianMs, sigma }: Latency): number {
  return aboveNormal(Math.log(limitMs / medianMs) / sigma);
}

/** The part of a normal distribution above `z` (Abramowitz and Stegun 26.2.17; the error is below 7.5e-8). */
function aboveNormal(z: number): number {
  if (z < 0) return 1 - aboveNormal(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153];
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series.reduce((sum, c) => (sum + c) * t, 0);
}
