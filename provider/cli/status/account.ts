import { formatElapsed } from "../../plan/duration";
import { placeText } from "../../rollout/text/words";
import type { WorkerView } from "../../view/schema";
import { doingText } from "../../view/waiting";

/** The releases that are under way in an account: a line for each. */
export function accountText(views: readonly WorkerView[]): string {
  if (views.length === 0) return "No release is under way in this account.";
  const rows = views.map(rowOf);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      ([name, place, doing]) => `${name.padEnd(widths[0] ?? 0)}  ${place.padEnd(widths[1] ?? 0)}  ${doing}`,
    )
    .join("\n");
}

function rowOf({ scriptName, release, at }: WorkerView): [name: string, place: string, doing: string] {
  if (release === null) return [scriptName, "", ""];
  const { stage, phase, heldBy, waitsFor, startedAt } = release;
  const place = `stage ${placeText(stage.number - 1, stage.of, stage.percent)}`;
  const began = `begun ${formatElapsed(Math.max(1000, Date.parse(at) - Date.parse(startedAt)))} ago`;
  if (heldBy !== null || waitsFor !== null) return [scriptName, place, `${doingText(release)}, ${began}`];
  const left =
    stage.soakLeftMs === null
      ? ""
      : `${formatElapsed(Math.ceil(stage.soakLeftMs / 1000) * 1000)} of soak left, `;
  return [scriptName, place, `${phase}, ${left}${began}`];
}
