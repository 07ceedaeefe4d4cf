import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { buckets, type CountAnswer } from "../answer";
import { count, type Look } from "../look";
import { bucketsIn } from "../span";

/** Whether a number of buckets can be chosen, and whether the answer says how long they are. */
export const granularity: Check<Look> = {
  id: "granularity",
  question: "Does the number of buckets that is asked for decide how long they are?",
  assumes: "granularity N gives buckets of span / N, and run.granularity is that length in ms",
  find: async (look) =>
    judgeGranularity(look.span.bucketMs, await count(look, [], { buckets: bucketsIn(look.span) })),
};

/** Buckets of `bucketMs` were asked for. */
export function judgeGranularity(bucketMs: number, answer: CountAnswer): Finding {
  const starts = buckets(answer).map(({ start }) => start);
  const apart = [...new Set(starts.slice(1).map((start, i) => start - (starts[i] ?? start)))];
  const said = answer.run?.granularity;
  if (starts.length < 2) return open("the series has fewer than 2 buckets", reportIt);
  const found = `asked for ${bucketMs} ms: buckets ${apart.join(" or ")} ms apart, run.granularity ${said ?? "absent"}`;
  if (apart.length !== 1 || apart[0] !== bucketMs) return fails(found, reportIt, "other length");
  if (said !== undefined && said !== bucketMs) return fails(found, reportIt, "length not said");
  return holds(found, said === undefined ? "not said" : "span / N");
}
