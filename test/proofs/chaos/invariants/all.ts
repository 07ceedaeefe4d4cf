import type { Story } from "../simulate";
import { deploysAgain } from "./again";
import { staysBounded } from "./bounded";
import { Checks, type Invariant } from "./check";
import { endsTruly } from "./endings";
import { judgesFairly } from "./fairness";
import { overwritesNobody } from "./foreign";
import { keepsToThePlan } from "./order";
import { promotesNothingBad } from "./promotion";
import { revertsPromptly } from "./promptness";
import { reportsEverything } from "./reports";
import { givesUpOnlyInVain } from "./reverts";
import { shares } from "./shares";
import { abortedStaysAborted } from "./sticks";
import { brandsOnlyTheBad } from "./verdicts";
import { waitsWhereToldTo } from "./waits";

const invariants: readonly Invariant[] = [
  shares,
  keepsToThePlan,
  waitsWhereToldTo,
  promotesNothingBad,
  revertsPromptly,
  overwritesNobody,
  deploysAgain,
  endsTruly,
  givesUpOnlyInVain,
  reportsEverything,
  judgesFairly,
  brandsOnlyTheBad,
  abortedStaysAborted,
  staysBounded,
];

/** Checks everything that must be so, whatever the scenario. */
export function checkAll(story: Story): Checks {
  const checks = new Checks(story.start);
  for (const invariant of invariants) invariant(story, checks);
  return checks;
}
