import { z } from "zod";
import { closestOf } from "./likeness";
import { durationPattern, formatDuration, parseDuration } from "./duration";

// The text of every issue says what is allowed; faults.ts puts the place and the value that was given in front of it.

export const day = 86_400_000;

/** Which durations are allowed. */
export function durationAllowed(minMs: number, maxMs: number): string {
  return `a duration from "${formatDuration(minMs)}" to "${formatDuration(maxMs)}", such as "30s", "10m" or "1h30m"`;
}

/** A duration, read as milliseconds. */
export function duration(minMs: number, maxMs: number) {
  const allowed = durationAllowed(minMs, maxMs);
  const text = z.string({ error: allowed }).meta({ pattern: durationPattern.source });
  return text.transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    context.issues.push({ code: "custom", message: allowed, input: text });
    return z.NEVER;
  });
}

export function number(minimum: number, maximum: number, allowed: string) {
  return z.number({ error: allowed }).min(minimum, { error: allowed }).max(maximum, { error: allowed });
}

/** What a text looks like that is a percentage. */
const percentagePattern = /^(\d{1,4}(?:\.\d{1,10})?) ?%$/;

/**
 * A number, or a percentage as a person writes it, `"2.5%"`.
 *
 * @param perCent what 1 % is as a number
 */
export function orPercentage<T extends z.ZodType<number, number>>(
  number: T,
  perCent: number,
  allowed: string,
) {
  const percentage = z.string({ error: allowed }).meta({ pattern: percentagePattern.source });
  const text = percentage.transform((given, context) => {
    const [, percent] = percentagePattern.exec(given) ?? [];
    // Rounded, since 0.07 times 0.01 is not 0.0007.
    if (percent !== undefined) return Number((Number(percent) * perCent).toPrecision(12));
    context.issues.push({ code: "custom", message: allowed, input: given });
    return z.NEVER;
  });
  return z.union([number, text.pipe(number)], { error: allowed });
}

export function choice<const T extends readonly [string, ...string[]]>(values: T) {
  const allowed = values.map((value) => `"${value}"`).join(" or ");
  return z.enum(values, { error: ({ input }) => allowed + meantOf(input, values) });
}

/** The same for more values than one names with "or". */
export function oneOf<const Values extends readonly string[]>(values: Values) {
  const allowed = `one of ${values.map((value) => `"${value}"`).join(", ")}`;
  return z.enum(values, { error: ({ input }) => allowed + meantOf(input, values) });
}

/** Which of some values a misspelt one was meant to be, to end a sentence with; empty where none is like it. */
export function meantOf(given: unknown, values: readonly string[]): string {
  const meant = typeof given === "string" ? closestOf(given, values) : undefined;
  return meant === undefined ? "" : ` (did you mean "${meant}"?)`;
}
