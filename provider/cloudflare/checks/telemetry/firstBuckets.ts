import type { Check } from "../check";
import { fails, holds, reportIt, type Finding } from "../finding";
import { buckets, sum, total, type Bucket } from "../answer";
import { count, whileSteady, type Look } from "../look";
import { bucketsIn } from "../span";
import { noTraffic } from "./noTraffic";

/** A query that begins so many buckets earlier shows what the span's first buckets really hold. */
const earlier = 2;

/**
 * Whether a series lacks its first buckets. Recorded answers do not list the bucket that holds `from` nor the next
 * one; whether what they hold is lost is not known. A release asks for more buckets than it needs, so it only counts on
 * the later ones.
 */
export const firstBuckets: Check<Look> = {
  id: "first-buckets",
  question: "Are counts in a series complete but for its first two buckets?",
  assumes: "from the third bucket on, a series holds all that the span does",
  find: async (look) => {
    const { span } = look;
    const n = bucketsIn(span);
    const { all, found } = await whileSteady(look, async () => ({
      own: await count(look, [], { buckets: n }),
      padded: await count(look, [], {
        timeframe: { from: span.from - earlier * span.bucketMs, to: span.to },
        buckets: n + earlier,
      }),
    }));
    return judgeFirstBuckets(span.from, span.bucketMs, {
      all,
      aggregate: total(found.own),
      series: buckets(found.own),
      reference: buckets(found.padded).filter(({ start }) => span.from <= start && start < span.to),
    });
  },
};

/** What two queries have answered about the span that begins at `from`. */
export interface Series {
  /** A count of the span without a series. */
  readonly all: number;
  /** The total beside the span's series, and that series. */
  readonly aggregate: number;
  readonly series: readonly Bucket[];
  /** The same buckets out of a query that begins earlier. */
  readonly reference: readonly Bucket[];
}

/** Judges what the series of a span that begins at `from` holds. */
export function judgeFirstBuckets(from: number, bucketMs: number, series: Series): Finding {
  const { all, aggregate } = series;
  const [listed, reference] = [sum(series.series), sum(series.reference)];
  if (all === 0) return noTraffic;
  if (aggregate !== all) {
    return fails(`the total beside a series is ${aggregate}, without one ${all}`, reportIt, "totals differ");
  }
  if (reference !== all) {
    const found = `after its first ${earlier} buckets, a series holds ${reference} of ${all}`;
    return fails(found, reportIt, "incomplete");
  }
  const skipped = Math.round(((series.series[0]?.start ?? from) - from) / bucketMs);
  const found = `${skipped} not listed at the beginning, ${listed} of ${all} counted in the series`;
  if (listed < all) return holds(found, "first buckets lost");
  if (skipped === 0) return holds(found, "first buckets listed");
  // The span has invocations in its first bucket: they stand in a later one, which would be counted twice over.
  return fails(found, reportIt, "folded");
}
