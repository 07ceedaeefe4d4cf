import { isUnderWay } from "../../../../provider/rollout/record/record";
import type { Commit, RunLog, Write } from "../log";
import type { Story } from "../simulate";
import type { Invariant } from "./check";
import {
  isBy,
  isRevert,
  isSameTraffic,
  isUnseen,
  longestLookMs,
  nameOf,
  overAt,
  percentOf,
  readsBy,
} from "./facts";

/** A write that has overwritten something is followed by a look at the list within this time, in milliseconds. */
const soonMs = 60_000;
/** A reading and a write that rests on it follow each other within this time, in milliseconds. */
const atOnceMs = 2000;

/**
 * What a write has overwritten unseen, since it was deployed between the reading and the write, is deployed again. Not
 * where it is the same traffic, where another run drives it, where it gives traffic to a version that is put back, where nobody could look (the run
 * was killed, or its answer or the next reading failed), and where somebody has deployed since.
 */
export const deploysAgain: Invariant = (story, checks) => {
  for (const run of story.runs) {
    for (const write of run.writes) {
      const made = write.commit;
      const over = made && story.commits[made.index - 1];
      if (!made || !over || !isToBeDeployedAgain(run, write, over, story)) continue;
      // A write of its own that shows late may come first.
      const next = story.commits
        .slice(made.index + 1)
        .find((commit) => commit.againBy !== undefined || !isBy(commit, run));
      const isAgain = next?.againBy?.kind === "run" && next.againBy.run === run;
      const isOthers =
        next !== undefined && next.againBy === undefined && !isBy(next, run) && next.at <= made.at + soonMs;
      checks.that("what was overwritten unseen is deployed again", isAgain || isOthers, made.at, () => {
        return `${run.name} overwrites ${nameOf(over)} with ${made.deployment.id}, and then makes ${nameOf(next)}`;
      });
    }
  }
};

function isToBeDeployedAgain(run: RunLog, write: Write, over: Commit, { commits }: Story): boolean {
  const made = write.commit;
  if (!made || isBy(over, run) || over.by.kind === "before") return false;
  // A Worker's first deployment has nothing to prove it by where it shows over another one.
  if (made.deployment.isUnproven) return false;
  // What a write takes effect over after its answer was lost may have been seen meanwhile.
  const isLate = write.failure !== undefined && over.at > write.sentAt;
  if (!isLate && !isUnseen(run, over, write)) return false;
  if (isSameTraffic(over.deployment.split, made.deployment.split)) return false;
  // The run that drives it sees that it was overwritten, and ends.
  if (over.record && isUnderWay(over.record) && over.record.run !== write.record?.run) return false;
  // What a run puts back, it deploys no more.
  const putBack = run.writes.filter((one) => isRevert(one) && one.sentAt <= write.sentAt);
  const isBad = putBack.some(
    ({ record }) => percentOf(over.deployment.split, record?.newVersionId ?? "") > 0,
  );
  if (isBad) return false;
  const answeredAt = toldAt(run, write, made);
  if (answeredAt === undefined) return false;
  // A list that lags does not tell, for longer than is waited.
  if (made.visibleAt > answeredAt || over.visibleAt > answeredAt) return false;
  const look = run.reads.find(({ sentAt }) => sentAt >= answeredAt);
  if (look?.servedAt === undefined || look.answeredAt === undefined || look.shown !== made) return false;
  if (look.answeredAt - look.sentAt > longestLookMs) return false;
  // A revert does not wait for a look that shows a lost write.
  const isReverted = run.writes.some(
    (one) => isRevert(one) && one.sentAt >= answeredAt && one.sentAt - answeredAt < atOnceMs,
  );
  if (write.failure !== undefined && isReverted) return false;
  // What cannot be deployed again is told; a kill may have cut it off.
  const isInVain = run.writes.some(
    ({ sentAt, split, failure, answeredAt: answered }) =>
      sentAt >= answeredAt &&
      (failure !== undefined || answered === undefined) &&
      isSameTraffic(split, over.deployment.split),
  );
  if (isInVain) return false;
  const nextAt = commits[made.index + 1]?.at ?? Infinity;
  return Math.min(overAt(run), nextAt) > look.servedAt;
}

/** When a run has learnt that its write was made: by its answer or, where that was lost, by a reading. */
function toldAt(run: RunLog, { answeredAt, failure }: Write, made: Commit): number | undefined {
  if (failure === undefined) return answeredAt;
  return readsBy(run, overAt(run)).find(({ shown }) => shown === made)?.answeredAt;
}
