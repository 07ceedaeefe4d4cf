/**
 * Numbers from 0 to below 1 that follow from `seed` alone: FNV-1a over its letters, then mulberry32. Give each kind of
 * draw a seed with a name of its own: then one kind does not disturb the sequence of another.
 */
export function randomFrom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number between both ends. */
export function between([from, to]: readonly [from: number, to: number], random: () => number): number {
  return from + (to - from) * random();
}
