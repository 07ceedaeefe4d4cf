import { formatElapsed } from "../../../plan/duration";
import type { Api } from "../api";
import type { Check } from "../check";
import { fails, holds, open, type Finding } from "../finding";
import type { AnswerHead } from "../meter";

/** The `date` header has whole seconds. */
const toleranceMs = 2000;
/** A release reads Cloudflare's clock from its answers, so that it stands more than this. */
const tooMuchMs = 300_000;

/** Whether this machine's clock shows Cloudflare's time. */
export const clock: Check<Api> = {
  id: "clock",
  question: "Does this machine's clock agree with Cloudflare's?",
  assumes: "within 5 minutes; a release goes by Cloudflare's",
  find: ({ meter }) => Promise.resolve(judgeClock(meter.heads)),
};

/** Judges the dates of some answers. */
export function judgeClock(heads: readonly AnswerHead[]): Finding {
  const offsets = heads.flatMap((head) => offsetOf(head) ?? []).toSorted((a, b) => a - b);
  const offset = offsets[Math.floor(offsets.length / 2)];
  if (offset === undefined)
    return open("no answer has a date", "A proxy may take it away. Run the doctor elsewhere.");
  if (Math.abs(offset) <= toleranceMs) return holds(`within ${toleranceMs / 1000} s`);
  const found = `it is ${formatElapsed(Math.abs(offset))} ${offset > 0 ? "behind" : "ahead"}`;
  if (Math.abs(offset) <= tooMuchMs) return holds(found);
  return fails(found, "Set the clock, best by NTP.");
}

/** How far Cloudflare's clock is ahead of this machine's, in milliseconds. */
function offsetOf({ date, sentAt, receivedAt }: AnswerHead): number | undefined {
  const told = Date.parse(date ?? "");
  // It stands for any moment of its second.
  return Number.isNaN(told) ? undefined : told + 500 - (sentAt + receivedAt) / 2;
}
