import { formatElapsed } from "../../plan/duration";
import { heldUntil, type Release } from "../release";
import type { Refusal } from "./refusalText";
import { dateText } from "./words";

/** Until when a freeze holds a release in its stage; empty where none does, and in the last stage, which has none after it. */
export function frozenText(release: Pick<Release, "plan">, stage: number, now: number): string {
  const until = heldUntil(release, stage, now);
  return until === undefined ? "" : `freeze: no further stage until ${untilText(until, now)}`;
}

/** That an approval is held back, for who may give it; empty where it is not. */
export function approvalHeldSentence(until: number | undefined): string {
  return until === undefined
    ? ""
    : `(a freeze lasts until ${dateText(until)}: what is approved before waits until then)`;
}

/** `2030-12-31 23:59:59Z (2d 3h left)` */
export function untilText(until: number, now: number): string {
  return `${dateText(until)} (${formatElapsed(Math.max(1000, until - now))} left)`;
}

/** Why nothing is released in a freeze, and what to do. */
export function frozenRefusal(
  { scriptName }: Pick<Release, "scriptName">,
  until: number,
  now: number,
): Refusal {
  return {
    found: `Release of ${scriptName}: a freeze of the plan lasts until ${untilText(until, now)}.`,
    todo: "`pulumi up` releases from then on. For one that cannot wait, take `freeze` out of its plan.",
  };
}
