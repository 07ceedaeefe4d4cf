import type { Invariant } from "./check";
import { overAt } from "./facts";

/** What a run does and keeps stays in proportion to the time it takes. */
export const staysBounded: Invariant = ({ runs, end }, checks) => {
  for (const run of runs) {
    const until = Math.min(overAt(run), end);
    const looks = (until - run.startedAt) / run.order.plan.pollIntervalMs;
    const calls = run.reads.length + run.telemetry.length + run.writes.length;
    checks.that(
      "calls in proportion to time",
      calls <= 4 * looks + 300,
      until,
      () => `${run.name} made ${calls} calls in ${Math.round(looks)} polls`,
    );
    const late = [...run.reads, ...run.telemetry, ...run.writes].filter(({ sentAt }) => sentAt > until);
    checks.that(
      "nothing is called after the end",
      late.length === 0,
      until,
      () => `${run.name} made ${late.length} calls more`,
    );
    checks.that(
      "few listeners for the interruption",
      run.mostListeners <= 8,
      until,
      () => `${run.name} had ${run.mostListeners}`,
    );
    checks.that(
      "few calls at once",
      run.mostPending <= 16,
      until,
      () => `${run.name} had ${run.mostPending} calls and sleeps under way`,
    );
  }
};
