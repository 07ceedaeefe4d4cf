import { formatPercent } from "../plan/percent";
import { untilText } from "./text/freezeText";
import { placeText } from "./text/words";
import type { DeploymentRequest } from "./write/write";
import type { Deployment } from "./ports";
import { awaitedPercent, isLastStage, isUnderWay, type ReleaseRecord } from "./record/record";
import { shortName } from "./record/recordText";
import { percentOf, promotedSplit, revertedSplit, samePercent, splitAt } from "./release";

/** What comes of a command that a person gives to a release: a deployment to make, or the reason why there is none. */
export type Order =
  | { readonly kind: "deploy"; readonly request: DeploymentRequest }
  | { readonly kind: "refuse"; readonly reason: string };

/**
 * Approves the next stage of a release that waits. The deployment is the one that the release itself would make for
 * that stage, so the release follows it. In a freeze it moves no traffic: it tells the release to go on afterwards.
 *
 * @param active the Worker's active deployment
 * @param by who approves
 * @param now milliseconds since the epoch
 */
export function approve(scriptName: string, active: Deployment | undefined, by: string, now: number): Order {
  const record = active?.record;
  if (!active || !record || !isUnderWay(record)) {
    return refuse(`There is nothing to approve. ${notUnderWay(scriptName, active)}`);
  }
  if (record.heldBy !== undefined) return refuse(heldRefusal(scriptName, record.heldBy));
  const percent = awaitedPercent(record);
  const isServing = samePercent(percentOf(active.split, record.newVersionId), 100);
  if (percent === undefined || (isLastStage(record) && !isServing)) {
    return refuse(notWaiting(scriptName, record, active));
  }
  if (isLastStage(record)) return deploy(completion(record, by));
  const { frozenUntil, approvedBy } = record;
  if (frozenUntil !== undefined && now < frozenUntil) {
    const then = `${formatPercent(percent)} when the freeze ends, ${untilText(frozenUntil, now)}`;
    if (approvedBy !== undefined) {
      return refuse(
        `There is nothing to approve. ${approvedBy} has approved it: the release goes to ${then}.`,
      );
    }
    return deploy({
      split: splitAt(record, percentOf(active.split, record.newVersionId)),
      sentence: `Approved by ${oneLine(by)}: it goes to ${then}.`,
      record: {
        ...record,
        approvedBy: recordedName(by),
        since: record.since ?? active.createdAt,
      },
    });
  }
  const next: ReleaseRecord = {
    ...record,
    phase: "soak",
    stage: record.stage + 1,
    ...noWait,
  };
  return deploy({
    split: splitAt(record, percent),
    sentence: `Approved by ${oneLine(by)}: ${stageOf(next, percent)}.`,
    record: next,
  });
}

/** True for the deployment of an order. A release's own sentences begin with what it is. */
export function isOrdered({ message }: Pick<Deployment, "message">): boolean {
  return /^(Approved|Held|Resumed|Promoted|Aborted) by /.test(message);
}

/** What a record says of a wait, once that is over. */
const noWait = {
  next: undefined,
  since: undefined,
  frozenUntil: undefined,
  approvedBy: undefined,
  awaitsGate: undefined,
};

/** So much of a name fits beside the rest of a record, in bytes. */
const longestName = 60;

/** A name as a record can hold it. */
function recordedName(name: string): string {
  return shortName(oneLine(name), longestName);
}

/** Nothing comes after the last stage: who approves it says that the release is complete. */
function completion(record: ReleaseRecord, by: string): DeploymentRequest {
  return {
    split: promotedSplit(record),
    sentence: `Approved by ${oneLine(by)}: the release is complete, version ${record.newVersionId} serves all traffic.`,
    record: { ...record, phase: "completed", begun: [], ...noWait },
  };
}

/**
 * Holds a release in its stage: it is watched and reverted as before, and does not go on until somebody resumes it. No
 * traffic is moved.
 *
 * @param active the Worker's active deployment
 * @param by who holds it
 */
export function hold(scriptName: string, active: Deployment | undefined, by: string): Order {
  const record = active?.record;
  if (!active || !record || !isUnderWay(record)) {
    return refuse(`There is nothing to hold. ${notUnderWay(scriptName, active)}`);
  }
  if (record.heldBy !== undefined) {
    return refuse(`The release of ${scriptName} is held already, by ${record.heldBy}.`);
  }
  const percent = percentOf(active.split, record.newVersionId);
  return deploy({
    split: splitAt(record, percent),
    sentence: `Held by ${oneLine(by)} in ${stageOf(record, percent)}, watched as before: workers-release resume ${scriptName}`,
    record: { ...record, heldBy: recordedName(by), since: record.since ?? active.createdAt },
  });
}

/**
 * Lets a release go on that somebody holds. An approval that it waits for may be given for its whole time again.
 *
 * @param active the Worker's active deployment
 * @param by who resumes it
 */
export function resume(scriptName: string, active: Deployment | undefined, by: string): Order {
  const record = active?.record;
  if (!active || !record || !isUnderWay(record)) {
    return refuse(`There is nothing to resume. ${notUnderWay(scriptName, active)}`);
  }
  const { heldBy, ...free } = record;
  if (heldBy === undefined) return refuse(`The release of ${scriptName} is not held: it goes on by itself.`);
  const percent = percentOf(active.split, record.newVersionId);
  return deploy({
    split: splitAt(record, percent),
    sentence: `Resumed by ${oneLine(by)} in ${stageOf(record, percent)}, where ${heldBy} held it.`,
    record: { ...free, since: record.phase === "wait" ? undefined : (record.since ?? active.createdAt) },
  });
}

/**
 * Promotes the new version of a release: all stages that are left are skipped but the last one, which is watched and
 * reverted as by the plan.
 *
 * @param active the Worker's active deployment
 * @param by who promotes it
 * @param now milliseconds since the epoch
 */
export function promote(scriptName: string, active: Deployment | undefined, by: string, now: number): Order {
  const record = active?.record;
  if (!active || !record || !isUnderWay(record)) {
    return refuse(`There is nothing to promote. ${notUnderWay(scriptName, active)}`);
  }
  const percent = percentOf(active.split, record.newVersionId);
  const { heldBy, frozenUntil = 0 } = record;
  if (heldBy !== undefined) return refuse(heldRefusal(scriptName, heldBy));
  if (isLastStage(record)) {
    return refuse(
      `There is nothing to skip: ${stageOf(record, percent)} is the last one of ${scriptName}'s release.`,
    );
  }
  if (now < frozenUntil) {
    return refuse(`Nothing is promoted in a freeze. It lasts until ${untilText(frozenUntil, now)}.`);
  }
  const begun = record.phase === "wait" ? record.begun : [...record.begun, record.since ?? active.createdAt];
  const last: ReleaseRecord = { ...record, phase: "soak", stage: record.stages - 1, ...noWait };
  return deploy({
    split: splitAt(record, 100),
    sentence: `Promoted by ${oneLine(by)} from ${stageOf(record, percent)} to ${stageOf(last, 100)}. ${skippedText(record)}`,
    // A stage that is skipped has the begin of the one before it.
    record: {
      ...last,
      begun: [...begun, ...Array<number>(record.stages - 2 - record.stage).fill(begun.at(-1) ?? 0)],
    },
  });
}

/** What a promotion skips: `Skipped: 50 %, 75 %.` */
export function skippedText({ stage, stages, planned }: ReleaseRecord): string {
  const skipped = planned?.slice(stage + 1, -1).map(({ percent }) => formatPercent(percent));
  const count = stages - 2 - stage;
  if (count === 0) return "No stage is skipped.";
  return skipped === undefined
    ? `Skipped: ${count === 1 ? "1 stage" : `${count} stages`}.`
    : `Skipped: ${skipped.join(", ")}.`;
}

function heldRefusal(scriptName: string, heldBy: string): string {
  return `The release of ${scriptName} is held by ${heldBy}. Ask why; then let it go on: workers-release resume ${scriptName}`;
}

/**
 * Aborts a release: all traffic goes back to the old version, and the release ends with the reason given.
 *
 * @param active the Worker's active deployment
 * @param by who aborts
 * @param why that person's reason; undefined for none
 */
export function abort(
  scriptName: string,
  active: Deployment | undefined,
  by: string,
  why: string | undefined,
): Order {
  const record = active?.record;
  if (!active || !record || !isUnderWay(record)) {
    return refuse(`There is nothing to abort. ${notUnderWay(scriptName, active)}`);
  }
  const stage = stageOf(record, percentOf(active.split, record.newVersionId));
  const reason = why === undefined ? "" : `: ${oneLine(why).replace(/\.$/, "")}`;
  return deploy({
    split: revertedSplit(record),
    sentence: `Aborted by ${oneLine(by)} in ${stage}${reason}.`,
    record: { ...record, phase: "aborted", begun: [], ...noWait },
    force: true,
  });
}

function deploy(request: DeploymentRequest): Order {
  return { kind: "deploy", request };
}

function refuse(reason: string): Order {
  return { kind: "refuse", reason };
}

function notWaiting(scriptName: string, record: ReleaseRecord, { split }: Deployment): string {
  return (
    `The release of ${scriptName} does not wait for an approval: ` +
    `${stageOf(record, percentOf(split, record.newVersionId))} soaks. ` +
    "Only a stage that has soaked and waits can be approved; try again when it does."
  );
}

/** What people type goes into a message of one line. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** What is told of the deployment of a Worker that no release is under way of. */
type Told = Pick<Deployment, "author" | "message" | "isUnproven"> & {
  readonly record?: { readonly id: string; readonly phase: string } | undefined;
};

/** That there is no release now, and what there is instead. */
export function notUnderWay(scriptName: string, active: Told | undefined): string {
  const none = `No release of ${scriptName} is under way`;
  if (!active) return `${none}: it has never been deployed.`;
  const { record, author, message, isUnproven } = active;
  if (record) return `${none}. The last one, ${record.id}, ended as ${record.phase}: ${message}`;
  const by = `${none}: its active deployment was made by ${author}.`;
  return isUnproven ? `${by} ${unprovenSentence(message)}` : by;
}

/** That a message is not what it looks like. */
function unprovenSentence(message: string): string {
  return (
    "Its message looks like the record of a release, and is none: no release of this account has written it for this " +
    `split, or one of an older version of this package has. Nothing is done by it. It says: "${message}"`
  );
}

/** `stage 2 of 5 (25 %)` */
function stageOf(record: ReleaseRecord, percent: number): string {
  return `stage ${placeText(record.stage, record.stages, percent)}`;
}
