import type { Invariant } from "./check";
import { isHeardByNobody } from "./foreign";
import { again, isOrder, isRevert, knew, percentOf } from "./facts";

/** Every stage that the release deployed, and the run knew of, is in the outcome. */
export const reportsEverything: Invariant = ({ commits, runs }, checks) => {
  for (const run of runs) {
    const { outcome, endedAt } = run;
    // What came after a run was replaced is the other one's to report.
    if (!outcome || endedAt === undefined || outcome.status === "superseded") continue;
    // A run that only put back what another one had left reports what it was told of it.
    if (outcome.reason.startsWith("What release")) continue;
    const reported = outcome.stages.map(({ percent }) => percent);
    for (const commit of commits) {
      const { record, deployment } = commit;
      if (record?.id !== outcome.releaseId || record.phase !== "soak" || !knew(run, commit, endedAt))
        continue;
      // What a run has overwritten before it could know of it shows in a list that lags: it is not believed.
      const over = run.writes.find((write) => (write.commit?.index ?? -1) > commit.index && !write.failure);
      if (over !== undefined && !knew(run, commit, over.answeredAt ?? Infinity)) continue;
      // What had overwritten somebody else's was undone at once, or that was tried.
      if (commits.slice(commit.index + 1, commit.index + 3).some(({ againBy }) => againBy !== undefined))
        continue;
      if (run.writes.some(({ sentAt, message }) => sentAt > commit.at && message.startsWith(again))) continue;
      // A run may begin anew; what came before belongs to a release that somebody else's took the place of.
      if (record.startedAt < Date.parse(outcome.startedAt)) continue;
      // An order that crosses the run's own revert is told of as somebody else's deployment.
      const hasReverted = run.writes.some((write) => {
        const isUnknown = !knew(run, commit, write.sentAt) || isHeardByNobody(run, commit, write);
        return isRevert(write) && isUnknown;
      });
      if (isOrder(commit.by) && hasReverted) continue;
      // What a younger run of the release has deployed is that one's to report.
      if (commit.by.kind === "run" && commit.by.run.startedAt > run.startedAt) continue;
      const percent = percentOf(deployment.split, record.newVersionId);
      checks.that(
        "every stage deployed is reported",
        reported.some((each) => Math.abs(each - percent) < 0.01),
        endedAt,
        () => {
          return `${run.name} deployed ${percent} % (${deployment.id}) and reports ${reported.join(", ")} %`;
        },
      );
    }
  }
};
