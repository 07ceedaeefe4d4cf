import { frozenUntil } from "../../../../provider/plan/freeze";
import { isOrdered } from "../../../../provider/rollout/operator";
import type { ReleaseRecord } from "../../../../provider/rollout/record/record";
import type { Commit, RunLog, Write } from "../log";
import type { Story } from "../simulate";
import type { Invariant } from "./check";
import { isUnseen, knew, percentOf, soleVersion } from "./facts";

/** The clocks that a soak is measured with differ by so much, in milliseconds. */
const clockErrorMs = 5000;

/**
 * The stages of the plan follow each other, none is skipped, and each soaks for its time. When the old version cannot be
 * deployed any more, the new one goes to all traffic at once.
 */
export const keepsToThePlan: Invariant = (story, checks) => {
  for (const run of story.runs) {
    for (const write of run.writes) {
      const { record, commit } = write;
      // What was overwritten and is deployed again is as somebody else has ordered it.
      if (commit?.againBy !== undefined || isOrdered(write)) continue;
      if (!record || record.newVersionId !== run.order.versionId || isPutBack(record.phase)) continue;
      const { stages } = run.order.plan;
      const percent = percentOf(write.split, run.order.versionId);
      const base = baseOf(run, write, story);
      const isOneWay = write.split.length === 1 && !story.isDeployable(record.oldVersionId ?? "");
      const isSoak = record.phase === "soak";
      const isRight = isSoak ? isOneWay || record.isWayBack || maySend(run, percent, base) : percent === base;
      if (isSoak && record.isWayBack) {
        checks.that(
          "a way back leads to a version that served",
          hasServed(run, write, story),
          write.sentAt,
          () => {
            return `${run.name} sends ${percent} %`;
          },
        );
      }
      if (isSoak && !record.isWayBack && percent > (base ?? 0) + 0.01) {
        checks.that("nobody gets more in a freeze", !isFrozen(run, write), write.sentAt, () => {
          return `${run.name} sends ${percent} % over ${base} %`;
        });
      }
      const what = record.phase === "soak" ? "no stage is skipped" : "waits and completions move no traffic";
      checks.that(what, isRight, write.sentAt, () => {
        return `${run.name} sends ${percent} % over ${base} % by a plan of ${stages.map((stage) => stage.percent).join(", ")} %`;
      });
      // A run that goes on with what another one left makes its deployment once more.
      if (record.since !== undefined) continue;
      const early = soakedTooShortly(run, write, story);
      checks.that(
        "a stage soaks for its time",
        early === undefined,
        write.sentAt,
        () => `${run.name} goes on ${early ?? 0} ms after the stage began`,
      );
    }
  }
};

/** Whether the version had all traffic before, and nobody has found it bad since. */
function hasServed(run: RunLog, write: Write, { commits }: Story): boolean {
  const { order } = run;
  const before = commits.filter((commit) => commit.at <= write.sentAt && !isUnseen(run, commit, write));
  const served = before.findLastIndex(
    ({ deployment, record }) =>
      soleVersion(deployment) === order.versionId &&
      (record === undefined || record.phase === "completed" || record.isWayBack || isOldOf(before, record)),
  );
  const isAborted = before
    .slice(served + 1)
    .some(({ record }) => record?.phase === "aborted" && record.newVersionId === order.versionId);
  return served !== -1 && !isAborted;
}

/** Whether the version of a release was the one that a later release would have gone back to. */
function isOldOf(commits: readonly Commit[], { newVersionId, startedAt }: ReleaseRecord): boolean {
  return commits.some(
    ({ record }) =>
      record?.oldVersionId === newVersionId && record.startedAt > startedAt && record.phase === "soak",
  );
}

/** True where a freeze of the plan was on, by every clock. */
function isFrozen({ order: { plan } }: RunLog, { sentAt }: Write): boolean {
  return [-clockErrorMs, 0, clockErrorMs].every((ms) => frozenUntil(plan.freezes, sentAt + ms) !== undefined);
}

function isPutBack(phase: string): boolean {
  return !["soak", "wait", "completed"].includes(phase);
}

/** The share that the run believed the new version to have; undefined on a Worker that was never deployed. */
function baseOf(run: RunLog, { sentAt }: Write, { commits }: Story): number | undefined {
  if (commits.every(({ at }) => at > sentAt)) return undefined;
  const known = commits.findLast((commit) => knew(run, commit, sentAt));
  return percentOf(known?.deployment.split ?? [], run.order.versionId);
}

function maySend({ order }: RunLog, percent: number, base: number | undefined): boolean {
  const percents = order.plan.stages.map((stage) => stage.percent);
  if (base === undefined) return percent === 100;
  if (Math.abs(percent - base) < 0.01) return true;
  const next = percents.find((each) => each > base + 0.01);
  const first = percents.find((each) => each >= (order.startAt ?? 0));
  return percent === first || percent === percents[0] || (next !== undefined && percent <= next);
}

/** How long the stage before had lasted, when that is too short; undefined when it is not. */
function soakedTooShortly({ order }: RunLog, write: Write, { commits }: Story): number | undefined {
  const { record } = write;
  if (!record) return undefined;
  const before = record.phase === "soak" ? record.stage - 1 : record.stage;
  const stage = order.plan.stages[before];
  const begun = commits.find((commit) => isStage(commit, record.id, before));
  if (!stage || !begun || percentOf(begun.deployment.split, order.versionId) !== stage.percent)
    return undefined;
  const lasted = write.sentAt - begun.at;
  return lasted < stage.soakMs - clockErrorMs ? Math.round(lasted) : undefined;
}

function isStage({ record }: Commit, id: string, stage: number): boolean {
  return record?.id === id && record.stage === stage && record.phase === "soak";
}
