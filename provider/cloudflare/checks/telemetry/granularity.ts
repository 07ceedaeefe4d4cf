import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { buckets, type CountAnswer } from "../answer";
import { count, type Look } from "../look";

/** Half as many again as a series has by itself, so that the two cannot be confused. */
const asked = 90;
const automatic = 60;

/** Whether a number of buckets can be chosen, and whether the answer says how long they are. */
export const granularity: Check<Look> = {
  id: "granularity",
  question: "Does the number of buckets that is asked for decide how long they are?",
  assumes:
    "granularity N gives buckets of span / N, or is ignored and gives 60; run.granularity, if there, is their length in ms",
  find: async (look) => {
    const { to, bucketMs } = look.span;
    const timeframe = { from: to - asked * bucketMs, to };
    return judgeGranularity(bucketMs, await count(look, [], { timeframe, buckets: asked }));
  },
};

/** 90 buckets of `bucketMs` were asked for. */
export function judgeGranularity(bucketMs: number, answer: CountAnswer): Finding {
  const starts = buckets(answer).map(({ start }) => start);
  const lengths = new Set(starts.slice(1).map((start, i) => start - (starts[i] ?? start)));
  const [length] = lengths;
  if (length === undefined) return open("the series has fewer than 2 buckets", reportIt);
  const said = answer.run?.granularity;
  const found = `asked for ${bucketMs} ms: got ${[...lengths].join(" or ")} ms, run.granularity says ${said ?? "nothing"}`;
  const isIgnored = length === automaticLength(bucketMs);
  if (lengths.size > 1 || (length !== bucketMs && !isIgnored)) return fails(found, reportIt, "other length");
  if (said !== undefined && said !== length) return fails(found, reportIt, "length not said");
  // Then a release asks for 60 buckets at a time, which is what it gets.
  if (isIgnored) return holds(`${found}: it is ignored`, "ignored");
  return holds(found, said === undefined ? "not said" : "span / N");
}

/** In whole seconds, rounded up. */
function automaticLength(bucketMs: number): number {
  return Math.ceil((asked * bucketMs) / automatic / 1000) * 1000;
}
