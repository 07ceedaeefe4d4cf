import { Cron } from "croner";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";

/** Cron expressions as Cloudflare reads them: five fields, in UTC, with Sunday as day 1 of the week. */
const AS_CLOUDFLARE = { mode: "5-part", alternativeWeekdays: true, timezone: "UTC", paused: true } as const;

/** The first moment after `after` that the expression stands for; undefined if there is none. */
export function nextRun(expression: string, after: Date): Date | undefined {
  return cronOf(expression).nextRun(after) ?? undefined;
}

/** Refuses what is no cron expression. */
export function checkCron(expression: string): void {
  cronOf(expression);
}

function cronOf(expression: string): Cron {
  try {
    return new Cron(expression, AS_CLOUDFLARE);
  } catch (error) {
    throw new ApiError(
      400,
      CODES.invalidCron,
      `invalid cron string '${expression}': ${(error as Error).message}. It has five fields, such as "*/5 * * * MON-FRI"; ` +
        `numbers of weekdays are from 1 (Sunday) to 7.`,
    );
  }
}
