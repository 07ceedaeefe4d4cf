import type { Outcome } from "../../../../provider/rollout/outcome";
import type { Commit, RunLog } from "../log";
import type { Story } from "../simulate";
import type { Checks, Invariant } from "./check";
import {
  activeAt,
  commitsOf,
  isMadeBy,
  isRevert,
  isSameTraffic,
  knew,
  nameOf,
  overAt,
  percentOf,
  readsBy,
  soleVersion,
} from "./facts";

/**
 * Every run ends, and its ending is what happened: complete, put back, left split as the plan says, handed over
 * untouched, or a loud statement. What an outcome says must have been so at some moment between the run's last
 * successful answer about the deployments and its end; a stale answer that did not go back behind earlier ones
 * excuses it.
 */
export const endsTruly: Invariant = (story, checks) => {
  checks.that("no rejection is left unhandled", story.unhandled.length === 0, story.end, () =>
    story.unhandled.join("; "),
  );
  checks.that(
    "every run ends",
    story.endless === undefined,
    story.end,
    () => `${story.endless?.name ?? ""} is still under way`,
  );
  for (const run of story.runs) {
    if (run.endedAt === undefined) continue;
    if (run.outcome) {
      tellsTheTruth(run, run.outcome, run.endedAt, story, checks);
    } else throwsBeforeMoving(run, run.endedAt, story, checks);
    staysSo(run, run.endedAt, story, checks);
  }
};

function tellsTheTruth(run: RunLog, outcome: Outcome, endedAt: number, story: Story, checks: Checks): void {
  const possible = possiblyActive(run, endedAt, story);
  const is = (isSo: (commit: Commit) => boolean): boolean => possible.some(isSo);
  const { versionId } = run.order;
  const says = (what: string, isTrue: boolean): void => {
    checks.that(what, isTrue, endedAt, () => {
      const told = outcome.deploymentId === undefined ? "" : ` of ${outcome.deploymentId}`;
      return `${run.name} ended as ${outcome.status}${told} while ${possible.map(nameOf).join(" or ")} was active: ${outcome.reason}`;
    });
  };
  const hasAll =
    (version: string) =>
    (commit: Commit): boolean =>
      soleVersion(commit.deployment) === version;

  if ((outcome.status as string) === "completed") says("completed is true", is(hasAll(versionId)));
  const back = /All traffic is back on the old version ([0-9a-f-]+)/.exec(outcome.reason)?.[1];
  if (back !== undefined) says('"All traffic is back" is true', is(hasAll(back)));
  const first = /no older version that can be put back: version (\S+) serves all traffic/.exec(
    outcome.reason,
  )?.[1];
  if (first !== undefined) says("the first version serves on", is(hasAll(first)));
  const kept = shareIn(outcome.reason, /version (\S+) keeps ([\d.]+) % of the traffic/);
  if (kept) says("a held split is there", is(kept));
  if (outcome.status === "revertFailed")
    says("a failed revert is told loudly", /COULD NOT REVERT/.test(outcome.reason));
  const stays = /Version (\S+) keeps all traffic:/.exec(outcome.reason)?.[1];
  if (stays !== undefined) says("a version that was gone back to serves on", is(hasAll(stays)));
  const left = shareIn(outcome.reason, /version (\S+) still gets ([\d.]+) % of the traffic/);
  if (left) says("the share that could not be put back is true", is(left));
  if (outcome.status === "superseded")
    says(
      "superseded by somebody",
      is((commit) => isOfOthers(commit, run, endedAt, story)),
    );
  if (!["completed", "superseded", "revertFailed"].includes(outcome.status)) {
    says(
      "an ending says where the traffic is",
      [back, first, kept, stays].some((told) => told !== undefined) ||
        /was put back on the old version|It is NOT KNOWN whether/.test(outcome.reason),
    );
  }
  if (outcome.deploymentId !== undefined && outcome.status !== "revertFailed") {
    says(
      "deploymentId is the active deployment",
      is((commit) => isMeant(commit, outcome.deploymentId, run, story)),
    );
  }
}

/** What a sentence says about a version's share, as a test of a deployment. */
function shareIn(reason: string, sentence: RegExp): ((commit: Commit) => boolean) | undefined {
  const [, versionId, percent] = sentence.exec(reason) ?? [];
  if (versionId === undefined) return undefined;
  return ({ deployment }) => Math.abs(percentOf(deployment.split, versionId) - Number(percent)) < 0.01;
}

/** What may have been active at the end as far as the run could know. */
function possiblyActive(run: RunLog, endedAt: number, { commits }: Story): Commit[] {
  const writes = run.writes.filter(
    ({ failure, answeredAt = Infinity }) => failure === undefined && answeredAt <= endedAt,
  );
  // A reading that lags behind a write of the run's own says nothing of what came after that write; what is deployed once
  // a release is complete, or has deployed somebody else's again, changes nothing about its end.
  const final = writes.at(-1);
  const isOver = final?.record?.phase === "completed" || final?.commit?.againBy !== undefined;
  const until = Math.min(endedAt, (isOver ? final.answeredAt : undefined) ?? Infinity);
  const reads = readsBy(run, until).filter(({ shown, sentAt }) =>
    writes.every(
      ({ commit, answeredAt = Infinity }) =>
        commit === undefined || answeredAt > sentAt || (shown?.index ?? -1) >= commit.index,
    ),
  );
  // One that goes back behind an earlier one is not believed.
  const last = reads.findLast(({ shown }, at) =>
    reads.slice(0, at).every((earlier) => (earlier.shown?.index ?? -1) <= (shown?.index ?? -1)),
  );
  const knownAt = Math.max(
    last?.servedAt ?? -Infinity,
    ...writes.map(({ servedAt = -Infinity }) => servedAt),
  );
  const now = activeAt(commits, knownAt);
  const later = commits.filter(({ at }) => at > knownAt && at <= endedAt);
  const own = writes.flatMap(({ commit, servedAt }) => (commit && servedAt === knownAt ? [commit] : []));
  return [...own, ...(now ? [now] : []), ...later, ...(last?.shown ? [last.shown] : [])];
}

/**
 * The deployment that an ending names; or one of the run's own with the same traffic, which a lost write made late; or
 * one that another run made over the named one without having seen it.
 */
function isMeant(commit: Commit, named: string | undefined, run: RunLog, { commits }: Story): boolean {
  const meant = commits.find(({ deployment }) => deployment.id === named);
  if (meant === commit || isLostAgain(commit, run)) return true;
  if (!meant || !isMadeBy(meant, run)) return false;
  if (isMadeBy(commit, run)) return isSameTraffic(commit.deployment.split, meant.deployment.split);
  if (commit.by.kind !== "run") return false;
  const other = commit.by.run;
  const write = other.writes.find((one) => one.commit === commit);
  const seen = write && readsBy(other, write.sentAt).at(-1)?.shown;
  return seen !== undefined && seen.index < meant.index && meant.index < commit.index;
}

/** Somebody took over: a person, another owner, or a run that lives on, came later, or has written since. */
function isOfOthers(commit: Commit, run: RunLog, endedAt: number, { commits }: Story): boolean {
  if (commit.by.kind !== "run") return true;
  // A Worker's first deployment has nothing to prove it by where it shows over another one.
  if (commit.deployment.isUnproven) return true;
  const other = commit.by.run;
  if (other === run) return false;
  const isOtherOwner = other.order.owner !== run.order.owner;
  const hasWrittenSince = commitsOf(commits, run).every(({ at }) => at < commit.at);
  return isOtherOwner || overAt(other) >= endedAt || other.startedAt > run.startedAt || hasWrittenSince;
}

/** After an ending nothing of the run happens any more. */
function staysSo(run: RunLog, endedAt: number, story: Story, checks: Checks): void {
  const late = story.commits.find(
    (commit) =>
      commit.at > endedAt &&
      isMadeBy(commit, run) &&
      changesTraffic(commit, story) &&
      !isHurried(commit, run) &&
      !isLostAgain(commit, run),
  );
  checks.that("no write of ours takes effect after the ending", late === undefined, endedAt, () => {
    return `${nameOf(late)} became active ${Math.round((late?.at ?? 0) - endedAt)} ms after the end`;
  });
}

/** A run that was interrupted does not wait for a revert of its own which it has made twice. */
function isHurried(commit: Commit, run: RunLog): boolean {
  return (
    run.interruptedAt !== undefined && run.writes.some((write) => write.commit === commit && isRevert(write))
  );
}

/** What was deployed again for somebody is not waited for when its answer was lost, and somebody has deployed since. */
function isLostAgain(commit: Commit, run: RunLog): boolean {
  const write = run.writes.find((one) => one.commit === commit);
  return commit.againBy !== undefined && write?.failure !== undefined;
}

function changesTraffic({ index, deployment }: Commit, { commits }: Story): boolean {
  return !isSameTraffic(commits[index - 1]?.deployment.split ?? [], deployment.split);
}

/** The clocks of two runs may differ by this much. */
const clockErrorMs = 5000;

/** What is thrown says that nothing was moved; so nothing may have been, and nothing of ours may be left alone. */
function throwsBeforeMoving(run: RunLog, endedAt: number, story: Story, checks: Checks): void {
  const error = run.thrown instanceof Error ? run.thrown : new Error(String(run.thrown));
  const isExpected = ["CannotStart", "AbortedBefore", "PortError"].includes(error.name);
  checks.that(
    "only CannotStart and PortError are thrown",
    isExpected,
    endedAt,
    () => `${run.name} throws ${error.stack ?? ""}`,
  );
  const made = commitsOf(story.commits, run).find(({ at }) => at <= endedAt);
  checks.that("nothing was moved when a run throws", made === undefined, endedAt, () => {
    return `${run.name} throws and has made ${nameOf(made)}: ${error.message}`;
  });
  const active = activeAt(story.commits, endedAt);
  const phase = active?.record?.phase;
  // What began after this run did is not its own to look after.
  const isLeft =
    active?.by.kind === "run" &&
    (active.record?.startedAt ?? 0) + clockErrorMs <= run.startedAt &&
    soleVersion(active.deployment) === undefined &&
    active.by.run.order.owner === run.order.owner &&
    overAt(active.by.run) <= endedAt;
  const isUnderWay = phase === "soak" || phase === "wait";
  checks.that(
    "a split of its own is not left unwatched",
    !(isLeft && isUnderWay && knew(run, active, endedAt)),
    endedAt,
    () => {
      return `${run.name} throws and leaves ${nameOf(active)}: ${error.message}`;
    },
  );
}
