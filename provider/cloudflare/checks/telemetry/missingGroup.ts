import type { Check } from "../check";
import { holds, type Finding } from "../finding";
import { total } from "../answer";
import { count, whileSteady, type Look } from "../look";
import { noTraffic } from "./noTraffic";

/** No row has it. */
const noField = "workersReleaseDoctor.noSuchField";

/** What becomes of rows that lack a field which the answer is grouped by. */
export const missingGroup: Check<Look> = {
  id: "missing-group",
  question: "What becomes of rows that lack a field which the answer is grouped by?",
  assumes: "they are left out, so only fields that every counted row has are grouped by",
  find: async (look) => {
    const { all, found } = await whileSteady(look, () => count(look, [], { by: [noField] }));
    return judgeMissingGroup(all, total(found));
  },
};

/** Of `all` rows, how many a group by a field that none has still counts. */
export function judgeMissingGroup(all: number, without: number): Finding {
  if (all === 0) return noTraffic;
  if (without === 0) return holds("they are left out", "left out");
  return holds("they are kept, in a group of their own", "kept");
}
