import { formatElapsed } from "../../../plan/duration";
import type { Check } from "../check";
import { fails, holds, type Finding } from "../finding";
import { until, type Became } from "./patience";
import type { TestWorker } from "./testWorker";

const patience = { forMs: 120_000, everyMs: 1000 };

/** Whether probes reach a version that has no traffic, and how soon after it was deployed at 0 %. */
export const override: Check<TestWorker> = {
  id: "override",
  question: "Does a version override reach a version at 0 %, and how soon?",
  assumes: "within 2 minutes of its deployment",
  deadlineMs: 150_000,
  find: async (worker) => {
    const reached = await until(worker.time, patience, async () =>
      (await worker.visit("/", worker.second)).versionId === worker.second ? true : undefined,
    );
    return judgeOverride(
      reached,
      worker.sent.some(({ versionId }) => versionId !== undefined),
    );
  },
};

/** The version was reached, or not; `isServed` when any version has answered. */
export function judgeOverride(reached: Became<true> | undefined, isServed: boolean): Finding {
  if (reached !== undefined) {
    return holds(`after ${formatElapsed(Math.max(1, reached.afterMs))}`, "reached");
  }
  return isServed
    ? fails(
        "the old version answered for 2 minutes",
        "Plan no probes: they would not reach the new version. Report it with the output of `doctor --json`.",
        "ignored",
      )
    : fails(
        "no version answered for 2 minutes",
        "Check that the account has a workers.dev subdomain and that no policy keeps requests from it.",
        "no answer",
      );
}
