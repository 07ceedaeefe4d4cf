import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** A number from 0 to below 1. */
export type Random = () => number;

/** Numbers that depend on nothing but the seed. */
export function generator(seed: string): Random {
  const next = words(seed);
  const source = xoroshiro128plusFromState([next(), next(), next(), next()]);
  return () => uniformFloat64(source);
}

/** Words of 32 bits without any pattern from a seed (FNV-1a for its letters, then the mixing of mulberry32). */
export function words(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return mixed ^ (mixed >>> 14);
  };
}

/** Above this mean the rejection methods pay, and are proven. */
const rejectionPays = 10;

/** How many events come when `mean` are expected (Hörmann, 1993: PTRS for large means). */
export function poisson(mean: number, random: Random): number {
  if (mean < rejectionPays) return countDown(Math.exp(-mean), (k) => mean / k, random);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const logMean = Math.log(mean);
  const accepted = (k: number): number => k * logMean - mean - logFactorial(k);
  const scale = 1.1239 + 1.1328 / (b - 3.4);
  return reject(a, b, mean + 0.43, 0.9277 - 3.6224 / (b - 2), scale, Infinity, accepted, random);
}

/** How many of `trials` succeed at `chance` each (Hörmann, 1993: BTRS for large means). */
export function binomial(trials: number, chance: number, random: Random): number {
  if (chance > 0.5) return trials - binomial(trials, 1 - chance, random);
  if (chance <= 0 || trials === 0) return 0;
  const odds = chance / (1 - chance);
  const none = Math.exp(trials * Math.log1p(-chance));
  if (trials * chance < rejectionPays) {
    return countDown(none, (k) => ((trials - k + 1) / k) * odds, random);
  }
  const spread = Math.sqrt(trials * chance * (1 - chance));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * chance;
  const mode = Math.floor((trials + 1) * chance);
  const logOdds = Math.log(odds);
  const atMode = logFactorial(mode) + logFactorial(trials - mode);
  const accepted = (k: number): number =>
    atMode - logFactorial(k) - logFactorial(trials - k) + (k - mode) * logOdds;
  const scale = (2.83 + 5.1 / b) * spread;
  return reject(a, b, trials * chance + 0.5, 0.92 - 4.2 / b, scale, trials, accepted, random);
}

/** Inversion: goes through the probabilities from 0 on, each a ratio of the one before. */
function countDown(first: number, ratio: (k: number) => number, random: Random): number {
  let left = random();
  let probability = first;
  let k = 0;
  while (left > probability && probability > 0) {
    left -= probability;
    k += 1;
    probability *= ratio(k);
  }
  return k;
}

/** Transformed rejection with a squeeze: most numbers are accepted without asking for their probability. */
function reject(
  a: number,
  b: number,
  centre: number,
  squeeze: number,
  scale: number,
  most: number,
  accepted: (k: number) => number,
  random: Random,
): number {
  for (;;) {
    const u = random() - 0.5;
    const v = 1 - random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + centre);
    if (k < 0 || k > most) continue;
    if (us >= 0.07 && v <= squeeze) return k;
    if (Math.log((v * scale) / (a / (us * us) + b)) <= accepted(k)) return k;
  }
}

const logFactorials = [0];
for (let k = 1; k < 256; k += 1) logFactorials.push((logFactorials[k - 1] ?? 0) + Math.log(k));

/** ln(k!), by Stirling's series where the table ends. */
function logFactorial(k: number): number {
  const known = logFactorials[k];
  if (known !== undefined) return known;
  const inverse = 1 / (k + 1);
  const tail = inverse * (1 / 12 - (inverse * inverse) / 360);
  return (k + 0.5) * Math.log(k + 1) - (k + 1) + 0.5 * Math.log(2 * Math.PI) + tail;
}
