import { Cron } from "croner";

/** A time in which no release goes on, of a checked plan. Plain data. */
export type Freeze = RepeatedFreeze | DailyFreeze | FreezeOnce;

/** It begins at each time that a cron expression tells, and lasts for some time. */
export interface RepeatedFreeze {
  readonly kind: "repeated";
  /** Five fields. */
  readonly cron: string;
  readonly lastsMs: number;
  readonly timeZone: string;
}

/** Every day between two times of day, over midnight where `to` is not after `from`. */
export interface DailyFreeze {
  readonly kind: "daily";
  /** `18:00` */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

/** From one moment to another, in milliseconds since the epoch. */
export interface FreezeOnce {
  readonly kind: "once";
  readonly from: number;
  readonly to: number;
}

/** Freezes that end later than this are told as ending then, in milliseconds from now. No release is older. */
export const longestFreezeMs = 60 * 86_400_000;

/** More freezes that follow each other without a gap are taken for ones that never end. */
const mostInARow = 200;

/**
 * Until when a release may not go on, in milliseconds since the epoch; undefined where it may. Freezes that follow each
 * other without a gap are one.
 */
export function frozenUntil(freezes: readonly Freeze[], now: number): number | undefined {
  const latest = now + longestFreezeMs;
  let until = now;
  for (let followed = 0; until < latest; followed += 1) {
    if (followed > mostInARow) return latest;
    const end = Math.max(...freezes.map((freeze) => endOf(freeze, until) ?? until), until);
    if (end === until) break;
    until = end;
  }
  return until > now ? Math.min(until, latest) : undefined;
}

/** When a freeze ends that is in force at a time; undefined where it is not. */
function endOf(freeze: Freeze, at: number): number | undefined {
  switch (freeze.kind) {
    case "once":
      return freeze.from <= at && at < freeze.to ? freeze.to : undefined;
    case "repeated": {
      const begun = lastTime(schedule(freeze.cron, freeze.timeZone), at);
      return begun !== undefined && at < begun + freeze.lastsMs ? begun + freeze.lastsMs : undefined;
    }
    case "daily": {
      const ends = nextTime(daily(freeze.to, freeze.timeZone), at);
      const begins = nextTime(daily(freeze.from, freeze.timeZone), at);
      // The end comes first: it has begun.
      return ends !== undefined && begins !== undefined && ends <= begins ? ends : undefined;
    }
  }
}

/**
 * The times that a cron expression of five fields tells.
 * @throws {TypeError} when it is none
 */
export function schedule(cron: string, timeZone: string): Cron {
  return new Cron(cron, { timezone: timeZone, mode: "5-part" });
}

function daily(clockTime: string, timeZone: string): Cron {
  const [hour = "0", minute = "0"] = clockTime.split(":");
  return schedule(`${Number(minute)} ${Number(hour)} * * *`, timeZone);
}

/** The first time after `after`, in milliseconds since the epoch; undefined where there is none. */
export function nextTime(times: Cron, after: number): number | undefined {
  return times.nextRun(new Date(after))?.getTime();
}

/** The last time up to `at`. */
function lastTime(times: Cron, at: number): number | undefined {
  // One in the very second that it is asked for is not listed.
  const [last] = times.previousRuns(1, new Date(Math.floor(at / 1000) * 1000 + 1000));
  return last?.getTime();
}

/** When a time zone's clocks show a date and time, `2026-11-26T18:00:00`, in milliseconds since the epoch. */
export function momentOf(localTime: string, timeZone: string): number {
  return nextTime(new Cron(localTime, { timezone: timeZone }), 0) ?? Number.NaN;
}
