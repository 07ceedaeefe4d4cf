import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { cells, type Cell } from "../answer";
import { count, type Look } from "../look";
import { keys } from "../query";

/** Whether the number of rows that were really stored can be told where the Worker's sampling leaves some out. */
export const storedRows: Check<Look> = {
  id: "stored-rows",
  question: "Under sampling, can the rows that were stored be told from the estimate?",
  assumes: "value / sampleInterval is how many were stored, whatever count means",
  find: async (look) => judgeStored(cells(await count(look, [], { by: [keys.outcome] }))),
};

/** `count` and `value` of some groups. */
export function judgeStored(cells: readonly Cell[]): Finding {
  const sampled = cells.filter(({ sampleInterval }) => sampleInterval > 1);
  if (sampled.length === 0) {
    return open(
      "nothing is sampled here: each row stands for one",
      "With a sampling rate of 1 it does not matter. --with-test-worker tries it.",
      "not sampled",
    );
  }
  const isScaled = sampled.every(({ value, count }) => isNear(count, value));
  const isStored = sampled.every(({ value, count, sampleInterval }) => isNear(count, value / sampleInterval));
  const [{ value, count, sampleInterval } = { value: 0, count: 0, sampleInterval: 0 }] = sampled;
  const found = `value ${value}, count ${count}, sampleInterval ${sampleInterval.toFixed(1)}`;
  if (isScaled) return holds(found, "count is the estimate");
  if (isStored) return holds(found, "count is what is stored");
  return fails(found, reportIt, "neither");
}

/** Intervals are means, so that whole numbers may be missed a little. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(0.5, 0.01 * Math.max(a, b));
}
