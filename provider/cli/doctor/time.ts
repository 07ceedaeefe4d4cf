import { setTimeout as delay } from "node:timers/promises";
import type { Time } from "../../cloudflare/checks/telemetry/subject";

/** The time of this machine, whose pauses end with an error when `signal` says so. */
export function timeUntil(signal?: AbortSignal): Time {
  return {
    now: () => Date.now(),
    pause: (ms) => delay(ms, undefined, signal && { signal }),
  };
}
