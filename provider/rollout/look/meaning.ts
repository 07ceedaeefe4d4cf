import type { Quiet } from "../../health/quiet";
import type { Plan } from "../../plan/plan";
import type { Gap } from "./gap";
import { mute, type Source } from "./source";
import type { Testimony } from "./testimony";
import { blindText } from "../text/gapText";

/** What is known when an answer of the telemetry has been read. */
export interface Known {
  readonly plan: Plan;
  /** The telemetry as it was before the answer. */
  readonly telemetry: Source;
  readonly metrics: Source;
  readonly testimony: Testimony | undefined;
  /** Undefined where the answer has none. */
  readonly gap: Gap | undefined;
  /** What it means for how long no request of either version has arrived. */
  readonly quiet: Quiet;
  /** When a request last arrived that none had shown before, in milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What an answer is worth. */
export interface Meaning {
  /** Whether it is known that the telemetry shows what has to be judged. */
  readonly isReady: boolean;
  /** Up to when the series are known, in milliseconds since the epoch. */
  readonly seenUntil: number;
  /** The telemetry, where it is as if it had not answered. */
  readonly telemetry?: Source;
}

/** So long something that was found counts, if nobody can tell any more. */
const believedMs = 60_000;

/** What an answer is worth: a gap in it counts as seen where it is known that nothing is missing. */
export function meaningOf(known: Known): Meaning {
  const { gap, now } = known;
  if (gap === undefined) return { isReady: true, seenUntil: now };
  return gap.of === "both" ? ofBoth(known, gap) : ofOne(known, gap);
}

function ofBoth(known: Known, gap: Gap): Meaning {
  const { testimony, arrivedAt, plan, quiet, now } = known;
  const isUnserved = testimony?.finding === "unserved";
  if (isUnserved && now - testimony.askedAt <= believedMs) {
    // What comes after its soak a stage waits for as long as for telemetry.
    const seenUntil = Math.max(arrivedAt, Math.min(now, testimony.until + plan.settleMs));
    return { isReady: true, seenUntil };
  }
  const since = isUnserved ? Math.max(arrivedAt, testimony.askedAt) : arrivedAt;
  const isBlind = quiet === "silent" || testimony?.finding === "unrecorded";
  return isBlind ? blind(known, gap, since) : { isReady: false, seenUntil: arrivedAt };
}

/** That one version serves nothing is for the judgement of its share; that it is not recorded blinds. */
function ofOne(known: Known, gap: Gap): Meaning {
  const { testimony, now } = known;
  if (testimony?.finding !== "unrecorded") return { isReady: true, seenUntil: now };
  return blind(known, gap, gap.since);
}

function blind({ telemetry, metrics, testimony }: Known, gap: Gap, since: number): Meaning {
  const trouble = blindText(gap, testimony, metrics);
  return { telemetry: mute(telemetry, since, trouble), isReady: false, seenUntil: since };
}
