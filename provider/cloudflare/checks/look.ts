import { PortError } from "../../rollout/ports";
import type { Filter } from "../../health/sli";
import { countAnswer, read, total, type CountAnswer } from "./answer";
import type { AskTelemetry } from "./api";
import { countQuery, invocationsOf, type Counting, type Timeframe } from "./query";

/** What a check of the telemetry looks at: some of one Worker's invocations. */
export interface Look {
  readonly ask: AskTelemetry;
  readonly scriptName: string;
  readonly span: Span;
  /** Resolves after `ms` milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

/** A timeframe of whole buckets that begin at epoch multiples of their length. */
export interface Span extends Timeframe {
  readonly bucketMs: number;
}

/** How often, and after how many milliseconds, a comparison is made again that telemetry has disturbed. */
const comparisons = 3;
const pauseMs = 10_000;

/** Counts the invocations of the look that pass `filters`. */
export async function count(
  look: Look,
  filters: readonly Filter[],
  more: Partial<Counting> = {},
): Promise<CountAnswer> {
  const counting = {
    timeframe: look.span,
    filters: [...invocationsOf(look.scriptName), ...filters],
    ...more,
  };
  return read(countAnswer, await look.ask(countQuery(counting)));
}

/**
 * Reads several answers that are to be compared. Telemetry that arrives between them would look like a contradiction:
 * then they are read again.
 *
 * @returns what was read, and how many invocations there were all the while
 * @throws {PortError} when telemetry kept arriving
 */
export async function whileSteady<T>(
  look: Look,
  readAll: () => Promise<T>,
): Promise<{ readonly all: number; readonly found: T }> {
  for (let made = 1; ; made += 1) {
    const all = total(await count(look, []));
    const found = await readAll();
    if (total(await count(look, [])) === all) return { all, found };
    if (made === comparisons) break;
    await look.pause(pauseMs);
  }
  throw new PortError("unavailable", "Telemetry of the time looked at kept arriving.");
}
