import type { Sli } from "../../health/sli";
import { tryCheck } from "./check";
import type { Finding } from "./finding";
import type { Look } from "./look";
import { entrypointIsNull } from "./telemetry/entrypoint";
import { granularity } from "./telemetry/granularity";
import { latencyFilter } from "./telemetry/latencyFilter";
import { latencyGroups } from "./telemetry/latencyGroups";

const minuteMs = 60_000;

/** The hour before `now`, without its last minutes: of those, telemetry may still arrive. */
export function lookBeforeRelease({ ask, scriptName, pause }: Omit<Look, "span">, now: number): Look {
  const to = Math.floor(now / minuteMs) * minuteMs - minuteMs;
  return { ask, scriptName, pause, span: { from: to - 58 * minuteMs, to, bucketMs: minuteMs } };
}

/** What the checks at the start of a release mean for it. */
export interface StartFindings {
  /** Why an SLO of the plan could not be violated, and what to do; undefined when all can. */
  readonly blindBecause: string | undefined;
  /** What a person should know. */
  readonly warnings: readonly string[];
  /** Whether calls of named entrypoints can be left out: only where that is known to leave the others in. */
  readonly leaveOutHops: boolean;
}

/**
 * Carries out the checks that a release with these SLIs depends on, in some ten telemetry queries. Whether the Worker
 * is observed and the token may query, a release checks by itself. Never throws. What cannot be told, for want of
 * traffic for example, is no reason not to start.
 */
export async function checkAtStart(look: Look, slis: readonly Sli[]): Promise<StartFindings> {
  const kinds = ["wallTime", "cpuTime"] as const;
  const limited = kinds.filter((kind) => slis.some((sli) => sli.kind === kind));
  const compared = kinds.filter((kind) => slis.some((sli) => sli.kind === "slower" && sli.of === kind));
  // A release waits for them: they are carried out at once.
  const [hops, grid, latencies, comparisons] = await Promise.all([
    tryCheck(entrypointIsNull, look),
    tryCheck(granularity, look),
    Promise.all(limited.map((kind) => tryCheck(latencyFilter(kind), look))),
    Promise.all(compared.map((kind) => tryCheck(latencyGroups(kind), look))),
  ]);
  return judgeStart({ hops, grid, latencies, comparisons });
}

/** Judges what the checks at the start of a release have found. */
export function judgeStart(found: {
  readonly hops: Finding;
  readonly grid: Finding;
  readonly latencies: readonly Finding[];
  readonly comparisons: readonly Finding[];
}): StartFindings {
  const { hops, grid, latencies, comparisons } = found;
  // Where groups hold nothing, a comparison is always met as well; where they hold a part, all of them take too many queries.
  const unseen = comparisons.find(({ verdict }) => verdict === "fails");
  // A filter that finds nothing where there are invocations makes a latency SLO that is always met.
  const useless = latencies.find(({ reading }) => reading === "none");
  const doubtful = latencies.find((latency) => latency !== useless && latency.verdict === "fails");
  return {
    blindBecause: useless
      ? `A latency SLO of the plan would always be met: Cloudflare's filter on the time that invocations take ${useless.found}. ` +
        `Take latency SLOs out of the plan. ${report}`
      : unseen &&
        `An SLO of the plan with \`slower\` could not be judged: grouped by the time that invocations take, ${unseen.found}. ` +
          `Take SLOs with \`slower\` out of the plan. ${report}`,
    warnings: [
      ...(hops.verdict === "fails"
        ? [
            `Calls of named entrypoints count as visitors' requests, since the filter against them fails: ${hops.found}. ${report}`,
          ]
        : []),
      ...(grid.verdict === "fails"
        ? [`Telemetry has other buckets than were asked for: ${grid.found}. ${report}`]
        : []),
      ...(doubtful
        ? [`Latency SLOs may overlook slow requests: the filter ${doubtful.found}. ${report}`]
        : []),
    ],
    leaveOutHops: hops.verdict === "holds",
  };
}

const report = "Report it with the output of `workers-release doctor --json`.";
