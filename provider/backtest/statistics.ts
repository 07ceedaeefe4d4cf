/** How often something happened, and between what its probability is with a confidence of 95 %. */
export interface Rate {
  readonly count: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
}

/** The two-sided normal quantile at 95 %. */
const z = 1.959964;

/** A rate with the interval of Wilson (1927), which stays between 0 and 1 also where nothing happened. */
export function rateOf(count: number, of: number): Rate {
  if (of === 0) return { count, of, low: 0, high: 1 };
  const share = count / of;
  const scale = 1 + z ** 2 / of;
  const middle = share + z ** 2 / (2 * of);
  const spread = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  return {
    ...{ count, of },
    low: count === 0 ? 0 : Math.max(0, (middle - spread) / scale),
    high: count === of ? 1 : Math.min(1, (middle + spread) / scale),
  };
}

/** The smallest of some values that a part of them, from 0 to 1, does not exceed; undefined where there are none. */
export function quantile(values: readonly number[], part: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}
