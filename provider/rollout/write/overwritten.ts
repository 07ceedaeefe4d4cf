import { within } from "../look/deadline";
import { isStale, PortError, type Deployment } from "../ports";
import { isUnderWay } from "../record/record";
import { sameTraffic, type Dependencies, type Release } from "../release";
import { lostSentence, madeAgainSentence } from "../text/overwrittenText";
import type { WriteContext, Written } from "./write";

/** A deployment that was overwritten and could not be made again. */
export interface Lost {
  readonly deployment: Deployment;
  readonly trouble: string;
}

/** What was deployed right before and right after a write of ours. */
export interface Around {
  /** What somebody has deployed that nobody had read, and the write has overwritten. */
  readonly overwritten?: Deployment;
  /** What somebody has deployed over the write. */
  readonly after?: Deployment;
}

/** The list may lag behind our own write. */
const readings = 3;
const pauseMs = 500;
/** Judging does not wait for longer than this for a reading, in milliseconds. */
export const longestReadingMs = 5000;

/**
 * What the list shows around a write of ours: Cloudflare compares nothing when it takes a deployment, so what somebody has
 * deployed between the reading and the write is looked for afterwards.
 *
 * @param over what was written over, as it was read
 * @returns nothing of either where there is none, and where the list does not tell
 */
export async function lookAround(
  made: Deployment,
  over: Deployment | undefined,
  { past, clock }: Pick<Dependencies, "past" | "clock">,
  { readWithinMs = longestReadingMs, urgency = "write" }: Pick<WriteContext, "readWithinMs" | "urgency">,
): Promise<Around> {
  if (past === undefined) return {};
  try {
    for (let reading = 1; reading <= readings; reading += 1) {
      const [newest, before] = await within(readWithinMs, past.recent(urgency), clock);
      if (newest?.id === made.id)
        return before === undefined || before.id === over?.id || isStale(over, before)
          ? {}
          : { overwritten: before };
      if (newest !== undefined && !isStale(made, newest)) return { after: newest };
      await clock.sleep(pauseMs);
    }
  } catch (error) {
    // The write is done, and nobody waits for what cannot be read.
    if (!(error instanceof PortError)) throw error;
  }
  return {};
}

/** True where it makes no difference that a deployment was overwritten: the same traffic, and the same of the release. */
export function isSameAs(
  { split, record }: Pick<Deployment, "split" | "record">,
  { split: theirs, record: said }: Deployment,
): boolean {
  if (!sameTraffic(split, theirs)) return false;
  if (said === undefined) return true;
  if (record === undefined) return false;
  const isSamePhase = said.phase === record.phase || (!isUnderWay(said) && !isUnderWay(record));
  return said.id === record.id && isSamePhase && said.stage === record.stage && said.heldBy === record.heldBy;
}

/** Tells what a write of a release has overwritten unseen. */
export function tellOfOverwritten(
  written: Written<unknown>,
  { scriptName }: Pick<Release, "scriptName">,
  { progress }: Pick<Dependencies, "progress">,
): void {
  if (written.kind === "instead" && written.madeAgain) {
    progress.event(`Warning: ${madeAgainSentence(scriptName, written.madeAgain)}`);
  }
  if (written.kind !== "failed" && written.lost) {
    progress.event(`Warning: ${lostSentence(scriptName, written.lost)}`);
  }
}
