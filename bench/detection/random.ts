import type { Random } from "../../provider/backtest/random";

export { binomial, generator, poisson, type Random } from "../../provider/backtest/random";

/** A standard normal number (Box and Muller, 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How many failures come before the first success, at `chance` each; Infinity at 0. */
export function failuresBefore(chance: number, random: Random): number {
  if (chance >= 1) return 0;
  return chance <= 0 ? Infinity : Math.floor(Math.log(1 - random()) / Math.log1p(-chance));
}
