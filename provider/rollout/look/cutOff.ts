import type { ProbeResult } from "../../health/probes";
import type { PlanProbe } from "../../plan/plan";
import type { Source } from "./source";

/**
 * A time in which the release could reach nothing: neither the deployments nor the telemetry answered. From when one of
 * them last did until one does again, in milliseconds since the epoch; `to` is undefined while it lasts.
 */
export interface CutOff {
  readonly from: number;
  readonly to: number | undefined;
}

/** What is known of who can be reached. */
export interface Reach {
  /** When the deployments or the telemetry last answered, whatever they said, in milliseconds since the epoch. */
  readonly heardAt: number;
  /** When nothing could be reached, oldest first. */
  readonly cutOffs: readonly CutOff[];
}

/** The reach after a look at `now`, which has shown these sources; `isHeard` where one of them has answered it. */
export function reachAfter(
  { heardAt, cutOffs }: Reach,
  sources: readonly Source[],
  isHeard: boolean,
  now: number,
): Reach {
  const last = cutOffs.at(-1);
  const lasts = last !== undefined && last.to === undefined;
  if (isHeard || !sources.every(isUnreachable)) {
    const over = lasts ? [...cutOffs.slice(0, -1), { from: last.from, to: now }] : cutOffs;
    return { heardAt: isHeard ? now : heardAt, cutOffs: over };
  }
  return { heardAt, cutOffs: lasts ? cutOffs : [...cutOffs, { from: heardAt, to: undefined }] };
}

/** It is left alone, and has not ordered that itself: a wait that the service has ordered is an answer. */
function isUnreachable({ notBefore, orderedUntil }: Source): boolean {
  return notBefore !== orderedUntil;
}

/**
 * The probes that say something of the version. One that nobody has answered while nothing else could be reached either
 * says that the release had no network.
 */
export function telling(
  results: readonly ProbeResult[],
  probes: readonly PlanProbe[],
  cutOffs: readonly CutOff[],
): readonly ProbeResult[] {
  const longestMs = Math.max(0, ...probes.map(({ timeoutMs }) => timeoutMs));
  return results.filter(
    ({ sentAt, isGood, isAnswered = isGood }) =>
      isAnswered || !cutOffs.some(({ from, to = Infinity }) => from <= sentAt + longestMs && sentAt <= to),
  );
}
