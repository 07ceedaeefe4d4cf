/** An hour has this many blocks, of which as many are dropped: those that are least like the rest. */
const blocks = 12;
const dropped = 4;

/**
 * Tells which buckets of a past are left when its worst blocks are dropped: an incident in it is no noise.
 *
 * @param distances how far each bucket is from what is usual, in the order of the past
 */
export function withoutWorstBlocks(distances: readonly number[]): (at: number) => boolean {
  const blockOf = (at: number): number => Math.floor((at * blocks) / distances.length);
  const scores = Array<number>(blocks).fill(0);
  distances.forEach((distance, at) => {
    scores[blockOf(at)] = (scores[blockOf(at)] ?? 0) + distance;
  });
  const order = scores.map((score, block) => ({ score, block })).sort((a, b) => b.score - a.score);
  const worst = new Set(order.slice(0, dropped).map(({ block }) => block));
  return (at) => !worst.has(blockOf(at));
}
