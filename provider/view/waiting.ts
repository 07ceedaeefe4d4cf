import { formatPercent } from "../plan/percent";
import type { ReleaseView } from "./schema";

// What a release under way does or waits for, in the same words wherever it is told in a few of them.

/** `soaking`, `held by jo`, `waiting for an approval`, `waiting for the gate of 50 %`, `waiting for the end of a freeze` */
export function doingText({ phase, heldBy, waitsFor }: ReleaseView): string {
  if (heldBy !== null) return `held by ${heldBy}`;
  if (waitsFor === null) return phase;
  const { for: what, approvedBy, nextPercent } = waitsFor;
  if (approvedBy !== null) return `approved by ${approvedBy}, waiting for the end of a freeze`;
  if (what === "freeze") return "waiting for the end of a freeze";
  if (what === "gate")
    return nextPercent === null
      ? "waiting for the gate of the next stage"
      : `waiting for the gate of ${formatPercent(nextPercent)}`;
  return "waiting for an approval";
}

/** True where a release goes on only when somebody comes: an approval that a freeze holds back has been given. */
export function needsPerson({ waitsFor }: Pick<ReleaseView, "waitsFor">): boolean {
  if (waitsFor === null) return false;
  return waitsFor.for === "resume" || (waitsFor.for === "approval" && waitsFor.approvedBy === null);
}
