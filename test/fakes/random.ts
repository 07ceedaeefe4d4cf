import { words } from "../../provider/backtest/random";

export { words };

/** Numbers from 0 to 1 that depend on nothing but the seed. */
export function generator(seed: string): () => number {
  const next = words(seed);
  return () => (next() >>> 0) / 2 ** 32;
}

/** How many of `trials` succeed at `chance` each. It jumps from success to success: rare events cost little. */
export function binomial(trials: number, chance: number, random: () => number): number {
  if (chance > 0.5) return trials - binomial(trials, 1 - chance, random);
  if (chance <= 0) return 0;
  const untilNext = (): number => Math.floor(Math.log(1 - random()) / Math.log1p(-chance));
  let successes = 0;
  for (let trial = untilNext(); trial < trials; trial += 1 + untilNext()) successes += 1;
  return successes;
}
