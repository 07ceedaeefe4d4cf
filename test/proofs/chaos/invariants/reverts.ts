import type { Story } from "../simulate";
import type { RunLog } from "../log";
import type { Invariant } from "./check";
import { firstQuiet, troubles } from "./reachable";

/** How long writes must have been possible before a revert that gave up is called wrong, in milliseconds. */
const longEnoughMs = 120_000;

/** A revert is given up only when it cannot be done, and what is advised then works. */
export const givesUpOnlyInVain: Invariant = (story, checks) => {
  for (const run of story.runs) {
    if (run.outcome?.status !== "revertFailed" || run.endedAt === undefined) continue;
    const { reason, oldVersionId = "" } = run.outcome;
    const since = lastSuccess(run, run.endedAt);
    const couldWrite = story.isDeployable(oldVersionId) && couldWriteSince(run, since, run.endedAt, story);
    checks.that("no revert is given up that could be done", !couldWrite, run.endedAt, () => {
      return `${run.name} could have written for 2 minutes without trouble: ${reason}`;
    });
    const remedy = /versions deploy ([0-9a-f-]+)@100%/.exec(reason)?.[1];
    if (remedy === undefined) continue;
    checks.that(
      "the remedy works",
      story.isDeployable(remedy) || reason.includes("deploy it anew"),
      run.endedAt,
      () => `version ${remedy} cannot be deployed: ${reason}`,
    );
  }
};

function lastSuccess(run: RunLog, endedAt: number): number {
  const times = run.reads
    .filter(({ failure, answeredAt = Infinity }) => failure === undefined && answeredAt <= endedAt)
    .map(({ sentAt }) => sentAt);
  return Math.max(run.startedAt, endedAt - 600_000, ...times.filter((time) => time < endedAt - 600_000));
}

/** True when the service would have taken writes, whatever it did with reads. */
function couldWriteSince(run: RunLog, since: number, endedAt: number, story: Story): boolean {
  const onlyWindows = {
    ...run,
    writes: [],
    reads: [],
    telemetry: [],
    endedAt: endedAt + 1,
    killedAt: undefined,
  };
  // What nobody has seen to be deployed is put back only over what is read.
  const hasDeployed = run.writes.some(({ failure, commit }) => commit !== undefined && failure === undefined);
  const isOnlyFirst = !hasDeployed && run.writes.every(({ record }) => record?.id === run.order.releaseId);
  const ports = isOnlyFirst ? (["create", "active"] as const) : (["create"] as const);
  const quiet = firstQuiet(onlyWindows, since, longEnoughMs, troubles(onlyWindows, story, ports));
  return quiet !== undefined && quiet <= endedAt;
}
