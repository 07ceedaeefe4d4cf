import type { Course } from "../../health/beginnings";
import type { Dispersion } from "../../health/dispersion";
import type { Judging, Place as JudgedPlace, Verdict } from "../../health/judgement";
import { add, noCounts, type Bucket, type Served } from "../../health/series";
import type { Plan } from "../../plan/plan";
import type { PastStage } from "../state";
import { ShareWatch, spreadingMs, type WrongShare } from "./shareWatch";

/** What is known of a bucket beside its counts and the changes of the split. */
interface Place extends Omit<JudgedPlace, "sinceChange"> {
  /** Whether its counts are all requests of both versions, none of which is still on its way. */
  readonly tellsShare?: boolean;
}

/** What was served in a stage. */
export interface StageTally {
  readonly served: Served;
  /** Without the warm-up after each change of the split. */
  readonly judged: Served;
}

const nothingServed: Served = { new: noCounts, old: noCounts };
const nothing: StageTally = { served: nothingServed, judged: nothingServed };

/**
 * What the buckets of one SLO come to, taken in one by one, oldest first. It does not grow with them, so that a release
 * that waits for weeks needs no more memory, and no more time for a look, than one of an hour.
 */
export class Tally {
  private readonly stages = new Map<number, StageTally>();
  /** The verdict at the end of each stage that is over. */
  private readonly verdicts = new Map<number, Verdict>();
  private stage = -1;
  /** How many buckets of the stage were judged. */
  private judgedInStage = 0;
  private shareWatch: ShareWatch | undefined;

  constructor(private readonly judgement: Judging) {}

  /** A tally of the same buckets, that goes on by itself. */
  copy(): Tally {
    const copy = new Tally(this.judgement.copy());
    for (const [stage, tally] of this.stages) copy.stages.set(stage, tally);
    for (const [stage, verdict] of this.verdicts) copy.verdicts.set(stage, verdict);
    copy.stage = this.stage;
    copy.judgedInStage = this.judgedInStage;
    copy.shareWatch = this.shareWatch?.copy();
    return copy;
  }

  /** Takes the next bucket in, for the plan and the stages of a release so far. */
  add(
    bucket: Bucket,
    plan: Plan,
    stages: readonly PastStage[],
    { floors, isSettled, tellsShare }: Place = {},
  ): void {
    const stage = stageOf(bucket, plan, stages);
    if (stage > this.stage) {
      this.verdicts.set(this.stage, this.judgement.verdict);
      this.stage = stage;
      this.judgedInStage = 0;
      this.shareWatch = shareWatchIn(plan, stage);
    }
    if (tellsShare && isSpread(bucket, plan, stages)) this.shareWatch?.add(bucket);
    const isJudged = countsIn(bucket, plan, stages);
    if (isJudged) {
      const sinceChange = isChangeForUsers(plan, stage) ? this.judgedInStage : undefined;
      this.judgement.add(bucket, { floors, isSettled, sinceChange });
      this.judgedInStage += 1;
    }
    const { served, judged } = this.in(stage);
    this.stages.set(stage, {
      served: plus(served, bucket),
      judged: isJudged ? plus(judged, bucket) : judged,
    });
  }

  /** The dispersion of the bad events as far as it is known, for a span of one millisecond. */
  get dispersion(): Dispersion {
    return this.judgement.dispersion;
  }

  /** What was served in a stage, counted from 0. */
  in(stage: number): StageTally {
    return this.stages.get(stage) ?? nothing;
  }

  /** That the new version does not serve its share in the last stage; undefined as long as it may. */
  get wrongShare(): WrongShare | undefined {
    return this.shareWatch?.finding;
  }

  /** The verdict on everything taken in. */
  get verdict(): Verdict {
    return this.judgement.verdict;
  }

  /** The verdict at the end of a stage, on everything that was served from the begin of the release. */
  verdictAfter(stage: number): Verdict {
    if (stage >= this.stage) return this.verdict;
    const before = [...this.verdicts.keys()].filter((each) => each <= stage);
    return this.verdicts.get(Math.max(...before)) ?? this.verdict;
  }
}

/** In a stage with all traffic, or with none, there is no share to be wrong. */
function shareWatchIn({ stages, pollIntervalMs }: Plan, stage: number): ShareWatch | undefined {
  const { percent = 0, soakMs = 0 } = stages[stage] ?? {};
  if (percent <= 0 || percent >= 100) return undefined;
  return new ShareWatch(percent / 100, Math.max(1, Math.ceil(soakMs / pollIntervalMs)));
}

/** Whether one split was in force everywhere for all of a bucket: one that a change falls into has some of both. */
function isSpread({ start }: Bucket, { pollIntervalMs }: Plan, stages: readonly PastStage[]): boolean {
  return stages.every(
    ({ startedAt: change }) => start + pollIntervalMs <= change || start >= change + spreadingMs,
  );
}

/** Whether a stage begins with a change of the split after the new version has served its first users. */
function isChangeForUsers({ stages }: Plan, stage: number): boolean {
  return (stages[stage - 1]?.percent ?? 0) > 0;
}

/** What is planned of a release, in buckets of its polls. */
export function courseOf(plan: Plan): Course {
  const soaksMs = plan.stages.reduce((sum, { soakMs }) => sum + soakMs, 0);
  return {
    buckets: Math.max(1, Math.ceil(soaksMs / plan.pollIntervalMs)),
    changes: plan.stages.filter((_, stage) => isChangeForUsers(plan, stage)).length,
  };
}

/**
 * The stage that a bucket belongs to, -1 before the first. The one in which the split changes belongs to the stage that
 * begins then.
 */
export function stageOf(
  { start }: Pick<Bucket, "start">,
  { pollIntervalMs }: Plan,
  stages: readonly PastStage[],
): number {
  return stages.findLast(({ startedAt }) => startedAt < start + pollIntervalMs)?.stage ?? -1;
}

/** Whether a bucket is judged: those which begin while the versions warm up after a change of the split are not. */
function countsIn(
  { start }: Bucket,
  { pollIntervalMs, warmUpMs }: Plan,
  stages: readonly PastStage[],
): boolean {
  if (warmUpMs === 0) return true;
  // The bucket that a change falls into holds what was served right after it.
  return stages.every(
    ({ startedAt: change }) => start + pollIntervalMs <= change || start >= change + warmUpMs,
  );
}

function plus(sum: Served, bucket: Bucket): Served {
  return { new: add(sum.new, bucket.new), old: add(sum.old, bucket.old) };
}
