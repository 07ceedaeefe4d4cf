import { formatElapsed } from "../../plan/duration";
import { formatPercent } from "../../plan/percent";
import type { Split } from "../ports";
import { stagePercent, type Release } from "../release";

/** `2 of 5 (25 %)`; `stage` is counted from 0. */
export function placeText(stage: number, stages: number, percent: number): string {
  return `${stage + 1} of ${stages} (${formatPercent(percent)})`;
}

/** `stage 2 of 5 (25 %)` */
export function stageText(release: Release, stage: number): string {
  return `stage ${placeText(stage, release.plan.stages.length, stagePercent(release, stage))}`;
}

/** `75 % to ID, 25 % to ID`, with `between` between the versions. */
export function sharesText(split: Split, between: string): string {
  return split.map(({ versionId, percent }) => `${formatPercent(percent)} to ${versionId}`).join(between);
}

/** The command that deploys a split by hand. */
export function deployCommand(scriptName: string, split: Split): string {
  const shares = split.map(({ versionId, percent }) => `${versionId}@${percent}%`).join(" ");
  return `npx wrangler versions deploy ${shares} --name ${scriptName} --yes`;
}

/** The command that gives one version all traffic by hand. */
export function deployAllCommand(scriptName: string, versionId: string): string {
  return deployCommand(scriptName, [{ versionId, percent: 100 }]);
}

/** The time of day in UTC: `06:12:10Z`. */
export function clockText(time: number): string {
  return `${new Date(time).toISOString().slice(11, 19)}Z`;
}

/** A date and time in UTC: `2030-12-31 23:59:59Z`. */
export function dateText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** `2030-12-31 23:59:59Z, 4m 10s ago` */
export function agoText(time: number, now: number): string {
  return `${dateText(time)}, ${formatElapsed(Math.max(1000, now - time))} ago`;
}

/** A sentence ends with a period. */
export function withPeriod(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

/** Sentences in a row, without those that are empty. */
export function joined(sentences: readonly string[]): string {
  return joinedBy(" ", sentences);
}

export function joinedBy(separator: string, texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join(separator);
}
