import type { Clock } from "../../provider/rollout/ports";

interface Appointment {
  readonly at: number;
  readonly run: () => unknown;
}

/**
 * A clock that only moves while somebody sleeps, so that a release of days takes milliseconds. It has one sleeper:
 * the release under test.
 */
export class VirtualClock implements Clock {
  private time: number;
  private readonly appointments: Appointment[] = [];

  constructor(readonly start = Date.UTC(2030, 0, 1)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  /** Milliseconds since the clock was made. */
  elapsed(): number {
    return this.time - this.start;
  }

  /** Runs `run` when `ms` milliseconds have passed since the clock was made, in the middle of somebody's sleep. */
  at(ms: number, run: () => unknown): void {
    this.appointments.push({ at: this.start + ms, run });
    this.appointments.sort((a, b) => a.at - b.at);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal) {
      // What runs beside a sleep that can be ended is done before time goes on.
      await new Promise(setImmediate);
      if (signal.aborted) return;
    }
    const until = this.time + ms;
    for (;;) {
      const next = this.appointments[0];
      if (next === undefined || next.at > until) break;
      this.appointments.shift();
      this.time = Math.max(this.time, next.at);
      await next.run();
      if (signal?.aborted) return;
    }
    if (!signal?.aborted) this.time = until;
    // Lets mocha's own timer run, so that a loop that never ends fails its test instead of hanging all of them.
    await new Promise(setImmediate);
  }
}
