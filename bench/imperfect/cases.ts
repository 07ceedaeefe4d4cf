import type { Bounds } from "../../provider/health/judgement";
import { half, type Traffic } from "./late";

/** A release whose telemetry is not ideal. */
export interface Case {
  readonly name: string;
  readonly bounds: Bounds;
  readonly traffic: Traffic;
}

const max: Bounds = { max: 0.01 };
const maxIncrease: Bounds = { maxIncrease: 1 };

const surge = (second: number): number => (second >= 400 && second < 410 ? 3 : 1);
const doubling = (second: number): number => 1 + second / 900;

function at(
  rates: readonly number[],
  name: string,
  bounds: Bounds,
  traffic: Omit<Traffic, "perSecond">,
): Case[] {
  return rates.map((perSecond) => ({
    name: `${name}, ${perSecond} requests/s`,
    bounds,
    traffic: { perSecond, ...traffic },
  }));
}

/** Nothing is wrong: both versions are at half of the limit. */
export const healthy: readonly Case[] = [
  ...at([20, 50, 1000], "successes take 30 s, failures none", max, { successTakes: 30 }),
  ...at([50, 1000], "the same, and traffic is three times as much for 10 s", max, {
    successTakes: 30,
    surge,
  }),
  ...at([1000], "the same, and traffic doubles in 15 minutes", max, { successTakes: 30, surge: doubling }),
  ...at([100, 1000, 5000], "valid requests were counted 3 s before failures", max, { skew: 3 }),
  ...at([100, 1000, 5000], "valid requests were counted 10 s before failures", max, { skew: 10 }),
  ...at([50, 1000], "only the new version takes 30 s, against the old version", maxIncrease, {
    successOfNewTakes: 30,
  }),
  ...at([50, 1000], "only the new version takes 10 s, against the old version", maxIncrease, {
    successOfNewTakes: 10,
  }),
];

/** From when on the new version is bad, in seconds since the release began. */
export const badFrom = 300;

const turns = (share: number) => ({ badOfNew: (second: number) => (second < badFrom ? half() : share) });

/** The new version turns bad in minute 5. */
export const bad: readonly Case[] = [
  ...at([1, 50], "every request fails", max, turns(1)),
  ...at([50], "every request fails, successes took 30 s", max, { successTakes: 30, ...turns(1) }),
  ...at([50, 1000], "5 % fail", max, turns(0.05)),
  ...at([50, 1000], "5 % fail, successes take 30 s", max, { successTakes: 30, ...turns(0.05) }),
  ...at([50], "5 % fail, against the old version", maxIncrease, turns(0.05)),
  ...at([50, 1000], "5 % fail, and the old version had an outage of 12 s before", max, {
    outageBefore: 12,
    ...turns(0.05),
  }),
  ...at([50, 1000], "5 % fail, and the old version had an outage of 60 s before", max, {
    outageBefore: 60,
    ...turns(0.05),
  }),
];
