import { thinningOf, type CountAnswer } from "./telemetryAnswer";
import type { Span } from "./telemetryGrid";

/** How many events the answers to one question have listed in each bucket, by the bucket's start in epoch milliseconds. */
export type Listed = ReadonlyMap<number, number>;

/** An answer's series and aggregates that do not add up. */
export interface Mismatch {
  readonly series: number;
  readonly aggregates: number;
}

/**
 * How much of all events the two sums may differ by: rows arrive while a query runs. One in a hundred changes no
 * verdict.
 */
const toleratedShare = 0.01;
const toleratedEvents = 2;

/**
 * Checks the series of an answer against its aggregates, which are of the whole timeframe. The first buckets of a
 * timeframe are not listed; whether the aggregates hold their events is not known, so both is fine. How many those are
 * is known from answers before.
 *
 * @param before what the answers before have listed
 * @returns undefined when the two agree, or when nobody can tell
 */
export function mismatchIn(answer: CountAnswer, timeframe: Span, before: Listed): Mismatch | undefined {
  const [calculation] = answer.calculations;
  if (calculation?.aggregates === undefined) return undefined;
  const aggregates = calculation.aggregates.reduce((sum, { stored }) => sum + stored, 0);
  const listed = listedIn(answer);
  const series = eventsOf(listed);
  const unlisted = startsBefore(listed, timeframe).map((start) => before.get(start));
  const isKnown = thinningOf(answer) === 1 && unlisted.every((events) => events !== undefined);
  const most = isKnown ? sumOf(unlisted) : Infinity;
  const agrees = (expected: number): boolean => Math.abs(aggregates - expected) <= toleratedOf(aggregates);
  if (agrees(series) || agrees(series + most)) return undefined;
  // Nobody knows what the unlisted buckets hold. They cannot hold less than nothing.
  if (most === Infinity && aggregates > series && listed.size > 0) return undefined;
  return { series, aggregates };
}

/** The buckets of a timeframe that an answer does not list; undefined when there are none. */
export function unlistedIn(answer: CountAnswer, timeframe: Span): Span | undefined {
  const { length } = startsBefore(listedIn(answer), timeframe);
  const { from, bucketMs } = timeframe;
  return length === 0 ? undefined : { from, to: from + length * bucketMs, bucketMs };
}

/**
 * Whether the aggregates are more than was expected because events have come late into the unlisted buckets.
 *
 * @param unlisted how many events those hold, asked after the answer; undefined when nobody can tell
 */
export function isExplainedBy(unlisted = Infinity, { series, aggregates }: Mismatch): boolean {
  return aggregates > series && aggregates <= series + unlisted + toleratedOf(aggregates);
}

function toleratedOf(aggregates: number): number {
  return Math.max(toleratedEvents, toleratedShare * aggregates);
}

/** How many events each bucket of an answer has. */
export function listedIn({ calculations }: CountAnswer): Listed {
  return new Map(
    calculations.flatMap(({ series }) =>
      series.map(({ time, data }) => [time, sumOf(data.map(({ stored }) => stored))] as const),
    ),
  );
}

/** How many events some buckets have together. */
export function eventsOf(listed: Listed): number {
  return sumOf([...listed.values()]);
}

/** The buckets of a timeframe before the first that is listed. */
function startsBefore(listed: Listed, { from, to, bucketMs }: Span): readonly number[] {
  const first = Math.min(to, ...listed.keys());
  return Array.from({ length: Math.max(0, (first - from) / bucketMs) }, (_, i) => from + i * bucketMs);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
