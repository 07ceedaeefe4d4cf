import { deployedSinceSentence, revertedSentence } from "./text/endingText";
import { leftToOthers, soleVersion, type Outcome } from "./outcome";
import { PortError, unlessFault, type Deployment } from "./ports";
import type { Dependencies } from "./release";
import { afterAbort } from "./text/causeText";
import type { Refusal } from "./text/refusalText";
import { joined } from "./text/words";
import { readActive } from "./write/write";

/** A request that must not be carried out. Nothing was touched. `message` says why, and what to do. */
export class CannotStart extends Error {
  override readonly name = "CannotStart";

  constructor(
    readonly refusal: Refusal,
    /** What is deployed, where that is the reason. */
    readonly active?: Deployment,
  ) {
    super(joined([refusal.found, "No traffic was moved.", refusal.todo]));
  }
}

/** The version was found bad before and nobody has asked for another try. Nothing was touched. */
export class AbortedBefore extends CannotStart {
  constructor(
    versionId: string,
    /** What was found wrong then. */
    readonly finding: string,
  ) {
    super({ found: `Version ${versionId} was aborted before: ${finding}`, todo: afterAbort });
  }
}

/** True for what a run throws where nothing was moved. */
export function isRefusal(error: unknown): error is CannotStart | PortError {
  return error instanceof CannotStart || error instanceof PortError;
}

/**
 * The outcome of a run whose release was left to others, and which cannot begin another because of `error`: what is
 * deployed may have changed since.
 *
 * @param seen a deployment that this run has seen
 */
export async function butLeftToOthers(
  outcome: Outcome,
  seen: Deployment | undefined,
  error: CannotStart | PortError,
  { deployments }: Dependencies,
): Promise<Outcome> {
  const known = (error instanceof CannotStart ? error.active : undefined) ?? seen;
  return leftToOthers(outcome, await readActive(known, deployments, "start").catch(unlessFault(known)));
}

/**
 * The outcome of a run that put back what was left, and then did not start its own release because of `error`: what it
 * has done is not to be forgotten.
 *
 * @param known a deployment that this run has seen: a reading that contradicts it is not believed
 */
export async function butPutBack(
  putBack: Outcome,
  known: Deployment | undefined,
  error: CannotStart | PortError,
  { deployments }: Dependencies,
): Promise<Outcome> {
  const active = await readActive(known, deployments, "start").catch(unlessFault(undefined));
  const now = { deployedVersionId: active && soleVersion(active.split), deploymentId: active?.id };
  const isBack = active === undefined || soleVersion(active.split) === putBack.oldVersionId;
  const outcome: Outcome = {
    ...{ ...putBack, ...now },
    status: isBack ? "inconclusive" : "superseded",
    reason: reasonFor(putBack, active, isBack, error),
  };
  if (!(error instanceof AbortedBefore)) return outcome;
  return { ...outcome, status: "aborted", finding: error.finding, isVerdict: true };
}

function reasonFor(
  { oldVersionId, releaseId }: Outcome,
  active: Deployment | undefined,
  isBack: boolean,
  error: CannotStart | PortError,
): string {
  const back = `All traffic was put back on the old version ${oldVersionId ?? ""}.`;
  const where = active === undefined ? back : whereNow(back, active, isBack, oldVersionId);
  // "No traffic was moved" would not be true: what was left has been put back.
  const why =
    error instanceof CannotStart ? joined([error.refusal.found, error.refusal.todo]) : error.message;
  return `What release ${releaseId} had left was put back first. ${where} The release itself did not start: ${why}`;
}

function whereNow(
  back: string,
  active: Deployment,
  isBack: boolean,
  oldVersionId: string | undefined,
): string {
  if (isBack) return revertedSentence({ oldVersionId, newVersionId: "" });
  return `${back} ${deployedSinceSentence(active)}`;
}
