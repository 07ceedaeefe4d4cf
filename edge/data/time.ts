/** What time it is, and when it will be another. */
export interface Clock {
  now(): number;
  /** Calls back once it is that late. Returns what calls it off. */
  at(timeMs: number, callback: () => void): () => void;
}

/** The clock of the system. It keeps no process running. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  at: (timeMs, callback) => {
    const timer = setTimeout(callback, timeMs - Date.now()).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
