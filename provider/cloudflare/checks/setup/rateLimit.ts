import type { Api } from "../api";
import type { Check } from "../check";
import { fails, holds, open, type Finding } from "../finding";
import type { AnswerHead } from "../meter";

/** 1200 in 5 minutes. */
const assumedPerSecond = 4;

/** How many requests may be made, and whether answers say how many are left. */
export const rateLimit: Check<Api> = {
  id: "rate-limit",
  question: "How many requests may be made?",
  assumes: "1200 in 5 minutes",
  find: async (api) => {
    const { meter, send } = api;
    // Two more answers, so that what is left can be seen to fall.
    while (meter.heads.length < 3) await send("get", "/user/tokens/verify");
    return judgeRateLimit(meter.heads);
  },
};

/** Judges the headers of some answers, in their order. */
export function judgeRateLimit(heads: readonly AnswerHead[]): Finding {
  const policy = heads.flatMap(({ rateLimitPolicy }) => policyOf(rateLimitPolicy) ?? [])[0];
  if (policy === undefined)
    return open("no answer says", "It does no harm: 1200 in 5 minutes are documented.", "not said");
  const left = heads.flatMap(({ rateLimit }) => leftOf(rateLimit) ?? []);
  const falls = new Set(left).size > 1;
  const found = `${policy.requests} in ${policy.seconds} s; what is left ${falls ? "is counted down" : "is not counted down"}`;
  const reading = falls ? "counts down" : "constant";
  if (policy.requests / policy.seconds >= assumedPerSecond) return holds(found, reading);
  return fails(found, "Give plans a longer pollInterval, so that releases stay within the limit.", reading);
}

function policyOf(
  header: string | null,
): { readonly requests: number; readonly seconds: number } | undefined {
  const [, requests, seconds] = /"default";\s*q=(\d+);\s*w=(\d+)/.exec(header ?? "") ?? [];
  return requests === undefined ? undefined : { requests: Number(requests), seconds: Number(seconds) };
}

function leftOf(header: string | null): number | undefined {
  const [, left] = /"default";\s*r=(\d+)/.exec(header ?? "") ?? [];
  return left === undefined ? undefined : Number(left);
}
