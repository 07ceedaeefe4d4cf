/**
 * Resolves with what `work` resolves with, or with undefined as soon as `signal` aborts. It leaves no listener behind:
 * a long-lived promise in `Promise.race` would keep everything it ever raced against.
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      resolve(undefined);
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", stop);
    });
  });
}
