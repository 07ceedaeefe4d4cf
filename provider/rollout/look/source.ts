import { PortError } from "../ports";

/** When a source last answered, and when it may be asked again. All times in milliseconds since the epoch. */
export interface Source {
  /** When its last answer arrived; before the first one, when the watching began. */
  readonly answeredAt: number;
  /** How often in a row it has not answered since. */
  readonly failures: number;
  /** It is left alone until then. */
  readonly notBefore: number;
  /** How long it has ordered waits (429) since its last answer, in milliseconds. */
  readonly orderedMs: number;
  /** Until when the last of these waits lasts. */
  readonly orderedUntil: number;
  /** For how long after its last answer nobody asked, since others came first, in milliseconds. */
  readonly unaskedMs: number;
  /** What the last failure said; empty after an answer. */
  readonly trouble: string;
}

/** A source that answers, as of `now`. */
export function answered(now: number): Source {
  return {
    ...{ answeredAt: now, failures: 0, notBefore: 0, trouble: "" },
    ...{ orderedMs: 0, orderedUntil: 0, unaskedMs: 0 },
  };
}

/** A source that is not asked at `now`, and may well answer. */
export function unasked(before: Source, now: number): Source {
  return { ...before, unaskedMs: now - before.answeredAt };
}

/** How a source is asked again that does not answer. */
export interface Retrying {
  readonly pollIntervalMs: number;
  readonly random: () => number;
}

/** A source that answers again is heard within so many polls: what it then shows may be a violation. */
const mostPolls = 2;

/**
 * A source that has not answered at `now`. It is left alone for as long as it orders, otherwise for one poll interval, and
 * after more failures for two; less up to half of that at random.
 */
export function unanswered(before: Source, error: unknown, now: number, retrying: Retrying): Source {
  const failures = before.failures + 1;
  const trouble = error instanceof Error ? error.message : String(error);
  const ordered = error instanceof PortError ? error.retryAfterMs : undefined;
  if (ordered !== undefined) {
    const until = now + ordered;
    return {
      ...before,
      ...{ failures, trouble, notBefore: until, orderedUntil: until },
      orderedMs: before.orderedMs + ordered,
    };
  }
  const { pollIntervalMs, random } = retrying;
  const longest = pollIntervalMs * Math.min(2 ** (failures - 1), mostPolls);
  return { ...before, failures, trouble, notBefore: now + longest * (0.5 + 0.5 * random()) };
}

/** A source that answers and shows nothing is as if it had not answered since then: in milliseconds since the epoch. */
export function mute(before: Source, since: number, trouble: string): Source {
  return { ...answered(since), failures: before.failures + 1, trouble };
}

/** So much of the waits that Cloudflare orders is not counted as silence: two of its blocks of 5 minutes. */
export const mostOrderedMs = 600_000;

/**
 * How long a source has been silent at `now`, in milliseconds, and how long of it because it ordered a wait, which is
 * counted apart. What nobody asked is no silence.
 */
export function silence(source: Source, now: number): { readonly ms: number; readonly orderedMs: number } {
  const orderedMs = waitedFor(source.orderedMs, source.orderedUntil, now);
  return { ms: Math.max(0, now - source.answeredAt - source.unaskedMs - orderedMs), orderedMs };
}

/**
 * How much of some time was spent in waits that the service ordered, in milliseconds, as far as it is not counted.
 *
 * @param orderedMs the length of the waits
 * @param until when the last of them ends
 */
export function waitedFor(orderedMs: number, until: number, now: number): number {
  return Math.min(Math.max(0, orderedMs - Math.max(0, until - now)), mostOrderedMs);
}
