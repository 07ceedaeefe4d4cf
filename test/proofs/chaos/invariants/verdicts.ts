import type { RunLog } from "../log";
import type { Story } from "../simulate";
import type { Invariant } from "./check";
import { percentOf } from "./facts";

/** A version is branded as aborted for an SLO or by a person, and for nothing else. */
export const brandsOnlyTheBad: Invariant = (story, checks) => {
  for (const run of story.runs) {
    const { outcome, endedAt } = run;
    if (outcome?.status !== "aborted" || endedAt === undefined) continue;
    const isFound = /SLO ".*" (violated|over its limit)/.test(outcome.reason);
    checks.that(
      "aborted is a verdict",
      isFound || byPerson(run, endedAt, story),
      endedAt,
      () => outcome.reason,
    );
  }
};

/** True when a person aborted it, or took the version out of the traffic, while or before the run was under way. */
function byPerson({ order }: RunLog, endedAt: number, { commits }: Story): boolean {
  return commits.some(({ by, at, deployment }) => {
    if (at > endedAt) return false;
    return (
      by.kind === "abort" || (by.kind === "colleague" && percentOf(deployment.split, order.versionId) === 0)
    );
  });
}
