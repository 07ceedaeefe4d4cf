import { z } from "zod";
import { formatDuration } from "./duration";
import { frozenUntil, longestFreezeMs, momentOf, nextTime, schedule, type Freeze } from "./freeze";
import { day, duration } from "./schemaParts";

const expression = 'a cron expression of five fields, minute hour day month weekday, such as "0 18 * * fri"';
const time = 'a time of day, such as "18:00", or a date, such as "2026-11-26" or "2026-11-26 18:00"';
const zone = 'a time zone of the IANA database, such as "Europe/Berlin"';
const shape = "a freeze with `cron` and `duration`, or with `from` and `to`";

const timeOfDay = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const date = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?$/;

const longestMs = 31 * day;

/** A freeze of a plan. */
export const freeze = z
  .strictObject(
    {
      cron: z.string({ error: expression }).refine(isExpression, { error: expression }).optional(),
      duration: duration(60_000, longestMs).optional(),
      from: z.string({ error: time }).refine(isTime, { error: time }).optional(),
      to: z.string({ error: time }).refine(isTime, { error: time }).optional(),
      timeZone: z.string({ error: zone }).refine(isTimeZone, { error: zone }).default("UTC"),
    },
    { error: ({ code }) => (code === "unrecognized_keys" ? undefined : shape) },
  )
  .transform((given, context): Freeze => {
    // A misspelt property is told alone, not what is missing for it.
    if (context.issues.length > 0) return z.NEVER;
    const found = freezeOf(given);
    if (typeof found !== "string") return found;
    context.issues.push({ code: "custom", message: found, input: given });
    return z.NEVER;
  });

interface Given {
  readonly cron?: string | undefined;
  readonly duration?: number | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly timeZone: string;
}

/** The freeze that is meant, or what is allowed. */
function freezeOf({ cron, duration: lastsMs, from, to, timeZone }: Given): Freeze | string {
  if (cron !== undefined && lastsMs !== undefined && from === undefined && to === undefined) {
    return { kind: "repeated", cron, lastsMs, timeZone };
  }
  if (cron !== undefined || lastsMs !== undefined || from === undefined || to === undefined) return shape;
  if (timeOfDay.test(from) !== timeOfDay.test(to))
    return "`from` and `to` to be both times of day or both dates";
  if (timeOfDay.test(from)) {
    return from === to ? "`from` and `to` to differ" : { kind: "daily", from, to, timeZone };
  }
  const [begin, end] = [beginOf(from, timeZone), endOf(to, timeZone)];
  return begin < end ? { kind: "once", from: begin, to: end } : "`to` after `from`";
}

function isExpression(text: string): boolean {
  try {
    return nextTime(schedule(text, "UTC"), reference) !== undefined;
  } catch {
    return false;
  }
}

function isTime(text: string): boolean {
  const [, onDay, at = "00:00"] = date.exec(text) ?? [];
  if (onDay === undefined) return timeOfDay.test(text);
  // What the calendar does not have would be another day.
  const utc = new Date(`${onDay}T00:00:00Z`);
  return timeOfDay.test(at) && !Number.isNaN(utc.getTime()) && utc.toISOString().startsWith(onDay);
}

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}

function beginOf(text: string, timeZone: string): number {
  const [, onDay = "", at = "00:00"] = date.exec(text) ?? [];
  return momentOf(`${onDay}T${at}:00`, timeZone);
}

/** A date without a time is a whole day: the freeze ends with it. */
function endOf(text: string, timeZone: string): number {
  const [, onDay = "", at] = date.exec(text) ?? [];
  if (at !== undefined) return beginOf(text, timeZone);
  const dayAfter = new Date(Date.parse(`${onDay}T00:00:00Z`) + day).toISOString().slice(0, 10);
  return beginOf(dayAfter, timeZone);
}

/** Any moment: what repeats is looked at from there, so that a plan means the same whenever it is read. */
const reference = Date.UTC(2030, 0, 1);

/** How long freezes may hold a release of so many stages at most, in milliseconds. */
export function heldAtMost(freezes: readonly Freeze[], stages: number): number {
  const holds = Math.max(0, stages - 1);
  return freezes.reduce((sum, each) => {
    if (each.kind === "once") return sum + (each.to - each.from);
    return sum + holds * (each.kind === "daily" ? day : each.lastsMs);
  }, 0);
}

/** Freezes that leave no time to release are a mistake. */
export function checkFreezes(
  freezes: readonly Freeze[],
  fault: (path: (string | number)[], message: string) => void,
): void {
  const repeated = freezes.filter(({ kind }) => kind !== "once");
  const until = frozenUntil(repeated, reference);
  if (until === undefined || until - reference < longestFreezeMs) return;
  const span = formatDuration(longestFreezeMs);
  fault(["freeze"], `freezes with a gap between them: these leave no time to release in ${span}`);
}
