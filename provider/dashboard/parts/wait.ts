import { markup, type Markup } from "../../markup";
import { formatElapsed } from "../../plan/duration";
import type { ReleaseView } from "../../view/schema";
import { lasting, moment } from "./time";

/** What a release does now, and what it waits for. */
export function waitSentence(release: ReleaseView, now: number, soakLeftMs: number | null): Markup {
  const { waitsFor, heldBy } = release;
  if (waitsFor === null) {
    if (soakLeftMs === null) return markup`It soaks.`;
    return soakLeftMs === 0
      ? markup`It has soaked, and waits for the last telemetry.`
      : markup`It soaks for another ${formatElapsed(soakLeftMs)}.`;
  }
  const { since, until, nextPercent, frozenUntil, approvedBy } = waitsFor;
  const next = nextPercent === null ? "the next stage" : `${nextPercent} %`;
  if (waitsFor.for === "resume") {
    return markup`Held by ${heldBy ?? "somebody"} for ${lasting(since, now)} now. It is judged all the same, and goes on when somebody resumes it.`;
  }
  if (waitsFor.for === "gate") {
    const end = until === null ? "" : markup` If it does not open by ${moment(until)}, the release reverts.`;
    return markup`It has soaked, and has waited for the gate of ${next} for ${lasting(since, now)}. An approval goes on without it.${end}`;
  }
  if (waitsFor.for === "freeze") {
    const end = frozenUntil === null ? "ends" : markup`ends, ${moment(frozenUntil)}`;
    return markup`It has soaked, and goes to ${next} when the freeze of its plan ${end}.`;
  }
  if (approvedBy !== null && frozenUntil !== null) {
    return markup`${approvedBy} has approved ${next}. It goes on when the freeze ends, ${moment(frozenUntil)}.`;
  }
  const freeze =
    frozenUntil === null
      ? ""
      : markup` A freeze holds it back until ${moment(frozenUntil)}, approved or not.`;
  const end = until === null ? "" : markup` If nobody approves by ${moment(until)}, it reverts.`;
  return markup`It has soaked and waits for a person to approve ${next}, for ${lasting(since, now)} now.${freeze}${end}`;
}
