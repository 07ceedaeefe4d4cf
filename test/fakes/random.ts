/** Numbers from 0 to 1 that depend on nothing but the seed. */
export function generator(seed: string): () => number {
  const next = words(seed);
  return () => (next() >>> 0) / 2 ** 32;
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

/** How many of `trials` succeed at `chance` each. It jumps from success to success: rare events cost little. */
export function binomial(trials: number, chance: number, random: () => number): number {
  if (chance > 0.5) return trials - binomial(trials, 1 - chance, random);
  if (chance <= 0) return 0;
  const untilNext = (): number => Math.floor(Math.log(1 - random()) / Math.log1p(-chance));
  let successes = 0;
  for (let trial = untilNext(); trial < trials; trial += 1 + untilNext()) successes += 1;
  return successes;
}
