import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { buckets } from "../answer";
import { count, type Look } from "../look";
import { bucketsIn } from "../span";

/** Whether buckets keep their places whatever a query begins with: a release adds up buckets of many queries. */
export const grid: Check<Look> = {
  id: "bucket-grid",
  question: "Do buckets begin at the same moments, whatever a query begins with?",
  assumes: "they begin at epoch multiples of their length",
  find: async (look) => {
    const { from, to, bucketMs } = look.span;
    const shift = bucketMs / 2;
    const shifted = { from: from + shift, to: to + shift };
    const answer = await count(look, [], { timeframe: shifted, buckets: bucketsIn(look.span) });
    return judgeGrid(
      shifted.from,
      bucketMs,
      buckets(answer).map(({ start }) => start),
    );
  },
};

/** The query began at `from`, between two epoch multiples of `bucketMs`. */
export function judgeGrid(from: number, bucketMs: number, starts: readonly number[]): Finding {
  const [first] = starts;
  if (first === undefined) return open("the series is empty", reportIt);
  const after = ((first - from) / bucketMs).toFixed(1);
  const found = `the first bucket listed begins ${after} buckets after a span that begins between two`;
  if (starts.every((start) => start % bucketMs === 0)) return holds(found, "epoch multiples");
  return fails(found, reportIt, "begin with the span");
}
