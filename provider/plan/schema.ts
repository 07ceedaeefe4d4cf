import { z } from "zod";
import type { Objective, Plan, PlanStage } from "./plan";
import { formatDuration } from "./duration";
import { defaultSlo } from "./defaultSlo";
import { objectivesOf, type Stated } from "./eventTypes";
import { gate } from "./gateSchema";
import { checkFreezes, freeze, heldAtMost } from "./freezeSchema";
import type { Freeze } from "./freeze";
import { choice, day, duration, number, orPercentage } from "./schemaParts";
import { checkProbes, probe, probesOf } from "./probeSchema";
import { rightSoFar } from "./rightSoFar";
import { slo } from "./sloSchema";

// The text of every issue says what is allowed; faults.ts puts the place and the value that was given in front of it.

function hasTwoDecimals(percent: number): boolean {
  return Math.abs(percent - Number(percent.toFixed(2))) < 1e-9;
}

const percentAllowed = "a percentage from 0 to 100";

const stage = z
  .strictObject(
    {
      percent: orPercentage(
        number(0, 100, percentAllowed).refine(hasTwoDecimals, {
          error: "a percentage with at most two decimals, which is all that Cloudflare keeps",
        }),
        1,
        percentAllowed,
      ),
      soakTime: duration(1000, 30 * day),
      progression: choice(["automatic", "manual"]).default("automatic"),
      gate: gate.optional(),
    },
    {
      error: ({ code }) =>
        code === "unrecognized_keys" ? undefined : 'a stage, such as { percent: 25, soakTime: "10m" }',
    },
  )
  .transform((given): PlanStage => ({
    percent: given.percent,
    soakMs: given.soakTime,
    progression: given.progression,
    ...(given.gate && { gate: given.gate }),
  }));

const atLeastOne = (what: string) => ({ error: `a list of at least one ${what}` });

/** Cloudflare lists ten deployments. */
const window = "a whole number of releases from 0 (off) to 9";
const probability = "a probability from 0.5 to 0.999999";

/** So many looks in a row must fail before that can be silence. */
const leastLooks = 3;
/** Longer than Cloudflare blocks a token that has made too many requests, 5 minutes, and one more to see again. */
const usualBlindMs = 360_000;

/** The schema of a {@link ReleasePlan}: checks it, fills in the defaults and gives the {@link Plan} to work with. */
export const planSchema = z
  .strictObject(
    {
      slos: z.array(slo, atLeastOne("SLO")).min(1, atLeastOne("SLO")),
      defaultSlos: z.boolean({ error: "true or false" }).default(true),
      stages: z.array(stage, atLeastOne("stage")).min(1, atLeastOne("stage")),
      probes: z.array(probe, { error: "a list of probes" }).default([]),
      pollInterval: duration(1000, 300_000)
        .refine((ms) => ms % 1000 === 0, { error: "whole seconds: telemetry has no other buckets" })
        .default(10_000),
      confidence: orPercentage(number(0.5, 0.999999, probability), 0.01, probability).default(0.99),
      minRequests: number(0, 1e9, "a whole number from 0 to 1000000000")
        .int({ error: "a whole number from 0 to 1000000000" })
        .default(50),
      whenUnsure: choice(["extend", "ask", "progress", "abort"]).default("extend"),
      maxBlindTime: duration(1000, day).optional(),
      warmUp: duration(0, 600_000).default(30_000),
      settleTime: duration(0, 600_000).default(60_000),
      approvalTimeout: duration(1000, 30 * day).default(day),
      onInterrupt: choice(["revert", "hold"]).default("revert"),
      rollbackWindow: number(0, 9, window).int({ error: window }).default(5),
      freeze: z.array(freeze, { error: "a list of freezes" }).default([]),
    },
    {
      // An unknown property is told in the words of whoever parses.
      error: ({ code }) => (code === "unrecognized_keys" ? undefined : "a plan with `slos` and `stages`"),
    },
  )
  .superRefine(
    (given, context) => {
      const fault = (path: (string | number)[], message: string): void => {
        context.addIssue({ code: "custom", path, message });
      };
      const plan = rightSoFar(given);
      checkStages(plan, fault);
      checkLength(plan, fault);
      checkFreezes(plan.freeze, fault);
      checkNames(plan.slos, fault);
      checkSomeAbort(plan.slos, fault);
      checkProbes(plan, fault);
      const leastBlindMs = leastLooks * plan.pollInterval;
      if (plan.maxBlindTime !== undefined && plan.maxBlindTime < leastBlindMs) {
        fault(
          ["maxBlindTime"],
          `at least ${leastLooks} times the pollInterval, ${formatDuration(leastBlindMs)}: one answer that fails is no silence`,
        );
      }
    },
    // What is wrong with a part does not hide what is wrong with the rest.
    { when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value) },
  )
  .transform((plan): Plan => ({
    slos: objectivesIn(plan),
    stages: plan.stages,
    probes: probesOf(plan.probes, plan.pollInterval),
    pollIntervalMs: plan.pollInterval,
    confidence: plan.confidence,
    minRequests: plan.minRequests,
    whenUnsure: plan.whenUnsure,
    maxBlindMs: plan.maxBlindTime ?? Math.max(usualBlindMs, leastLooks * plan.pollInterval),
    warmUpMs: plan.warmUp,
    settleMs: plan.settleTime,
    approvalTimeoutMs: plan.approvalTimeout,
    onInterrupt: plan.onInterrupt,
    freezes: plan.freeze,
    rollbackWindow: plan.rollbackWindow,
  }));

function objectivesIn({
  slos,
  defaultSlos,
}: {
  slos: readonly Stated[];
  defaultSlos: boolean;
}): Plan["slos"] {
  const stated = slos.flatMap(objectivesOf);
  return defaultSlos ? [...stated, ...defaultSlo(stated)] : stated;
}

type Fault = (path: (string | number)[], message: string) => void;

interface Timing {
  readonly stages: readonly PlanStage[];
  readonly pollInterval: number;
  readonly warmUp: number;
}

function checkStages({ stages, pollInterval, warmUp }: Timing, fault: Fault): void {
  stages.forEach((stage, index) => {
    const before = stages[index - 1];
    // What is no percentage at all has been told already.
    if (before !== undefined && before.percent <= 100 && stage.percent <= before.percent) {
      fault(["stages", index, "percent"], `more than the ${before.percent} of the stage before`);
    }
    if (stage.soakMs < pollInterval) {
      fault(["stages", index, "soakTime"], `at least the pollInterval, ${formatDuration(pollInterval)}`);
    } else if (stage.percent > 0 && stage.soakMs < warmUp + pollInterval) {
      const least = `${formatDuration(warmUp)} and ${formatDuration(pollInterval)}`;
      fault(
        ["stages", index, "soakTime"],
        `at least warmUp and pollInterval together, ${least}: in a shorter soak nothing is judged`,
      );
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

/** A release is told by what its deployments say of it, and nothing older than 60 days is believed. */
const longestMs = 59 * day;

interface Lengths {
  readonly stages: readonly PlanStage[];
  readonly whenUnsure: string;
  readonly approvalTimeout: number;
  readonly freeze: readonly Freeze[];
}

function checkLength({ stages, whenUnsure, approvalTimeout, freeze }: Lengths, fault: Fault): void {
  const soaks = whenUnsure === "extend" ? 2 : 1;
  const ms = stages.reduce(
    (sum, { soakMs, progression }) => {
      const mayWait = progression === "manual" || whenUnsure === "ask";
      return sum + soaks * soakMs + (mayWait ? approvalTimeout : 0);
    },
    heldAtMost(freeze, stages.length),
  );
  // What is no duration at all has been told already.
  if (!(ms > longestMs)) return;
  fault(
    ["stages"],
    `at most ${formatDuration(longestMs)} in all, each soak ${soaks === 2 ? "twice (whenUnsure: extend) " : ""}` +
      `and each approvalTimeout of a stage that may wait${freeze.length > 0 ? ", and each freeze that may come before a stage" : ""}; ` +
      `these take ${formatDuration(ms)}`,
  );
}

function checkNames(slos: readonly Stated[], fault: Fault): void {
  const seen = new Set<string>();
  slos.forEach((slo, index) => {
    for (const { name } of objectivesOf(slo)) {
      if (seen.has(name)) fault(["slos", index, "name"], `a name no other SLO has ("${name}" is taken)`);
      seen.add(name);
    }
  });
}

function checkSomeAbort(slos: readonly Objective[], fault: Fault): void {
  if (slos.length === 0 || slos.some((slo) => !slo.observeOnly)) return;
  fault(["slos"], "a list with an SLO that is not `observeOnly`: nothing would stop a bad version");
}
