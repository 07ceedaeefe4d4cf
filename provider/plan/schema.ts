import { z } from "zod";
import type { Objective, Plan, PlanStage } from "./plan";
import { formatDuration, parseDuration } from "./duration";

// The text of every issue says what is allowed; faults.ts puts the place and the value that was given in front of it.

const day = 86_400_000;

function duration(minMs: number, maxMs: number) {
  const allowed = `a duration from "${formatDuration(minMs)}" to "${formatDuration(maxMs)}", such as "30s", "10m" or "1h30m"`;
  return z.string({ error: allowed }).transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    context.issues.push({ code: "custom", message: allowed, input: text });
    return z.NEVER;
  });
}

function number(minimum: number, maximum: number, allowed: string) {
  return z.number({ error: allowed }).min(minimum, { error: allowed }).max(maximum, { error: allowed });
}

function choice<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: values.map((value) => `"${value}"`).join(" or ") });
}

const name = z
  .string({ error: "a name of 1 to 60 characters" })
  .min(1, { error: "a name of 1 to 60 characters" })
  .max(60, { error: "a name of 1 to 60 characters" })
  .optional();

const maxShare = "a share from 0 to below 1: 0.01 allows 1 bad request in 100";
const betweenPercentiles = "a percentile above 0 and below 100, such as 99";

const errorSlo = z
  .strictObject({
    name,
    sli: z.enum(["serverErrors", "exceptions"]),
    max: z.number({ error: maxShare }).min(0, { error: maxShare }).lt(1, { error: maxShare }),
  })
  .transform((slo): Objective => ({ name: slo.name ?? slo.sli, sli: { kind: slo.sli }, max: slo.max }));

const latencySlo = z
  .strictObject({
    name,
    sli: z.enum(["wallTime", "cpuTime"]),
    percentile: z
      .number({ error: betweenPercentiles })
      .gt(0, { error: betweenPercentiles })
      .lt(100, { error: betweenPercentiles }),
    limit: duration(1, day),
  })
  .transform((slo): Objective => ({
    name: slo.name ?? `p${slo.percentile} ${slo.sli}`,
    sli: { kind: slo.sli, limitMs: slo.limit },
    // "The 99th percentile is at most the limit" says that at most 1 % are slower. Rounded, since 100 - 99.9 is not 0.1.
    max: Number(((100 - slo.percentile) / 100).toPrecision(12)),
  }));

const slo = z.discriminatedUnion("sli", [errorSlo, latencySlo], {
  error: 'an SLI this package knows: "serverErrors", "exceptions", "wallTime" or "cpuTime"',
});

const stage = z
  .strictObject({
    percent: number(0, 100, "a percentage from 0 to 100"),
    soakTime: duration(1000, 30 * day),
    progression: choice(["automatic", "manual"]).default("automatic"),
  })
  .transform((given): PlanStage => ({
    percent: given.percent,
    soakMs: given.soakTime,
    progression: given.progression,
  }));

const atLeastOne = (what: string) => ({ error: `a list of at least one ${what}` });

/** The schema of a {@link ReleasePlan}: checks it, fills in the defaults and gives the {@link Plan} to work with. */
export const planSchema = z
  .strictObject(
    {
      slos: z.array(slo, atLeastOne("SLO")).min(1, atLeastOne("SLO")),
      stages: z.array(stage, atLeastOne("stage")).min(1, atLeastOne("stage")),
      pollInterval: duration(1000, 300_000).default(10_000),
      confidence: number(0.5, 0.999999, "a probability from 0.5 to 0.999999").default(0.99),
      minRequests: number(0, 1e9, "a whole number from 0 to 1000000000")
        .int({ error: "a whole number from 0 to 1000000000" })
        .default(50),
      whenUnsure: choice(["extend", "progress", "abort"]).default("extend"),
      maxBlindTime: duration(1000, day).default(120_000),
      approvalTimeout: duration(1000, 30 * day).default(day),
      onInterrupt: choice(["revert", "hold"]).default("revert"),
    },
    { error: "a plan with `slos` and `stages`" },
  )
  .superRefine((plan, context) => {
    const fault = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: "custom", path, message });
    };
    checkStages(plan.stages, plan.pollInterval, fault);
    checkNames(plan.slos, fault);
    if (plan.maxBlindTime < plan.pollInterval) {
      fault(["maxBlindTime"], `at least the pollInterval, ${formatDuration(plan.pollInterval)}`);
    }
  })
  .transform((plan): Plan => ({
    slos: plan.slos,
    stages: plan.stages,
    pollIntervalMs: plan.pollInterval,
    confidence: plan.confidence,
    minRequests: plan.minRequests,
    whenUnsure: plan.whenUnsure,
    maxBlindMs: plan.maxBlindTime,
    approvalTimeoutMs: plan.approvalTimeout,
    onInterrupt: plan.onInterrupt,
  }));

type Fault = (path: (string | number)[], message: string) => void;

function checkStages(stages: readonly PlanStage[], pollIntervalMs: number, fault: Fault): void {
  stages.forEach((stage, index) => {
    const before = stages[index - 1];
    // What is no percentage at all has been told already.
    if (before !== undefined && before.percent <= 100 && stage.percent <= before.percent) {
      fault(["stages", index, "percent"], `more than the ${before.percent} of the stage before`);
    }
    if (stage.soakMs < pollIntervalMs) {
      fault(["stages", index, "soakTime"], `at least the pollInterval, ${formatDuration(pollIntervalMs)}`);
    }
  });
  const lastIndex = stages.length - 1;
  const last = stages[lastIndex];
  if (last !== undefined && last.percent < 100) {
    fault(
      ["stages", lastIndex, "percent"],
      "100 in the last stage, so that the release ends with all traffic",
    );
  }
  if (last?.progression === "manual") {
    fault(["stages", lastIndex, "progression"], '"automatic" in the last stage: no stage comes after it');
  }
}

function checkNames(slos: readonly Objective[], fault: Fault): void {
  const seen = new Set<string>();
  slos.forEach((slo, index) => {
    if (seen.has(slo.name))
      fault(["slos", index, "name"], `a name no other SLO has ("${slo.name}" is taken)`);
    seen.add(slo.name);
  });
}
