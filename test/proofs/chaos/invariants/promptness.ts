import type { Commit, RunLog } from "../log";
import type { Story } from "../simulate";
import type { Invariant } from "./check";
import { changesSince, firstWhere, givenTo, isBlatant, pastBefore, settledAfterMs, slisOf } from "./evidence";
import { isOrder, isRevert } from "./facts";
import { firstQuiet, troubles } from "./reachable";

/** Beside two polls: a look, a read and a write may each take some seconds. */
const latencyMs = 30_000;

/**
 * A violation that the telemetry shows is answered by a revert within two polls, as soon as the API can be reached for
 * so long. Asked of each run from its first deployment until somebody else deploys.
 */
export const revertsPromptly: Invariant = (story, checks) => {
  for (const run of story.runs) {
    const driven = drivenBy(run, story);
    if (!driven) continue;
    const visibleAt = violationShownAt(run, driven, story);
    if (visibleAt === undefined) continue;
    const shownAt = visibleAt + (story.scenario.traffic.bad?.version === "all" ? settledAfterMs : 0);
    const need = 2 * run.order.plan.pollIntervalMs + latencyMs;
    const quiet = troubles(run, story, ["active", "create", "telemetry"]);
    const deadline = firstQuiet(run, shownAt, need, quiet);
    // A run that was killed before could not; where the release ended before, nothing is left to revert.
    if (deadline === undefined && run.endedAt === undefined) continue;
    const isOver = deadline === undefined || deadline > driven.to;
    const reverted = isOver || run.writes.some((write) => write.sentAt <= deadline && isRevert(write));
    checks.that("a visible violation is reverted within two polls", reverted, deadline ?? driven.to, () => {
      return `${run.name} has not reverted what telemetry showed from ${Math.round((shownAt - story.start) / 1000)} s on`;
    });
  }
};

/** The time in which the run had the Worker to itself. */
function drivenBy(
  run: RunLog,
  { commits, end }: Story,
): { from: number; to: number; first: Commit } | undefined {
  const isMine = ({ by }: Commit): boolean => by.kind === "run" && by.run === run;
  const first = commits.find((commit) => isMine(commit) && commit.record?.phase === "soak");
  if (!first) return undefined;
  const next = commits.find(({ index, by, record }) => {
    if (index <= first.index) return false;
    const isEnd = record?.phase !== "soak" && record?.phase !== "wait";
    return isEnd || (by.kind === "run" ? by.run !== run : !isOrder(by));
  });
  return { from: first.at, to: Math.min(next?.at ?? end, run.killedAt ?? Infinity), first };
}

function violationShownAt(
  run: RunLog,
  { from, to }: { from: number; to: number },
  story: Story,
): number | undefined {
  if (!story.scenario.traffic.bad) return undefined;
  const { plan, versionId } = run.order;
  const bucketMs = plan.pollIntervalMs;
  const oldVersionId = story.commits.find(({ at }) => at === from)?.record?.oldVersionId;
  const grid = Math.floor(from / bucketMs) * bucketMs;
  const changes = changesSince(story.commits, from, 45_000 + bucketMs);
  const past = pastBefore(from, plan, oldVersionId, story);
  const yardstick = { plan, changes, past, givenAt: givenTo(versionId, bucketMs, story) };
  const steps = Math.floor((to - from) / bucketMs);
  const at = (step: number): number => from + (step + 1) * bucketMs;
  const first = firstWhere(steps, (step) => {
    const query = {
      slis: slisOf(plan),
      newVersionId: versionId,
      oldVersionId,
      from: grid,
      to: grid + (step + 2) * bucketMs,
      bucketMs,
    };
    return isBlatant(yardstick, story.telemetryAt(query, at(step)), at(step));
  });
  return first === undefined ? undefined : at(first);
}
