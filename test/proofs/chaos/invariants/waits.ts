import type { Commit, RunLog, Write } from "../log";
import type { Story } from "../simulate";
import type { Invariant } from "./check";
import { knew, percentOf } from "./facts";

/** A gate that has opened is good for so long, in milliseconds: a read and a write lie between. */
const goodForMs = 60_000;

/** A release that somebody holds stays where it is, and no stage is entered whose gate has not opened. */
export const waitsWhereToldTo: Invariant = (story, checks) => {
  for (const run of story.runs) {
    for (const write of run.writes) {
      const { record } = write;
      if (record === undefined || record.newVersionId !== run.order.versionId) continue;
      const known = story.commits.findLast((commit) => knew(run, commit, write.sentAt));
      // Who cannot go back any more goes forward, whatever it waits for.
      if (write.split.length === 1 && !story.isDeployable(record.oldVersionId ?? "")) continue;
      const isMore = isPromotion(write, known);
      const isEnd = record.phase === "completed";
      const isHeld = known?.record?.id === record.id && known.record.heldBy !== undefined;
      checks.that("a held release stays where it is", !isHeld || !(isMore || isEnd), write.sentAt, () => {
        return `${run.name} goes on from ${known?.deployment.id ?? ""}`;
      });
      if (record.phase !== "soak" || !isMore || record.isWayBack || hasApproved(record.id, story)) continue;
      if (run.order.plan.stages[record.stage]?.gate === undefined) continue;
      checks.that("no stage is entered before its gate opens", isOpen(run, write), write.sentAt, () => {
        return `${run.name} enters stage ${record.stage}`;
      });
    }
  }
};

function isPromotion({ split, record }: Write, known: Commit | undefined): boolean {
  const versionId = record?.newVersionId ?? "";
  return percentOf(split, versionId) > percentOf(known?.deployment.split ?? [], versionId) + 0.01;
}

/** Who approves goes before the gate; in a freeze, the release itself enters the stage afterwards. */
function hasApproved(releaseId: string, { commits }: Story): boolean {
  return commits.some(({ record }) => record?.id === releaseId && record.approvedBy !== undefined);
}

function isOpen({ gates }: RunLog, { sentAt, record }: Write): boolean {
  const last = gates.findLast(({ at, stage }) => at <= sentAt && stage === record?.stage);
  return last?.kind === "open" && sentAt - last.at <= goodForMs;
}
