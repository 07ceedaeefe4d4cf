import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { cells, groupValue, total } from "../answer";
import { count, whileSteady, type Look } from "../look";
import { keys } from "../query";
import { noTraffic } from "./noTraffic";

/** No row has it. */
const noField = "workersReleaseDoctor.noSuchField";

/** What becomes of rows that lack a field which the answer is grouped by. */
export const missingGroup: Check<Look> = {
  id: "missing-group",
  question: "What becomes of rows that lack a field which the answer is grouped by?",
  assumes: "they are left out, so only fields that every counted row has are grouped by",
  look: async (look) => {
    const { all, found } = await whileSteady(look, async () => ({
      without: total(await count(look, [], { by: [noField] })),
      outcomes: cells(await count(look, [], { by: [keys.outcome] })).filter(
        (cell) => groupValue(cell, keys.outcome) !== undefined,
      ),
    }));
    return judgeMissingGroup(
      all,
      found.without,
      found.outcomes.reduce((sum, { value }) => sum + value, 0),
    );
  },
};

/** Of `all` rows, how many a group by a field that none has still counts, and how many have an outcome. */
export function judgeMissingGroup(all: number, without: number, withOutcome: number): Finding {
  if (all === 0) return open(noTraffic.found, noTraffic.advice);
  if (withOutcome !== all) {
    return fails(
      `${all - withOutcome} of ${all} invocations have no outcome and would not be counted`,
      reportIt,
    );
  }
  if (without === 0) return holds("they are left out", "left out");
  return holds("they are kept, in a group of their own", "kept");
}
