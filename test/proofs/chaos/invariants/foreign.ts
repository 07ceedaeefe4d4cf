import type { Story } from "../simulate";
import type { Commit, RunLog, Write } from "../log";
import type { Invariant } from "./check";
import {
  commitsOf,
  isOrder,
  isRevert,
  isSameTraffic,
  knew,
  nameOf,
  percentOf,
  readsBy,
  soleVersion,
} from "./facts";

/** A read right before a write is answered and the write sent within this time, in milliseconds. */
const atOnceMs = 1000;

/**
 * No deployment of somebody else is overwritten. Each write that took effect is held against the deployment that was
 * active right before it. That is "somebody else's" unless the same run made it; another run is somebody else too, so
 * that of two living runs the one that was replaced writes nothing any more. Allowed is:
 * - what changes no traffic;
 * - to begin: over what the run has read and a release may start from (one version with all traffic), over what its
 *   own owner has left, and over what may be taken over; once more, over what turns up late of an older run of its owner;
 * - to go on over what a person has ordered of this very release (approve, hold, resume, promote), or over the next
 *   stage's split made by hand while it waits;
 * - what nobody can avoid: the deployment was made after the write was sent; or after the last read was answered by
 *   the service, and the write left within a second of that answer; or reads did not show it yet, though they were
 *   asked within that second;
 * - a revert after two reads or more that failed: it need not wait until it can see; an interrupted one waits for none.
 */
export const overwritesNobody: Invariant = (story, checks) => {
  for (const run of story.runs) {
    for (const write of run.writes) {
      if (!write.commit) continue;
      const over = story.commits[write.commit.index - 1];
      const why = over && fault(run, write, over, story);
      checks.that("no foreign deployment overwritten", why === undefined, write.commit.at, () => {
        return `${run.name} deploys ${write.commit?.deployment.id ?? ""} over ${nameOf(over)}: ${why ?? ""}`;
      });
    }
  }
};

function fault(run: RunLog, write: Write, over: Commit, story: Story): string | undefined {
  if ([over.by, over.againBy].some((by) => by?.kind === "run" && by.run === run)) return undefined;
  if (isSameTraffic(over.deployment.split, write.split)) return undefined;
  if (over.at >= write.sentAt) return undefined;
  if (isOrdered(run, over, story)) return undefined;
  const last = readsBy(run, write.sentAt).at(-1);
  if (isHeardByNobody(run, over, write)) return undefined;
  if (knew(run, over, write.sentAt)) {
    return mayBegin(run, write, over, story) ? undefined : "it had seen it, and it was not its own";
  }
  const isFresh = last !== undefined && write.sentAt - last.answeredAt <= atOnceMs;
  if (isFresh) return undefined;
  if (over.visibleAt > write.sentAt - atOnceMs) return undefined;
  if (isRevert(write) && failedReadsBefore(run, write) >= 2) return undefined;
  if (isInterrupted(run, write)) return undefined;
  return "a read right before the write would have shown it";
}

/** After Ctrl-C a revert waits for nothing. */
function isInterrupted({ interruptedAt = Infinity }: RunLog, write: Write): boolean {
  return isRevert(write) && interruptedAt <= write.sentAt;
}

/** An interruption breaks a look off: what is answered to it afterwards, the revert has not seen. */
export function isHeardByNobody(run: RunLog, over: Commit, write: Write): boolean {
  const { interruptedAt } = run;
  if (interruptedAt === undefined || !isRevert(write)) return false;
  const heard = readsBy(run, write.sentAt).filter(({ shown }) => shown === over);
  return (
    heard.length > 0 &&
    heard.every(({ sentAt, answeredAt }) => sentAt <= interruptedAt && answeredAt >= interruptedAt)
  );
}

function isUnderWay(record: Commit["record"]): boolean {
  return record?.phase === "soak" || record?.phase === "wait";
}

/** True when this is how the run begins, and what it begins over may be begun over. */
function mayBegin(run: RunLog, write: Write, over: Commit, { commits }: Story): boolean {
  if (over.deployment.id === run.order.takeOver) return true;
  // What it put back before belongs to another release.
  const hasBegun = commitsOf(commits, run).some(
    ({ index, record }) => index < over.index && record?.id === run.order.releaseId,
  );
  if (hasBegun && !isOfOlderRun(run, over)) return false;
  const { record } = over;
  const isNewRelease = write.record?.id === run.order.releaseId;
  if (!isUnderWay(record)) return isNewRelease && soleVersion(over.deployment) !== undefined;
  // What an approval of the command line left belongs to whoever drives that release.
  const maker = makerOf(over, commits);
  return maker?.order.owner === run.order.owner;
}

/** A run goes on from what an older one of its owner leaves behind late: of two, the younger one drives. */
function isOfOlderRun({ order, startedAt }: RunLog, { by }: Commit): boolean {
  return by.kind === "run" && by.run.order.owner === order.owner && by.run.startedAt < startedAt;
}

/** The run whose release a deployment belongs to. */
function makerOf(over: Commit, commits: readonly Commit[]): RunLog | undefined {
  const owned = commits.findLast(({ by, index, record }) => {
    return index <= over.index && by.kind === "run" && record?.id === over.record?.id;
  });
  return owned?.by.kind === "run" ? owned.by.run : undefined;
}

/** True when `over` is what a person has ordered of the run's own release, which goes on by it. */
function isOrdered(run: RunLog, over: Commit, { commits }: Story): boolean {
  const mine = commits.findLast(({ index, record }) => index < over.index && record !== undefined);
  if (mine?.record === undefined || !isUnderWay(mine.record)) return false;
  if (over.by.kind === "run" || over.by.kind === "abort") return false;
  // A later run of the same owner goes on with it; an earlier one has been replaced.
  const maker = makerOf(mine, commits);
  if (maker?.order.owner !== run.order.owner || maker.startedAt > run.startedAt) return false;
  return (
    isOrder(over.by) ||
    (mine.record.phase === "wait" &&
      percentOf(over.deployment.split, mine.record.newVersionId) === mine.record.next)
  );
}

function failedReadsBefore(run: RunLog, { sentAt }: Write): number {
  const last = readsBy(run, sentAt).at(-1)?.answeredAt ?? -Infinity;
  return run.reads.filter(({ failure, answeredAt = Infinity }) => {
    return failure !== undefined && answeredAt > last && answeredAt <= sentAt;
  }).length;
}
