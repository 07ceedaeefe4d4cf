import { generator } from "../../fakes/random";

/** Choices that depend on nothing but the seed. */
export class Random {
  readonly unit: () => number;

  constructor(seed: string) {
    this.unit = generator(seed);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  between(from: number, to: number): number {
    return from + this.unit() * (to - from);
  }

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return Math.floor(this.between(from, to + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.whole(0, choices.length - 1)] ?? choices[0];
  }

  /** One of the choices, each as likely as its weight. */
  weighted<T>(choices: readonly [readonly [number, T], ...(readonly [number, T])[]]): T {
    let left = this.unit() * choices.reduce((sum, [weight]) => sum + weight, 0);
    return (choices.find(([weight]) => (left -= weight) < 0) ?? choices[0])[1];
  }
}

/** A number from 0 to 1 for each list of whole numbers: as good as random, and always the same. */
export function noise(...numbers: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const number of numbers) {
    // Times are too large for 32 bits.
    state = mixed(state ^ (number | 0));
    state = mixed(state ^ Math.floor(number / 2 ** 32));
  }
  return (mixed(state) >>> 0) / 2 ** 32;
}

/** The end of MurmurHash3. */
function mixed(word: number): number {
  let state = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) + 0x6d2b79f5;
}
