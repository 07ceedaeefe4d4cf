import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../rollout/ports";

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    // Woken early is no failure.
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};
