import type { DeploymentRequest } from "./write";
import { notUnderWay, stageOf } from "./overview";
import type { Deployment } from "./ports";
import { awaitedPercent, isUnderWay, readRecord, type ReleaseRecord } from "./record";
import { percentOf, revertedSplit, splitAt } from "./release";

/** What comes of a command that a person gives to a release: a deployment to make, or the reason why there is none. */
export type Order =
  | { readonly kind: "deploy"; readonly request: DeploymentRequest }
  | { readonly kind: "refuse"; readonly reason: string };

/**
 * Approves the next stage of a release that waits. The deployment is the one that the release itself would make for
 * that stage, so the release follows it.
 *
 * @param active the Worker's active deployment
 * @param by who approves
 */
export function approve(scriptName: string, active: Deployment | undefined, by: string): Order {
  const record = active && readRecord(active.message);
  if (!active || !record || !isUnderWay(record)) {
    return refuse(`There is nothing to approve. ${notUnderWay(scriptName, active)}`);
  }
  const percent = awaitedPercent(record);
  if (percent === undefined) return refuse(notWaiting(scriptName, record, active));
  const next: ReleaseRecord = {
    ...record,
    phase: "soak",
    stage: record.stage + 1,
    next: undefined,
    since: undefined,
  };
  return deploy({
    split: splitAt(record, percent),
    sentence: `Approved by ${oneLine(by)}: ${stageOf(next, percent)}.`,
    record: next,
  });
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
  const record = active && readRecord(active.message);
  if (!active || !record || !isUnderWay(record)) {
    return refuse(`There is nothing to abort. ${notUnderWay(scriptName, active)}`);
  }
  const stage = stageOf(record, percentOf(active.split, record.newVersionId));
  const reason = why === undefined ? "" : `: ${oneLine(why).replace(/\.$/, "")}`;
  return deploy({
    split: revertedSplit(record),
    sentence: `Aborted by ${oneLine(by)} in ${stage}${reason}.`,
    record: { ...record, phase: "aborted", next: undefined, begun: [], since: undefined },
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
    "Only a manual stage that has soaked can be approved; try again when it waits."
  );
}

/** What people type goes into a message of one line. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
