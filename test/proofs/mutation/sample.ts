import { generator } from "../../fakes/random";

/** `size` of the items, in their order; all of them where `size` is undefined. The same seed chooses the same. */
export function sampled<T>(items: readonly T[], size: number | undefined, seed: string): readonly T[] {
  if (size === undefined) return items;
  const random = generator(seed);
  const drawn = items.map((item, place) => ({ item, place, lot: random() })).sort((a, b) => a.lot - b.lot);
  return drawn
    .slice(0, size)
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
