import { goesBack, isVerdict, type Cause } from "../cause";
import { confirmReverted } from "../look/confirm";
import { within } from "../look/deadline";
import { statusOf, type DeploymentStatus } from "../deploymentStatus";
import { noticeIn } from "../notice";
import { isStale, type Deployment, type Split } from "../ports";
import { revertFailedSentence } from "../text/endingText";
import { follow } from "../follow";
import { recordOf } from "../record/recordOf";
import {
  percentOf,
  promotedSplit,
  revertedSplit,
  sameTraffic,
  type Dependencies,
  type Release,
} from "../release";
import type { Failed, Instead, Reverted } from "./reverted";
import type { Rollout } from "../rollout";
import type { State, WriteFailure } from "../state";
import { uploadsLeft } from "../look/window";
import { unlessFoundOver } from "./again";
import { tellOfOverwritten } from "./overwritten";
import {
  lateUntil,
  write,
  type DeploymentRequest,
  type Proposal,
  type WriteContext,
  type Written,
} from "./write";

/** What came of a revert, and where the release stood by then: a lost write may have shown on the way. */
export interface RevertResult {
  readonly reverted: Reverted;
  readonly state: State;
}

/** How long a revert is tried; by then a person has to do it another way. */
const deadlineMs = 600_000;
/** After this time a person is told to help, while it is tried on. */
const callAfterMs = 30_000;
const firstPauseMs = 1000;
const longestPauseMs = 15_000;
/** After so many failed readings in a row it is written though the next one fails too. */
const mostReadings = 3;
/** An interrupted process may be killed within ten seconds (GitHub Actions): a reading must not take them. */
const hurriedReadingMs = 2000;

/**
 * Puts all traffic back on the old version. Nothing beats this: it is tried until it is done, somebody else has taken
 * over, or the deadline has passed; an interruption does not stop it.
 *
 * @param found what made the release revert, in words; it becomes the message of the deployment
 */
export async function revert(
  rollout: Rollout,
  cause: Cause,
  found: string,
  dependencies: Dependencies,
): Promise<RevertResult> {
  const tried = new Attempts(rollout, cause, found, dependencies);
  const reverted = await revertBy(tried, rollout, cause, dependencies);
  return { reverted, state: tried.state };
}

async function revertBy(
  tried: Attempts,
  rollout: Rollout,
  cause: Cause,
  dependencies: Dependencies,
): Promise<Reverted> {
  const { clock } = dependencies;
  const startedAt = clock.now();
  // Where the traffic stays, as that of a first version does, only the record of its end is written, and nobody has to help.
  const longestMs = goesBack(cause, rollout.release) ? deadlineMs : callAfterMs;
  for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
    const written = await tried.next();
    const deployment = madeBy(written);
    if (deployment !== undefined) {
      if (await tried.isOvertaken(deployment)) continue;
      const unread = written.kind === "made" && written.unread;
      const confirmation = await confirmReverted(rollout.release, cause, tried.percent, dependencies);
      // A reading that lags does not undo what the list has shown.
      const shown = written.kind === "made" ? written.after : undefined;
      const after = (await tried.deployedAfter(deployment)) ?? shown;
      return { kind: "done", deployment, unread, confirmation, after };
    }
    if (written.kind === "instead" && isEnding(written.because)) {
      if (!(await tried.waitsForLateWrite())) return written.because;
      continue;
    }
    const failed = await tried.failed(clock.now() - startedAt);
    if (failed.oldIsGone || failed.forMs + pause > longestMs) return failed;
    tried.callForHelp(failed);
    const ordered = written.kind === "failed" ? (written.retryAfterMs ?? 0) : 0;
    await clock.sleep(Math.max(pause, Math.min(ordered, longestPauseMs)));
  }
}

/** What an attempt found instead of something to write. */
type Found =
  | Instead
  /** The traffic is back: by a write whose answer was lost, or by another run. */
  | { readonly kind: "isBack"; readonly deployment: Deployment }
  /** The first split may still appear. */
  | { readonly kind: "lookAgain" };

/** The split that a release ends with. */
function splitAfter(cause: Cause, release: Release): Split {
  return goesBack(cause, release) ? revertedSplit(release) : promotedSplit(release);
}

function madeBy(written: Written<Found>): Deployment | undefined {
  if (written.kind === "made") return written.deployment;
  return written.kind === "instead" && written.because.kind === "isBack"
    ? written.because.deployment
    : undefined;
}

/** Of what was deployed again the traffic was taken for a moment. */
function asWritten(written: Extract<Written<Found>, { kind: "instead" }>): Written<Found> {
  const { because } = written;
  return because.kind === "yielded" ? { ...written, because: { ...because, mayHaveWritten: true } } : written;
}

function isEnding(found: Found): found is Instead {
  return found.kind === "yielded" || found.kind === "nothing";
}

/** The attempts to write one revert. */
class Attempts {
  failure: WriteFailure | undefined;
  /** Where the release stands. */
  state: State;
  /** The new version's share when it was last read. */
  percent: number;
  private known: Deployment | undefined;
  private hasCalled = false;
  private failedReadings = 0;
  private readonly request: DeploymentRequest;

  constructor(
    private readonly rollout: Rollout,
    private readonly cause: Cause,
    found: string,
    private readonly dependencies: Dependencies,
  ) {
    const { release, state, observation } = rollout;
    this.failure = state.failure;
    this.state = state;
    this.known = observation.active;
    this.percent = observation.active ? percentOf(observation.active.split, release.newVersionId) : 100;
    const phase = isVerdict(cause, release) ? "aborted" : "inconclusive";
    const record = recordOf(release, state.stage, phase);
    this.request = { split: splitAfter(cause, release), sentence: found, record, force: true };
  }

  async next(): Promise<Written<Found>> {
    const readWithinMs = this.readWithinMs();
    const isHurried = readWithinMs !== undefined || this.failedReadings >= mostReadings;
    // A mere record of the end is not worth what it might overwrite.
    const mayBeUnread = isHurried && goesBack(this.cause, this.rollout.release) && this.isOurs(this.known);
    const context = {
      known: this.known,
      before: this.failure,
      mayBeUnread,
      readWithinMs,
      urgency: "revert",
      isToStayOverwritten: (theirs: Deployment) => this.isToStayOverwritten(theirs),
    } as const;
    const attempt = await write((active) => this.propose(active), context, this.dependencies);
    const written = await this.afterLost(attempt, context);
    tellOfOverwritten(written, this.rollout.release, this.dependencies);
    if (written.kind === "instead") return written.isAfterWrite ? asWritten(written) : written;
    if (written.kind === "made") return written;
    this.failure = written.failure;
    this.failedReadings = written.during === "read" ? this.failedReadings + 1 : 0;
    return written;
  }

  /** A revert whose answer was lost, and which a reading shows, may have overwritten something as well. */
  private async afterLost(written: Written<Found>, context: WriteContext): Promise<Written<Found>> {
    if (written.kind !== "instead" || written.isAfterWrite || this.failure?.lostAt === undefined)
      return written;
    const { because } = written;
    if (because.kind !== "isBack") return written;
    const { deployment: made } = because;
    if (made.record?.run !== this.rollout.release.run) return written;
    const propose = (active: Deployment | undefined): Proposal<Found> => this.propose(active);
    return unlessFoundOver(made, this.request, propose, context, this.dependencies);
  }

  /** How it stands after an attempt that failed, `forMs` after the first one. */
  async failed(forMs: number): Promise<Failed> {
    const { failure, percent, known: active, dependencies } = this;
    const left = failure?.forGood
      ? await uploadsLeft(this.rollout.release, dependencies.deployments, "revert")
      : undefined;
    const oldIsGone = left === undefined ? undefined : left === 0;
    return { kind: "failed", percent, active, forMs, trouble: failure?.trouble ?? "", oldIsGone };
  }

  /** Tells a person what to do by hand, once, while it is tried on. */
  callForHelp(failed: Failed): void {
    const { progress, notices, clock } = this.dependencies;
    if (!goesBack(this.cause, this.rollout.release)) return;
    progress.status(`REVERTING, not done yet, trying again: ${failed.trouble}`);
    if (this.hasCalled || failed.forMs < callAfterMs) return;
    this.hasCalled = true;
    const sentence = `${revertFailedSentence(this.rollout.release, failed)} It is being tried on.`;
    progress.event(sentence);
    notices?.tell(noticeIn(this.rollout.release, this.state.stage, "revertFailed", sentence, clock.now()));
  }

  /**
   * Whether an earlier write of this release, whose answer was lost, has taken effect after the revert. It is waited for
   * as long as it may; the traffic is back meanwhile.
   */
  async isOvertaken(reverted: Deployment): Promise<boolean> {
    // A late revert does no harm, unless another release begins after it.
    const { failure } = this;
    const until = lateUntil(this.cause.kind === "leftOver" ? { failure } : this.rollout.state);
    if (!(await this.waitsUntil(until))) return false;
    this.known = reverted;
    const after = await this.deployedAfter(reverted);
    return after !== undefined && this.isOurs(after);
  }

  /** What is deployed instead of the revert; undefined when that is still active, or nobody can say. */
  async deployedAfter(reverted: Deployment): Promise<Deployment | undefined> {
    const { deployments, clock } = this.dependencies;
    const active = await within(this.readWithinMs(), deployments.active("revert"), clock).catch(
      () => undefined,
    );
    return isStale(reverted, active) || active?.id === reverted.id ? undefined : active;
  }

  private readWithinMs(): number | undefined {
    return this.dependencies.interruption.aborted ? hurriedReadingMs : undefined;
  }

  /** True after a wait for a write that was lost, of the revert too: it may still be made over what others deployed. */
  waitsForLateWrite(): Promise<boolean> {
    return this.waitsUntil(lateUntil({ failure: this.failure, lostAt: this.rollout.state.lostAt }));
  }

  private async waitsUntil(time: number): Promise<boolean> {
    const { clock } = this.dependencies;
    const leftMs = time - clock.now();
    if (leftMs <= 0) return false;
    await clock.sleep(leftMs);
    return true;
  }

  private propose(active: Deployment | undefined): Proposal<Found> {
    const { release } = this.rollout;
    this.known = active;
    if (active) this.percent = percentOf(active.split, release.newVersionId);
    this.state = follow(release, this.state, active, this.dependencies);
    const { state } = this;
    const status = statusOf(release, state, active);
    if (state.phase === "starting" && status.kind === "ours") {
      const isOpen = this.dependencies.clock.now() < lateUntil({ failure: this.failure });
      return { instead: { kind: isOpen ? "lookAgain" : "nothing" } };
    }
    // The record says why the traffic is back; that it is, the split says.
    const isBack = sameTraffic(active?.split ?? [], splitAfter(this.cause, release));
    if (active && isBack && status.kind === "ended" && status.record.phase !== "completed") {
      return { instead: { kind: "isBack", deployment: active } };
    }
    if (!mayRevert(status, this.cause, release)) {
      const mayHaveWritten = this.failure?.lostAt !== undefined;
      return { instead: { kind: "yielded", status, active, mayHaveWritten } };
    }
    return { write: this.request };
  }

  /** Nothing gives the new version traffic again, whoever has deployed it in the same moment. */
  private isToStayOverwritten({ split }: Deployment): boolean {
    const { release } = this.rollout;
    return goesBack(this.cause, release) && percentOf(split, release.newVersionId) > 0;
  }

  /** Whether the last deployment known is one of ours: only then may it be written over without a reading. */
  private isOurs(known: Deployment | undefined): boolean {
    const { state } = this;
    const { release } = this.rollout;
    return state.phase !== "starting" && mayRevert(statusOf(release, state, known), this.cause, release);
  }
}

/**
 * What is ours may be put back: the split we made, one we made and lost the answer of, and one made for us. A release
 * that turns out to be complete is put back for a verdict only: it came to its end before it could be interrupted.
 */
function mayRevert(status: DeploymentStatus, cause: Cause, release: Release): boolean {
  if (status.kind === "ended") return isVerdict(cause, release);
  return ["ours", "moved", "approved", "misfit"].includes(status.kind);
}
