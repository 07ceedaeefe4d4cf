/** The least likeness of two words at which one may be a misspelling of the other. */
const leastLikeness = 0.5;

/** The candidate that somebody may have meant by a word; undefined where none is like it. */
export function closestOf(given: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, likeness: likenessOf(letters(given), letters(candidate)) }))
    .sort((a, b) => b.likeness - a.likeness);
  return best !== undefined && best.likeness >= leastLikeness ? best.candidate : undefined;
}

/** Cloudflare's API writes `compatibility_date`, a program `compatibilityDate`: the same word. */
function letters(word: string): string {
  return word.toLowerCase().replaceAll(/[_-]/g, "");
}

/** How much of the longer of two words they begin and end with alike, from 0 to 1. */
function likenessOf(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let begin = 0;
  while (begin < shorter && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < shorter - begin && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return (begin + end) / Math.max(a.length, b.length, 1);
}
