import type { Time } from "../telemetry/subject";

/** Something that became so, and after how many milliseconds. */
export interface Became<T> {
  readonly value: T;
  readonly afterMs: number;
}

/** How long to wait for something, and how often to look, in milliseconds. */
export interface Patience {
  readonly forMs: number;
  readonly everyMs: number;
}

/** Looks until `look` finds something. Undefined when it has not within the time. */
export async function until<T>(
  time: Time,
  { forMs, everyMs }: Patience,
  look: () => Promise<T | undefined>,
): Promise<Became<T> | undefined> {
  const from = time.now();
  for (;;) {
    const value = await look();
    const afterMs = time.now() - from;
    if (value !== undefined) return { value, afterMs };
    if (afterMs >= forMs) return undefined;
    await time.pause(everyMs);
  }
}

const attempts = 5;
const pauseMs = 2000;

/** Tries again what fails for a moment after a change: what was just made is not known everywhere at once. */
export async function again<T>(time: Time, work: () => Promise<T>): Promise<T> {
  for (let made = 1; made < attempts; made += 1) {
    try {
      return await work();
    } catch {
      await time.pause(pauseMs);
    }
  }
  return work();
}
