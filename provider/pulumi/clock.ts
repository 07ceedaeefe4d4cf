import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../rollout/ports";

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => delay(ms),
};
