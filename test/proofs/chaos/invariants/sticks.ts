import type { Invariant } from "./check";
import { percentOf } from "./facts";

/** A version that was aborted gets no traffic from a later run of the same owner, unless a person gives it some first. */
export const abortedStaysAborted: Invariant = ({ commits, runs }, checks) => {
  for (const run of runs) {
    const { outcome, endedAt } = run;
    if (outcome?.status !== "aborted" || endedAt === undefined) continue;
    const { versionId, owner } = run.order;
    // What a run says that was replaced is not kept.
    if (
      runs.some(
        (other) =>
          other.order.owner === owner && other.startedAt > run.startedAt && other.startedAt < endedAt,
      )
    )
      continue;
    const later = commits.filter(({ at }) => at > endedAt);
    const given = later.find(({ deployment }) => percentOf(deployment.split, versionId) > 0);
    const byOwner =
      given?.by.kind === "run" && given.by.run.order.owner === owner && given.by.run.startedAt > endedAt;
    checks.that(
      "an aborted version stays aborted",
      !byOwner,
      given?.at ?? endedAt,
      () => `${given?.deployment.id ?? ""} gives it traffic`,
    );
  }
};
