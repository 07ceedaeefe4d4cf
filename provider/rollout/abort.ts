/**
 * The result of `work`, or `otherwise` as soon as `signal` is aborted. It leaves nothing behind on the signal, which
 * may live for weeks: a race with a promise of it would keep every result until then.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, otherwise: T): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<T>((resolve) => {
    stop = () => {
      resolve(otherwise);
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
