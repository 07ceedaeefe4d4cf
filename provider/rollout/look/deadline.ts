import { PortError, type Clock } from "../ports";

/** A time by which readings have to answer. One that comes later has failed, and one that never comes hangs nothing. */
export class Deadline {
  private readonly isOver = new AbortController();
  private readonly late: Promise<never>;

  /**
   * @param ms how long the readings may take from now, in milliseconds
   * @param stop aborted when nobody waits for them any more
   */
  constructor(
    ms: number,
    clock: Clock,
    private readonly stop?: AbortSignal,
  ) {
    const { signal } = this.isOver;
    if (stop?.aborted) this.isOver.abort();
    stop?.addEventListener("abort", this.end);
    this.late = clock.sleep(ms, signal).then(() => {
      if (signal.aborted) return new Promise<never>(() => undefined);
      throw new PortError("unavailable", `There was no complete answer within ${ms / 1000} s.`);
    });
    // Whichever comes second is of no interest, and may fail.
    this.late.catch(() => undefined);
  }

  /** True once nobody waits for an answer any more. */
  get isPast(): boolean {
    return this.isOver.signal.aborted;
  }

  async within<T>(reading: Promise<T>): Promise<T> {
    reading.catch(() => undefined);
    return Promise.race([reading, this.late]);
  }

  /** To be called once all have answered: it lets the clock go. */
  readonly end = (): void => {
    this.stop?.removeEventListener("abort", this.end);
    this.isOver.abort();
  };
}

/** The result of a reading, which fails when it takes too long. */
export async function within<T>(ms: number | undefined, reading: Promise<T>, clock: Clock): Promise<T> {
  if (ms === undefined) return reading;
  const deadline = new Deadline(ms, clock);
  try {
    return await deadline.within(reading);
  } finally {
    deadline.end();
  }
}
