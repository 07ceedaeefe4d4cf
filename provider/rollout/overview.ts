import { formatDuration } from "../plan/duration";
import type { Deployment } from "./ports";
import { awaitedPercent, isUnderWay, readRecord, readSentence, type ReleaseRecord } from "./record";
import { percentOf } from "./release";
import { placeText } from "./text";

/** What the active deployment of a Worker says, for a person who asks how its release is doing: a few lines. */
export function overview(scriptName: string, active: Deployment | undefined, now: number): string {
  const record = active && readRecord(active.message);
  if (!active || !record || !isUnderWay(record)) {
    return [notUnderWay(scriptName, active), ...(active ? served(active, now) : [])].join("\n");
  }
  return underWay(scriptName, active, record, now).join("\n");
}

/** That there is no release now, and what there is instead. */
export function notUnderWay(scriptName: string, active: Deployment | undefined): string {
  const none = `No release of ${scriptName} is under way`;
  if (!active) return `${none}: it has never been deployed.`;
  const record = readRecord(active.message);
  if (!record) return `${none}: its active deployment was made by ${active.author}.`;
  return `${none}. The last one, ${record.id}, ended as ${record.phase}: ${readSentence(active.message)}`;
}

/** `stage 2 of 5 (25 %)` */
export function stageOf(record: ReleaseRecord, percent: number): string {
  return `stage ${placeText(record.stage, record.stages, percent)}`;
}

function underWay(
  scriptName: string,
  active: Deployment,
  record: ReleaseRecord,
  now: number,
): readonly string[] {
  const place = placeText(record.stage, record.stages, percentOf(active.split, record.newVersionId));
  const next = awaitedPercent(record);
  const doing = next === undefined ? "soaking" : `waiting for an approval to go to ${next} %`;
  return [
    `Release ${record.id} of ${scriptName} is under way.`,
    `  stage    ${place}, ${doing} since ${since(active.createdAt, now)}`,
    ...traffic(active, record),
    `  began    ${since(record.startedAt, now)}`,
    ...(next === undefined ? [] : [`  approve  workers-release approve ${scriptName}`]),
    `  abort    workers-release abort ${scriptName}`,
  ];
}

function served(active: Deployment, now: number): readonly string[] {
  return [...traffic(active, undefined), `  since    ${since(active.createdAt, now)}`];
}

function traffic({ split }: Deployment, record: ReleaseRecord | undefined): readonly string[] {
  const role = (versionId: string): string => {
    if (versionId === record?.newVersionId) return " (new)";
    return versionId === record?.oldVersionId ? " (old)" : "";
  };
  const shares = split.map(
    ({ versionId, percent }) => `${percent} % to version ${versionId}${role(versionId)}`,
  );
  return shares.map((share, index) => `${index === 0 ? "  traffic  " : "           "}${share}`);
}

/** `2030-12-31 23:59:59Z, 4m 10s ago` */
function since(time: number, now: number): string {
  const moment = `${new Date(time).toISOString().slice(0, 19).replace("T", " ")}Z`;
  return `${moment}, ${formatDuration(Math.max(1000, now - time))} ago`;
}
