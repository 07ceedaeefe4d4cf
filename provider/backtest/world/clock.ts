import type { Clock } from "../../rollout/ports";

/**
 * Time that passes only while the release sleeps, so that a release of days takes milliseconds. Everything it asks is
 * answered at once: what waits for an answer to be late waits until it no longer does.
 */
export class ReplayClock implements Clock {
  /**
   * @param time when it begins, in milliseconds since the epoch
   * @param interruption the signal of the release: sleeps with another one are those of deadlines
   */
  constructor(
    private time: number,
    private readonly interruption: AbortSignal,
  ) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal !== undefined && signal !== this.interruption) return untilAborted(signal);
    if (signal?.aborted !== true) this.time += ms;
    return Promise.resolve();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        "abort",
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
