import type { Plan } from "../plan/plan";
import { planSchema } from "../plan/schema";
import { samePercent } from "../rollout/release";
import type { Course } from "./course";

/** The plan that a release is judged by afterwards. */
export interface PlanInForce {
  readonly plan: Plan;
  /** False where it is not the one that the release had. */
  readonly isOwn: boolean;
  /** What to say of it; empty where there is nothing. */
  readonly note: string;
}

/** What a version is judged by where nobody says what its plan was: it is compared with the old one. */
const usualSlos = [
  { name: "server errors", sli: "serverErrors", maxIncrease: 1.5 },
  { name: "slower", sli: "wallTime", slower: "20%" },
];

/** The plan given, where it can be that of the release; else one with its stages and the usual SLOs. */
export function planInForce(given: Plan | undefined, course: Course): PlanInForce {
  if (given !== undefined && fits(given, course)) return { plan: given, isOwn: true, note: "" };
  const why =
    given === undefined
      ? "The plan of the release was not given (--plan)"
      : `The plan given has other stages than the release had, which had ${course.record.stages}`;
  const note =
    `${why}: it is judged here by what is usual, server errors and times beside the old version's. That is not what ` +
    "the release was judged by.";
  return { plan: usualPlan(course), isOwn: false, note };
}

function fits({ stages }: Plan, { record, stages: entered }: Course): boolean {
  return (
    stages.length === record.stages &&
    entered.every(({ stage, percent }) => samePercent(stages[stage]?.percent ?? -1, percent) || percent === 0)
  );
}

/** Of stages that were never entered nothing is known, and nothing is asked. */
function usualPlan({ record, stages }: Course): Plan {
  const known = new Map(stages.map(({ stage, percent }) => [stage, percent]));
  record.planned?.forEach(({ percent }, stage) => known.set(stage, percent));
  let percent = 0;
  const planned = Array.from({ length: record.stages }, (_, stage) => {
    const rest = record.stages - stage;
    percent = known.get(stage) ?? percent + (100 - percent) / rest;
    return { percent, soakMs: 60_000, progression: "automatic" as const };
  });
  const base = planSchema.parse({ slos: usualSlos, stages: [{ percent: 100, soakTime: "1m" }] });
  return { ...base, stages: planned };
}
