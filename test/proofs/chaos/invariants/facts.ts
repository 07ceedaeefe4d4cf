import type { Deployment, Split } from "../../../../provider/rollout/ports";
import type { Author, Commit, Read, RunLog, Write } from "../log";

// What can be said of a story, for several invariants.

export function percentOf(split: Split, versionId: string): number {
  return split.find((share) => share.versionId === versionId)?.percent ?? 0;
}

/** The version that has all traffic; undefined when it is split. */
export function soleVersion({ split }: Deployment): string | undefined {
  return split.find(({ percent }) => percent === 100)?.versionId;
}

export function isSameTraffic(a: Split, b: Split): boolean {
  return [...a, ...b].every(
    ({ versionId }) => Math.abs(percentOf(a, versionId) - percentOf(b, versionId)) < 0.01,
  );
}

/** The deployment that was active at a time. */
export function activeAt(commits: readonly Commit[], at: number): Commit | undefined {
  return commits.findLast((commit) => commit.at <= at);
}

/** True when `run` has made the deployment. */
export function isBy(commit: Commit, run: RunLog): boolean {
  return commit.by.kind === "run" && commit.by.run === run;
}

/** The same of what it has made again for somebody else. */
export function isMadeBy({ by, againBy = by }: Commit, run: RunLog): boolean {
  return againBy.kind === "run" && againBy.run === run;
}

/** What `run` has deployed, in the order it took effect. */
export function commitsOf(commits: readonly Commit[], run: RunLog): Commit[] {
  return commits.filter((commit) => isBy(commit, run));
}

/** The reads that were answered with success by `at`, and in time to be of use, oldest answer first. */
export function readsBy(run: RunLog, at: number): (Read & { servedAt: number; answeredAt: number })[] {
  return run.reads
    .filter((read): read is Read & { servedAt: number; answeredAt: number } => {
      const isHeard = read.failure === undefined && isAnswered(read, at) && !isTooLate(run, read);
      return isHeard && read.servedAt !== undefined;
    })
    .sort((a, b) => a.answeredAt - b.answeredAt);
}

/** A revert that was interrupted waits so long for a reading, in milliseconds. */
const hurriedMs = 2000;

/** The look around a write waits so long for an answer, in milliseconds, and comes so soon after that. */
export const longestLookMs = 5000;
const soonMs = 2000;

/** What is not waited for: a look around a write that takes long and, after an interruption that reverts, any that does. */
function isTooLate(run: RunLog, { sentAt, answeredAt = Infinity }: Read): boolean {
  const { interruptedAt, writes } = run;
  const isAround = writes.some(({ answeredAt: at = Infinity }) => at <= sentAt && sentAt - at < soonMs);
  if (isAround && answeredAt - sentAt >= longestLookMs) return true;
  if (interruptedAt === undefined || answeredAt <= interruptedAt) return false;
  return run.order.plan.onInterrupt !== "hold" && answeredAt - sentAt >= hurriedMs;
}

export function isAnswered(call: { readonly answeredAt: number | undefined }, at: number): boolean {
  return call.answeredAt !== undefined && call.answeredAt <= at;
}

/** True when an answer that arrived by `at` has shown the deployment to `run`. */
export function knew(run: RunLog, commit: Commit, at: number): boolean {
  return (
    readsBy(run, at).some(({ shown }) => shown === commit) ||
    run.writes.some(
      (write) => write.commit === commit && write.failure === undefined && isAnswered(write, at),
    )
  );
}

/** True for a deployment that nothing has shown to a run before it wrote: the last reading was before it, or lagged. */
export function isUnseen(run: RunLog, commit: Commit, { sentAt }: Pick<Write, "sentAt">): boolean {
  const last = readsBy(run, sentAt).at(-1);
  if (last === undefined || knew(run, commit, sentAt)) return false;
  return commit.visibleAt > last.servedAt || (last.shown?.index ?? -1) < commit.index;
}

/** How the message of what is deployed again for somebody begins. */
export const again = "Deployed again for ";

/** What a deployment makes again that the same hand has overwritten before; undefined for others. */
export function originalOf(
  { split, message, record }: Deployment,
  by: Author,
  before: readonly Commit[],
): Commit | undefined {
  const own = before.findLastIndex((commit) => isSameHand(commit.againBy ?? commit.by, by));
  const original = before
    .slice(0, Math.max(0, own))
    .findLast((commit) => !isSameHand(commit.by, by) && isSameTraffic(split, commit.deployment.split));
  const isSaid =
    message.startsWith(again) ||
    (record !== undefined && message === original?.deployment.message && record.run === original.record?.run);
  return isSaid ? original : undefined;
}

function isSameHand(a: Author, b: Author): boolean {
  return a.kind === b.kind && (a.kind !== "run" || (b.kind === "run" && a.run === b.run));
}

/** True for what a person has ordered of a release that goes on. */
export function isOrder({ kind }: Author): boolean {
  return kind === "approve" || kind === "hold" || kind === "resume" || kind === "promote";
}

/** When a run was over, by itself or by a kill; Infinity for one that never was. */
export function overAt({ endedAt, killedAt }: RunLog): number {
  return endedAt ?? killedAt ?? Infinity;
}

/** True when a write puts traffic back: it is neither a stage, nor a wait, nor a completion. */
export function isRevert({ split, message }: Write): boolean {
  return split.length === 1 && !/ phase=(soak|wait|completed) /.test(message);
}

export function nameOf(commit: Commit | undefined): string {
  if (!commit) return "nothing";
  const { by, deployment } = commit;
  const who = {
    run: by.kind === "run" ? by.run.name : "",
    colleague: "a colleague",
    approve: "an approval",
    abort: "an abort",
    hold: "a hold",
    resume: "a resumption",
    promote: "a promotion",
    before: "somebody long before",
  };
  return `${deployment.id} of ${who[by.kind]}`;
}
