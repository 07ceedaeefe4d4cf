import type { Bounds } from "./judgement";
import type { Past } from "./past";
import type { Counts, Series } from "./series";

/** Checks what an SLO is judged by. Throws a RangeError that says what was found and what is allowed. */
export function checkBounds({ max, maxIncrease, margin, alone }: Bounds, level: number): void {
  if (max === undefined && maxIncrease === undefined) {
    throw new RangeError("the SLO sets no bound, expected `max`, `maxIncrease` or both");
  }
  if (max !== undefined) {
    expect("max", max, (value) => value >= 0 && value < 1, "a share from 0 to below 1");
  }
  if (maxIncrease !== undefined) {
    expect("maxIncrease", maxIncrease, (value) => value >= 1 && value <= 1000, "a ratio from 1 to 1000");
  }
  for (const [name, share] of Object.entries({ margin, alone })) {
    if (share === undefined) continue;
    expect(name, share, (value) => value >= 0 && value < 1, "a share from 0 to below 1");
    if (maxIncrease === undefined)
      throw new RangeError(`${name} is given, expected \`maxIncrease\` beside it`);
  }
  expect("level", level, (value) => value > 0 && value < 1, "a probability above 0 and below 1");
}

/** Checks a series: counts that are none prove nothing, and least of all that a version is healthy. */
export function checkSeries(series: Series): void {
  let last = -Infinity;
  for (const [index, bucket] of existing("series", series)) {
    const name = `series[${index}]`;
    expect(`${name}.start`, bucket.start, Number.isFinite, "milliseconds since the epoch");
    if (bucket.start <= last) {
      throw new RangeError(
        `${name}.start is ${bucket.start}, expected more than that of the bucket before, ${last}`,
      );
    }
    last = bucket.start;
    checkCounts(`${name}.new`, bucket.new);
    checkCounts(`${name}.old`, bucket.old);
  }
}

/** Checks a past, whose buckets follow each other without a gap. */
export function checkPast({ bucketMs, buckets }: Past): void {
  expect("past.bucketMs", bucketMs, isPositive, "milliseconds above 0");
  for (const [index, counts] of existing("past.buckets", buckets))
    checkCounts(`past.buckets[${index}]`, counts);
}

/** Checks the width of a bucket. */
export function checkWidth(bucketMs: number): void {
  expect("bucketMs", bucketMs, isPositive, "milliseconds above 0");
}

/** Checks for how many buckets a release is planned. */
export function checkPlanned(buckets: number): void {
  expect("plannedBuckets", buckets, (value) => Number.isFinite(value) && value >= 1, "a number from 1 on");
}

function checkCounts(name: string, counts: Counts | undefined): void {
  if (counts === undefined)
    throw new RangeError(`${name} is missing, expected counts of valid and bad events`);
  const { valid, bad } = counts;
  expect(`${name}.valid`, valid, isCount, "a number of events from 0 on");
  expect(`${name}.bad`, bad, isCount, "a number of events from 0 on");
  if (bad > valid) throw new RangeError(`${name}.bad is ${bad}, expected at most ${name}.valid, ${valid}`);
}

/** The entries of a list. A hole in it is a RangeError: what was not seen is not the same as nothing. */
function* existing<T>(name: string, list: readonly (T | undefined)[]): Iterable<[number, T]> {
  for (let index = 0; index < list.length; index += 1) {
    const entry = list[index];
    if (entry === undefined)
      throw new RangeError(`${name}[${index}] is missing, expected a list without gaps`);
    yield [index, entry];
  }
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function expect(name: string, value: number, isFine: (value: number) => boolean, allowed: string): void {
  // What calls this may be JavaScript: a text that compares like a number is none.
  if (typeof value !== "number" || !isFine(value)) {
    throw new RangeError(`${name} is ${String(value)}, expected ${allowed}`);
  }
}
