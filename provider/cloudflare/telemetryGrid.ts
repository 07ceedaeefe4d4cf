import type { SeriesQuery } from "../rollout/ports";

/**
 * Buckets of `bucketMs` from `from` until `to`, in epoch milliseconds. Both ends are multiples of `bucketMs`: that is
 * where Cloudflare's buckets begin, whatever the query's `from` is (recorded live, September 2026).
 */
export type Span = Pick<SeriesQuery, "from" | "to" | "bucketMs">;

/** The most buckets that are read with one query: 50 minutes at 10 s. */
const maxBuckets = 300;

/** Queries over 6 days and more were answered with nothing, as users report. A day is far from that. */
const maxPieceMs = 86_400_000;

/** Live answers do not list the bucket that holds `from`, nor the next one. */
const unlistedBuckets = 2;

/** Into how many buckets the API cuts a timeframe when it is not told. */
const automaticBuckets = 60;

/** The most buckets that queries of several releases are joined to, where those begin a little apart. */
export const longestTimeframe = maxBuckets + 30;

/** How many buckets a span has. */
export function bucketsIn({ from, to, bucketMs }: Span): number {
  return (to - from) / bucketMs;
}

/**
 * The timeframe to ask for, so that every bucket of `span` is listed. It begins at least two buckets early; what it
 * holds before the span is thrown away. It has 60 buckets where that is enough: then the answer has the right buckets
 * also if the API ignores `granularity`, which no recording rules out.
 *
 * @param isTight true for as few buckets as can be: what is in those before has groups, too, and an API that
 * is known to obey `granularity` gives the right ones
 */
export function timeframeFor(span: Span, isTight = false): Span {
  const lead = Math.max(unlistedBuckets, isTight ? 0 : automaticBuckets - bucketsIn(span));
  return { ...span, from: span.from - lead * span.bucketMs };
}

/** True when the API cuts a timeframe into the same buckets if it ignores `granularity`. */
export function isAutomatic(timeframe: Span): boolean {
  return bucketsIn(timeframe) === automaticBuckets;
}

/** Cuts a span into pieces that one query each can read. */
export function pieces(span: Span): readonly Span[] {
  const pieceMs = Math.min(maxBuckets, Math.floor(maxPieceMs / span.bucketMs)) * span.bucketMs;
  const starts = Array.from(
    { length: Math.ceil((span.to - span.from) / pieceMs) },
    (_, i) => span.from + i * pieceMs,
  );
  return starts.map((from) => ({ ...span, from, to: Math.min(from + pieceMs, span.to) }));
}

/** Both halves of a span, or undefined when it is one bucket. */
export function halves(span: Span): readonly [Span, Span] | undefined {
  const buckets = bucketsIn(span);
  if (buckets < 2) return undefined;
  const middle = span.from + Math.floor(buckets / 2) * span.bucketMs;
  return [
    { ...span, to: middle },
    { ...span, from: middle },
  ];
}
