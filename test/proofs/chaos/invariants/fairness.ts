import type { Plan } from "../../../../provider/plan/plan";
import type { Invariant } from "./check";
import { blatantFor } from "./promotion";

/** Whether each soak, once warm, is long enough for each probe to be sent. */
function hasTimeForProbes({ stages, probes, warmUpMs }: Plan): boolean {
  return stages.every(({ soakMs }) => probes.every(({ everyMs }) => soakMs >= warmUpMs + 2 * everyMs));
}

/** Three readings in a row may take their whole time, in milliseconds, without any fault. */
const leastBlindMs = 60_000;

/** What is said of a version is earned: a verdict needs bad traffic, and a calm release of a good version completes. */
export const judgesFairly: Invariant = (story, checks) => {
  const { scenario, runs } = story;
  for (const run of runs) {
    if (!run.outcome || run.endedAt === undefined) continue;
    const { status, reason } = run.outcome;
    if (!scenario.traffic.bad) {
      checks.that(
        "a good version is not found violated",
        !/SLO ".*" violated/.test(reason),
        run.endedAt,
        () => reason,
      );
    }
    const isBad = blatantFor(run, story) < Infinity;
    if (isBad) {
      const isSeen = status !== "completed" || scenario.pieces.length > 0;
      checks.that("a bad version does not complete", isSeen, run.endedAt, () => `${run.name}: ${reason}`);
    }
  }
  const [first] = runs;
  const isEasy =
    scenario.traffic.requestsPerSecond >= 200 &&
    scenario.before !== "foreignSplit" &&
    scenario.plan.minRequests === 0 &&
    first !== undefined &&
    first.order.plan.maxBlindMs >= leastBlindMs &&
    hasTimeForProbes(first.order.plan);
  const isUndisturbed = scenario.pieces.every(({ kind }) => kind === "approver");
  const hasManual = scenario.plan.stages.some(({ progression }) => progression === "manual");
  if (first?.outcome && isEasy && isUndisturbed && !scenario.traffic.bad && !hasManual && !scenario.gates) {
    checks.that(
      "a good release in calm completes",
      first.outcome.status === "completed",
      first.endedAt ?? 0,
      () => first.outcome?.reason ?? "",
    );
  }
};
