import type { ReleasePlan, Slo, Stage } from "../../../../provider/plan/types";
import type { Random } from "../random";

const minute = 60;

/** A valid plan, from one stage of a minute to five stages of an hour. */
export function randomPlan(random: Random, requestsPerSecond: number): ReleasePlan {
  const poll = random.pick([5, 10, 10, 10, 30, 60]);
  const warmUp = random.pick([0, 30, 30, 60]);
  const hasProbes = random.chance(0.15);
  const probed: Slo = { sli: "probes", max: 0.2 };
  return {
    slos: [...randomSlos(random), ...(hasProbes ? [probed] : [])],
    stages: randomStages(random, poll, warmUp),
    ...(hasProbes && { probes: [{ path: "/health" }] }),
    pollInterval: `${poll}s`,
    warmUp: `${warmUp}s`,
    settleTime: random.pick(["0s", "60s", "60s", "2m"]),
    confidence: random.pick([0.95, 0.99, 0.99, 0.999]),
    minRequests: requestsPerSecond < 1 ? 0 : random.pick([0, 0, 5, 50]),
    whenUnsure: random.pick(["extend", "extend", "ask", "progress", "abort"]),
    maxBlindTime: `${Math.max(3 * poll, random.pick([30, 2 * minute, 2 * minute, 10 * minute]))}s`,
    approvalTimeout: random.pick(["5m", "30m", "2h"]),
    onInterrupt: random.pick(["revert", "revert", "hold"]),
  };
}

/** What a plan says of ways back and of freezes. Time begins at midnight. */
export function randomTimes(random: Random): Pick<ReleasePlan, "rollbackWindow" | "freeze"> {
  const from = random.whole(0, 40);
  const to = from + random.whole(5, 90);
  const freeze = { from: clockTime(from), to: clockTime(to) };
  return { rollbackWindow: random.pick([0, 1, 5, 5]), ...(random.chance(0.25) && { freeze: [freeze] }) };
}

/** The plan with gates before some of its stages. */
export function withGates(plan: ReleasePlan, random: Random): ReleasePlan {
  const gate = { url: "https://gates.example.com/" };
  return { ...plan, stages: plan.stages.map((stage) => (random.chance(0.5) ? { ...stage, gate } : stage)) };
}

function clockTime(minutes: number): string {
  const text = (count: number): string => String(count).padStart(2, "0");
  return `${text(Math.floor(minutes / 60))}:${text(minutes % 60)}`;
}

function randomSlos(random: Random): Slo[] {
  const errors: Slo = {
    name: "5xx",
    sli: "serverErrors",
    max: 0.01,
    ...(random.chance(0.3) && { maxIncrease: 2 }),
  };
  const latency: Slo = { sli: "wallTime", percentile: 99, limit: "500ms" };
  const exceptions: Slo = {
    sli: "exceptions",
    max: random.pick([0, 0.005]),
    observeOnly: random.chance(0.3),
  };
  const others = [latency, exceptions].filter(() => random.chance(0.3));
  return [errors, ...others];
}

const percents = [0, 0.5, 1, 5, 10, 12.25, 25, 33.3, 50, 64.1, 75, 90, 99.5];

function randomStages(random: Random, poll: number, warmUp: number): Stage[] {
  const count = random.whole(0, 4);
  const chosen = new Set(
    Array.from({ length: count }, () => percents[random.whole(0, percents.length - 1)] ?? 0),
  );
  const longest = random.pick([3, 10, 30]);
  const isManual = random.chance(0.35);
  return [...[...chosen].sort((a, b) => a - b), 100].map((percent) => {
    const polls = random.whole(1, longest);
    const soak = Math.max(polls * poll, percent > 0 ? warmUp + poll : poll);
    const manual = percent < 100 && isManual && random.chance(0.5);
    return { percent, soakTime: `${soak}s`, ...(manual && { progression: "manual" as const }) };
  });
}
