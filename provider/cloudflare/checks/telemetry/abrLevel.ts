import type { Check } from "../check";
import { holds, type Finding } from "../finding";
import type { CountAnswer } from "../answer";
import { count, type Look } from "../look";

/** Where an answer says that it was made from a part of the rows. */
export const abrLevel: Check<Look> = {
  id: "abr-level",
  question: "Where does an answer say that it read a part of the rows only?",
  assumes: "abr_level in result.statistics or result.run.statistics; the larger counts, none is 1",
  find: async (look) => judgeAbrLevel(await count(look, [])),
};

/** Reads both places. */
export function judgeAbrLevel({ run, statistics }: CountAnswer): Finding {
  const [ofRun, ofResult] = [run?.statistics?.abr_level, statistics?.abr_level];
  const found = `result.statistics ${ofResult ?? "none"}, result.run.statistics ${ofRun ?? "none"}`;
  if (ofRun === ofResult) return holds(found, ofRun === undefined ? "nowhere" : "both");
  return holds(found, ofRun === undefined ? "result" : ofResult === undefined ? "run" : "they differ");
}
