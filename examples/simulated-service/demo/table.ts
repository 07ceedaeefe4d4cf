import Table from "cli-table3";
import colors from "picocolors";
import type { Split } from "../../../provider/rollout/ports";
import type { SloReport, StageReport } from "../../../provider/rollout/report";
import { isUnderWay, type ReleaseRecord } from "../../../provider/rollout/record/record";
import { percentText } from "../../../provider/rollout/text/sloText";
import type { Chapter } from "./worker";

/** What the table has to know beside the deployments. */
export interface Known {
  /** What to call each version, by its id. */
  readonly versions: ReadonlyMap<string, string>;
  /** What each release measured in its stages, by its id. */
  readonly reports: ReadonlyMap<string, readonly StageReport[]>;
}

/** A table of what happened: one row a deployment, in it one line a version. */
export function tableOf(chapters: readonly Chapter[], known: Known): string {
  const head = ["time", "deployment", "split", "requests", "5xx", "verdict"].map(colors.bold);
  // Its own colours would also go into a log file.
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ["left", "left", "left", "right", "right"],
  });
  for (const chapter of chapters) table.push(rowOf(chapter, known));
  return table.toString();
}

function rowOf({ from, split, record, served }: Chapter, known: Known): string[] {
  const line = (of: (versionId: string) => number): string =>
    split.map(({ versionId }) => String(of(versionId))).join("\n");
  return [
    clockText(from),
    titleOf(record, split, known),
    split
      .map((share) => `${String(share.percent).padStart(3)} % ${nameOf(share.versionId, known)}`)
      .join("\n"),
    line((versionId) => served.get(versionId)?.valid ?? 0),
    line((versionId) => served.get(versionId)?.bad ?? 0),
    record === undefined ? "" : verdictOf(record, served, known),
  ];
}

function nameOf(versionId: string, { versions }: Known): string {
  return versions.get(versionId) ?? versionId;
}

function titleOf(record: ReleaseRecord | undefined, split: Split, known: Known): string {
  if (record === undefined)
    return `${split.map(({ versionId }) => nameOf(versionId, known)).join(", ")} is live`;
  const name = nameOf(record.newVersionId, known);
  const soaking = isUnderWay(record);
  return soaking ? `${name}, stage ${record.stage + 1} of ${record.stages}` : `${name} ${record.phase}`;
}

/** How the stage or the release ended that the deployment belongs to; of a stage, one line an SLO. */
function verdictOf(record: ReleaseRecord, served: Chapter["served"], { reports }: Known): string {
  if (record.phase === "completed") return colors.green("released");
  if (!isUnderWay(record)) return colors.red("reverted");
  if (!served.get(record.newVersionId)?.valid) return "nothing to judge yet";
  const slos = reports.get(record.id)?.[record.stage]?.slos ?? [];
  return slos.map(sloText).join("\n");
}

function sloText({ name, measured, limit, verdict }: SloReport): string {
  const colored = verdict === "healthy" ? colors.green : colors.red;
  const allowed = limit === undefined ? "" : `, limit ${percentText(limit)}`;
  return `${name} ${percentText(measured)}${allowed}: ${colored(verdict)}`;
}

/** As in the sentences of a release: `06:12:10Z`. */
function clockText(time: number): string {
  return `${new Date(time).toISOString().slice(11, 19)}Z`;
}
