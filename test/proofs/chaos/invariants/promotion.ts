import { merge } from "../../../../provider/health/merge";
import type { Series } from "../../../../provider/health/series";
import type { RunLog, TelemetryRead } from "../log";
import type { Story } from "../simulate";
import type { Invariant } from "./check";
import { changesSince, firstWhere, givenTo, isBlatant, pastBefore, settledAfterMs } from "./evidence";
import { activeAt, isUnseen, percentOf } from "./facts";

/** Nobody gets more of a version after an answer of the telemetry that leaves no doubt that it is bad. */
export const promotesNothingBad: Invariant = (story, checks) => {
  for (const run of story.runs) {
    const seenAt = blatantFor(run, story);
    const { versionId } = run.order;
    for (const write of run.writes) {
      const seen = story.commits.filter((commit) => !isUnseen(run, commit, write));
      const before = activeAt(seen, write.sentAt)?.deployment.split ?? [];
      const isPromotion = percentOf(write.split, versionId) > percentOf(before, versionId) + 0.01;
      if (!isPromotion) continue;
      checks.that("no promotion after a visible violation", write.sentAt <= seenAt, write.sentAt, () => {
        return `${run.name} had seen the violation ${Math.round((write.sentAt - seenAt) / 1000)} s before`;
      });
    }
  }
};

/** When a run had been told beyond doubt that its version is bad; Infinity for never. */
export function blatantFor(run: RunLog, story: Story): number {
  const answers = run.telemetry.filter((read): read is Answered => isOfRelease(read, run));
  const [{ query } = { query: undefined }] = answers;
  if (!query || !story.scenario.traffic.bad) return Infinity;
  const { plan } = run.order;
  const changes = changesSince(story.commits, query.from - beforeMs, learningMs(run));
  const past = pastBefore(query.from, plan, query.oldVersionId, story);
  const givenAt = givenTo(run.order.versionId, plan.pollIntervalMs, story);
  const yardstick = { plan, changes, past, givenAt };
  const first = firstWhere(answers.length, (last) =>
    isBlatant(yardstick, knownAfter(answers, last), answers[last]?.answeredAt ?? story.end),
  );
  const seenAt = first === undefined ? Infinity : (answers[first]?.answeredAt ?? Infinity);
  return seenAt + (story.scenario.traffic.bad.version === "all" ? settledAfterMs : 0);
}

/** The clock that a release begins by may be ahead of its first deployment. */
const beforeMs = 60_000;

/** A write without an answer is given up after 30 s, and seen at the next look. */
function learningMs({ order }: RunLog): number {
  return 45_000 + order.plan.pollIntervalMs;
}

type Answered = TelemetryRead & { readonly answeredAt: number };

/** What is read of the time before the release is about the old version, in other buckets. */
function isOfRelease(read: TelemetryRead, { order }: RunLog): boolean {
  const { query, answeredAt, failure } = read;
  const isOurs = query.newVersionId === order.versionId && query.bucketMs === order.plan.pollIntervalMs;
  return isOurs && answeredAt !== undefined && failure === undefined;
}

function knownAfter(answers: readonly Answered[], last: number): Series[] {
  const known: Series[] = [];
  for (const { query, series } of answers.slice(0, last + 1)) {
    series.forEach((fresh, index) => (known[index] = merge(known[index] ?? [], fresh, query.from)));
  }
  return known;
}
