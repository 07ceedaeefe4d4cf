import { setTimeout } from "node:timers/promises";
import { PortError } from "../rollout/ports";

/** Waits so many milliseconds. */
export type Pause = (ms: number) => Promise<unknown>;

/** What lies between the tries, in milliseconds, unless the service orders more. */
const pausesMs = [1000, 4000];
/** Longer waits are for the person to decide about. */
const longestMs = 60_000;

/**
 * Makes a request up to three times, while it has no answer or one that says "later". Only for a request that changes
 * nothing when it is made twice.
 *
 * @throws {PortError} of the last try, of one that is refused, or that is to wait for more than a minute
 */
export async function again<T>(request: () => Promise<T>, pause: Pause = setTimeout): Promise<T> {
  for (const least of pausesMs) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof PortError) || error.failure !== "unavailable") throw error;
      const ms = Math.max(least, error.retryAfterMs ?? 0);
      if (ms > longestMs) throw error;
      await pause(ms);
    }
  }
  return request();
}
