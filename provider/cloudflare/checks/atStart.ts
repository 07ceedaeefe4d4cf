import type { Sli } from "../../health/sli";
import { tryCheck, type Check } from "./check";
import type { Finding } from "./finding";
import type { Look } from "./look";
import { entrypointIsNull } from "./telemetry/entrypoint";
import { granularity } from "./telemetry/granularity";
import { latencyFilter } from "./telemetry/latencyFilter";

const minuteMs = 60_000;

/** The hour before `now`, without its last minutes: of those, telemetry may still arrive. */
export function lookBeforeRelease({ ask, scriptName, pause }: Omit<Look, "span">, now: number): Look {
  const to = Math.floor(now / minuteMs) * minuteMs - minuteMs;
  return { ask, scriptName, pause, span: { from: to - 58 * minuteMs, to, bucketMs: minuteMs } };
}

/** A check that a release makes at its start, and what it has found. */
export interface FoundAtStart {
  readonly check: Check<Look>;
  readonly finding: Finding;
}

/**
 * Carries out the checks that a release with these SLIs depends on, in some ten telemetry queries. Whether the Worker
 * is observed and the token may query, a release checks by itself. Never throws; what cannot be told, for want of
 * traffic for example, is `open`.
 */
export async function checkAtStart(look: Look, slis: readonly Sli[]): Promise<readonly FoundAtStart[]> {
  const found: FoundAtStart[] = [];
  for (const check of checksFor(slis)) found.push({ check, finding: await tryCheck(check, look) });
  return found;
}

/** The checks that a release with these SLIs depends on. */
export function checksFor(slis: readonly Sli[]): readonly Check<Look>[] {
  const asks = (kind: "wallTime" | "cpuTime"): boolean => slis.some((sli) => sli.kind === kind);
  return [
    granularity,
    entrypointIsNull,
    ...(asks("wallTime") ? [latencyFilter("wallTime")] : []),
    ...(asks("cpuTime") ? [latencyFilter("cpuTime")] : []),
  ];
}
