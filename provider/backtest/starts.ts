import { frozenUntil } from "../plan/freeze";
import type { Plan } from "../plan/plan";
import { settleMsIn } from "../rollout/release";
import { generator } from "./random";
import { coverage, type Trace } from "./trace";

/** A release learns from the hour before it, less what is still arriving then; its buckets may begin a little earlier. */
const pastMs = 3_600_000;
const slackMs = 60_000;

/** How long a plan takes that is never held up, in milliseconds. */
export function shortestMs(plan: Plan): number {
  return plan.stages.reduce((sum, { soakMs }, stage) => sum + soakMs + settleMsIn({ plan }, stage), 0);
}

/** From when to when something is known: a Worker may be younger than what was asked for. */
function knownSpan({ from, bucketMs, buckets }: Trace): { readonly from: number; readonly to: number } {
  const [first, last] = [buckets.findIndex(isKnown), buckets.findLastIndex(isKnown)];
  return { from: from + Math.max(0, first) * bucketMs, to: from + (last + 1) * bucketMs };
}

function isKnown(cells: Trace["buckets"][number]): boolean {
  return cells !== undefined;
}

/**
 * Moments at which a release could have begun, spread evenly over all of the trace at which the hour before and the time
 * that the plan takes are known: one in each of as many spans of the same length, at random. Fewer than asked for where
 * some of these spans have none, or a freeze of the plan is in force.
 */
export function startsIn(trace: Trace, plan: Plan, count: number, seed: string): readonly number[] {
  const isCovered = coverage(trace);
  const before = pastMs + plan.settleMs + slackMs;
  const after = shortestMs(plan) + slackMs;
  const known = knownSpan(trace);
  const first = known.from + before;
  const span = (known.to - after - first) / count;
  if (span <= 0) return [];
  const random = generator(`${seed} starts`);
  const starts: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = Math.floor((first + (index + random()) * span) / 1000) * 1000;
    if (at < first || frozenUntil(plan.freezes, at) !== undefined) continue;
    if (isCovered(at - before, at + after)) starts.push(at);
  }
  return starts;
}

/** How much of a trace a plan needs at least, in milliseconds. */
export function neededMs(plan: Plan): number {
  return pastMs + plan.settleMs + shortestMs(plan) + 2 * slackMs;
}
